"""What the recogniser understood before the call hid numbers in it: for judging, never written."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from voice.calls.engines import Engines
from voice.events import HIDDEN, CallEvent, FinalTranscript
from voice.recognition import (
    ANYTHING,
    Expectation,
    Recogniser,
    RecognitionSession,
    Transcript,
)


class UnmaskedWords:
    """Listens to one call's recogniser; is also a sink of the call's events.

    A number that may be a PIN is hidden in every event, also where it was understood well: errors
    counted on what is left would tell of the other numbers alone.
    """

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Of the call's final transcripts, in order."""
        self._last = ""

    def __call__(self, event: CallEvent) -> None:
        """Take an event of the call."""
        if isinstance(event, FinalTranscript):
            self.texts.append(self._last if HIDDEN in event.text else event.text)

    def understood(self, text: str) -> None:
        """Take what the recogniser has made of a turn so far."""
        self._last = text

    def within(self, engines: Engines) -> Engines:
        """The engines for the call that is listened to."""
        recogniser = _Recogniser(engines.recogniser, self)
        return replace(engines, recogniser=cast(Recogniser, recogniser))


class _Recogniser:
    """What a call asks of a recogniser: a session."""

    def __init__(self, recogniser: Recogniser, listener: UnmaskedWords) -> None:
        self._recogniser = recogniser
        self._listener = listener

    def session(self) -> RecognitionSession:
        return _Session(self._recogniser, self._listener)


class _Session(RecognitionSession):
    """Says what it made of a turn."""

    def __init__(self, recogniser: Recogniser, listener: UnmaskedWords) -> None:
        super().__init__(recogniser, dialects=recogniser.dialects)
        self._listener = listener

    async def finalise(
        self, speculative: bool = False, expect: Expectation = ANYTHING
    ) -> Transcript:
        transcript = await super().finalise(speculative, expect)
        self._listener.understood(transcript.text)
        return transcript
