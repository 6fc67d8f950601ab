"""What a caller's words are to the floor: told by rules, before any model has read them."""

from __future__ import annotations

from voice.calls.answering.answers import Turn
from voice.calls.answering.asides import refuses
from voice.calls.answering.attention import Attention
from voice.calls.answering.other_languages import OtherLanguages
from voice.calls.delivery import DELIVERIES
from voice.calls.identity.identification import Identification
from voice.calls.leaving.emergencies import Emergencies
from voice.calls.state import CallState
from voice.dialogue import Floor, FloorState, Sense, Words
from voice.languages import Remark, plain, spoken_numbers, words_of
from voice.recognition import Transcript


class Senses:
    """Reads the words of one call."""

    def __init__(
        self,
        call: CallState,
        attention: Attention,
        emergencies: Emergencies,
        others: OtherLanguages,
        identification: Identification,
        floor: Floor,
    ) -> None:
        self._call = call
        self._attention = attention
        self._emergencies = emergencies
        self._others = others
        self._identification = identification
        self._floor = floor

    def words(self, heard: Transcript, listens: bool) -> Words:
        """What the caller said, with what it is to the floor; `listens`: it is a backchannel."""
        takes_back = self._takes_back_openly(heard)
        turn = Turn(heard, self._attention.heard_last, takes_back and self._call.secret_turn)
        if self._emergencies.hears(heard):
            return Words(turn, Sense.DISTRESS)
        if self._attention.is_nothing(heard, listens, takes_back):
            return Words(None, Sense.NOTHING)
        if self._thinks_aloud(heard):
            return Words(turn, Sense.NOTHING)
        if not self._identification.active and self._others.concern(heard):
            return Words(turn, Sense.STRANGE)
        spoken = self._call.language_of(heard)
        if spoken.asks_to_wait(heard.text):
            return Words(turn, Sense.WAIT)
        if self.remarks(heard) & DELIVERIES:
            return Words(turn, Sense.MANNER)
        connecting = self._floor.state is FloorState.CONNECTING
        if takes_back and (self._floor.checking or connecting):
            return Words(turn, Sense.INSTEAD)
        waits = spoken.listening.is_patience(heard.text)
        if self._floor.state is FloorState.LEAVING:
            waits = waits or listens or spoken.listening.is_farewell(heard.text)
        is_secret = self._call.secret_turn and self._floor.checking
        return Words(turn, Sense.PATIENCE if waits or is_secret else Sense.REQUEST)

    def remarks(self, heard: Transcript) -> frozenset[Remark]:
        """What the words want of the talk itself."""
        return self._call.language_of(heard).remarks(heard.text)

    def _takes_back_openly(self, heard: Transcript) -> bool:
        """Whether the words take back what was asked for, and no number can be heard in them."""
        spoken = self._call.language_of(heard)
        if heard.doubtful or any(spoken_numbers(heard.text, spoken.reader)):
            return False
        return (
            spoken.after_correction(heard.text) is not None
            or spoken.after_dropping(heard.text) is not None
            or refuses(heard.text, spoken)
        )

    def _thinks_aloud(self, heard: Transcript) -> bool:
        """Whether they say no more than "um", or "okay" where they are asked for digits."""
        spoken, words = self._call.language_of(heard), map(plain, words_of(heard.text))
        if spoken.numbers.dictation.hesitations.issuperset(words):
            return not self.remarks(heard)
        return self._identification.active and spoken.listening.is_backchannel(heard.text)
