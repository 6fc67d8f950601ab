"""What a caller says who was asked for digits, and says none: read by rule, then by the model.

Only words in which no number can be heard are looked at: a PIN reaches no model.
"""

from __future__ import annotations

from dataclasses import replace

from voice.calls.answering.answers import Turn
from voice.calls.identity.identification import Identification
from voice.calls.state import CallState
from voice.dialogue import Sense, Words
from voice.errors import VoiceError
from voice.languages import Language, Remark, spoken_numbers, words_of
from voice.languages.yes_no import AnswerReader
from voice.response import Aside, ResponseSession, normal_form

_PLAIN_NO = 2
"""Words of a no that asks for nothing, and may be half of something else."""
_SENSES = {
    Aside.PERSON: Sense.PERSON,
    Aside.AGAIN: Sense.AGAIN,
    Aside.DROPS: Sense.DROPS,
    Aside.GOODBYE: Sense.DROPS,
    Aside.REQUEST: Sense.REQUEST,
    Aside.NONE: Sense.NOTHING,
}


class Asides:
    """Takes one caller's answers to the question for who they are, and what else they say to it."""

    def __init__(
        self, call: CallState, session: ResponseSession, identification: Identification
    ) -> None:
        self._call = call
        self._session = session
        self._identification = identification

    async def identify(self, said: Turn | str) -> bool | Words | None:
        """Keys or words: see Identification.answer; what has no number in it is no try.

        Raises ForeignError.
        """
        identification = self._identification
        if isinstance(said, str):
            return await identification.answer(said)
        heard, spoken = said.transcript, self._call.language_of(said.transcript)
        if heard.doubtful:
            return Words(said, Sense.NOTHING)
        if numbers := list(spoken_numbers(heard.text, spoken.reader)):
            # The rest is read by rule alone: what a model reads could hold a misheard digit.
            rest = heard.text[numbers[-1].end :]
            if _asks_for_person(rest, spoken):
                return Words(said, Sense.PERSON)
            return await identification.answer(heard.text, spoken)
        if Remark.UNABLE not in spoken.remarks(heard.text):
            if instead := await self._corrected(said, spoken):
                return instead
            if _declines(heard.text, spoken):
                return None if await identification.take_back() else Words(None, Sense.DROPS)
        return await self._read(said, spoken)

    async def reconsidered(self, said: Turn) -> Words | None:
        """What the caller wants now, said while it was checked who they are; None: the same."""
        heard, spoken = said.transcript, self._call.language_of(said.transcript)
        instead = await self._corrected(said, spoken)
        if instead is not None and instead.sense is not Sense.AGAIN:
            return instead
        dropped = refuses(heard.text, spoken) or spoken.after_dropping(heard.text) == ""
        return Words(None, Sense.DROPS) if dropped else None

    async def _corrected(self, turn: Turn, spoken: Language) -> Words | None:
        """What the caller wants instead of what they asked for; None where they do not say so.

        A long no may hold a request.
        """
        whole = turn.transcript.text
        text = spoken.after_correction(whole)
        if text is None and not refuses(whole, spoken):
            return None
        text = text or whole
        if _asks_for_person(text, spoken):
            return Words(turn, Sense.PERSON)
        match await self._wish(text, spoken):
            case Aside.REQUEST:
                return Words(_with(turn, text), Sense.DROPS)
            case Aside.AGAIN:
                return Words(turn, Sense.AGAIN)
        return None

    async def _read(self, turn: Turn, spoken: Language) -> Words:
        """What such a turn says; `said` is None where nothing in it is to be answered."""
        text = turn.transcript.text
        if _asks_for_person(text, spoken):
            return Words(turn, Sense.PERSON)
        remarks = spoken.remarks(text)
        if Remark.UNABLE in remarks:
            return Words(turn, Sense.UNABLE)
        if (rest := spoken.after_dropping(text)) is not None:
            return Words(_with(turn, rest), Sense.DROPS)
        if remarks:
            return Words(turn, Sense.AGAIN)
        aside = await self._wish(text, spoken)
        wanted = None if aside is Aside.DROPS else _with(turn, text)
        return Words(wanted, _SENSES[aside])

    async def _wish(self, text: str, spoken: Language) -> Aside:
        """By the model; where that has no answer, the caller is just asked again."""
        if spoken.tag not in self._call.engines.responder.languages or not text.strip():
            return Aside.NONE
        try:
            return await self._session.aside(text, spoken)
        except VoiceError:
            return Aside.NONE


def refuses(text: str, spoken: Language) -> bool:
    """Whether it is a no, and longer than one that may be half of something else."""
    return len(words_of(text)) > _PLAIN_NO and _declines(text, spoken)


def _declines(text: str, spoken: Language) -> bool:
    return AnswerReader(spoken).declines(normal_form(text, spoken))


def _asks_for_person(text: str, spoken: Language) -> bool:
    return AnswerReader(spoken).asks_for_person(normal_form(text, spoken))


def _with(turn: Turn, text: str) -> Turn | None:
    """These words of a turn, for the response step, which may read them whenever it will."""
    if not text.strip():
        return None
    transcript = replace(turn.transcript, text=text, words=())
    return replace(turn, transcript=transcript, holds_no_number=True)
