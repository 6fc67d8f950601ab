"""What is told of a turn that is still spoken: its words so far, and nothing that may be secret."""

from __future__ import annotations

from typing import Any

from voice.calls.expected_answer import dictates_digits
from voice.calls.state import CallState
from voice.events import HIDDEN, PartialTranscript
from voice.hidden_numbers import speaks_of_secrets, unfinished_without_numbers
from voice.recognition import Partial, PartialReader, RecognitionSession


class Partials:
    """Has one call's turns read while they are spoken, and records what becomes known of them.

    What is read at a pause is kept with the call. Within the caller's speech a turn is read only
    while somebody watches, and only they are shown it.
    """

    def __init__(self, call: CallState, session: RecognitionSession) -> None:
        self._call = call
        self._session = session
        wanted = call.settings.recognition
        self._reader = PartialReader(
            session,
            wanted.partial_interval_ms / 1000,
            lambda partial: self._tell(partial, passing=True),
        )
        self._on = wanted.partials
        self._told = ("", "")

    def heard(self, voiced: bool) -> None:
        """The session was fed with 20 ms more of the turn."""
        wanted = self._on and self._call.watched
        if wanted and not (self._call.secret or self._call.secret_turn):
            self._reader.heard(voiced)

    def pause(self) -> None:
        """The turn so far was read carefully."""
        self._tell(self._session.words, passing=False)

    def stop(self) -> None:
        """The caller pauses, or is done."""
        self._reader.stop()

    def _tell(self, partial: Partial, passing: bool) -> None:
        values = shown(partial, self._call, unfinished=passing)
        news = (values["stable"], values["text"])
        if passing and (not values["text"] or news == self._told):
            return
        self._told = news
        self._call.journal.record(PartialTranscript, passing=passing, **values)


def shown(partial: Partial, call: CallState, unfinished: bool) -> dict[str, Any]:
    """The values of an event, without numbers: which of them are secret is not known yet.

    The language is not known for certain before the end of the turn: a number is hidden in any of
    those that are offered.

    `unfinished`: the last word of the tail may be cut short, and so nobody's to judge; where a
    number is being said, no tail is shown at all.
    """
    if call.secret or call.secret_turn:
        return {"text": HIDDEN if partial.text else "", "stable": "", "revision": partial.revision}
    text = partial.text
    if unfinished:
        dictates = call.dictates or dictates_digits(call)
        if dictates or any(speaks_of_secrets(text, one) for one in call.offered):
            text = partial.stable
        elif partial.tail:
            text = text.rpartition(" ")[0]
    return {
        "text": _masked(text, call),
        "stable": _masked(partial.stable, call),
        "revision": partial.revision,
    }


def _masked(text: str, call: CallState) -> str:
    for one in call.offered:
        text = unfinished_without_numbers(text, one)
    return text
