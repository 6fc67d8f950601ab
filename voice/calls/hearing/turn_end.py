"""Finds out, in each pause of the caller, how long it has to last to end the turn."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from voice.calls.expected_answer import awaited, digits_wanted
from voice.calls.identity.digits import spoken_digits
from voice.calls.state import CallState
from voice.engine_queue import EngineBusy, EngineStuck
from voice.languages.yes_no import AnswerReader
from voice.recognition import RecognitionSession, Transcript
from voice.response import normal_form
from voice.smart_turn import HEARD_SECONDS, SmartTurn
from voice.tasks import MORE_EXPECTED, NO_MORE_EXPECTED
from voice.turns import (
    LISTEN_AGAIN_MS,
    Awaited,
    EndOfTurn,
    Evidence,
    FalseStart,
    ShortPause,
    SpeechResumed,
    TurnSignal,
    pause_wanted,
)
from voice.understanding.stance import manner

HALF_HEARD = 0.5
"""With less confidence words may well be something else."""


class TurnEnd:
    """Follows one call's turns; what it finds out counts from the detector's next frame on."""

    def __init__(self, call: CallState, session: RecognitionSession) -> None:
        self._call = call
        self._session = session
        self._model = call.engines.smart_turn
        self.known = Evidence()
        """About the last pause."""
        self._listening: asyncio.Task[None] | None = None

    def follow(self, signal: TurnSignal | None) -> None:
        """What the caller does now."""
        match signal:
            case ShortPause():
                short = self._call.tracker.detector.short
                self.known = Evidence(awaited(self._call), short=short, tried=self._call.secret)
                self._decide()
                if self._model is not None:
                    self._listening = asyncio.create_task(self._listen(self._model))
            case SpeechResumed() | EndOfTurn() | FalseStart():
                self.stop()
            case _:
                pass

    def read(self, heard: Transcript) -> None:
        """The words of the turn up to the pause are known."""
        if self._call.tracker.detector.paused:
            spoken = self._call.language_of(heard)
            settled = not heard.doubtful and self._settles(heard)
            self.known = replace(
                self.known,
                ending=spoken.ending(heard.text),
                settled=settled,
                half_heard=heard.confidence < HALF_HEARD,
                tells=self._only_tells(heard),
            )
            self._decide()

    def answered_by(self, act: str) -> None:
        """The answer to what was said up to the pause would begin with this act."""
        if self._call.tracker.detector.paused:
            self.known = replace(
                self.known,
                leads_nowhere=act in MORE_EXPECTED,
                tells=self.known.tells and act not in NO_MORE_EXPECTED,
            )
            self._decide()

    def stop(self) -> None:
        """The pause is over."""
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    def _decide(self) -> None:
        self._call.tracker.detector.wait(pause_wanted(self.known, self._call.settings.turns))

    async def _listen(self, model: SmartTurn) -> None:
        """How the turn sounds; where nobody can tell in time, the pause and the words decide."""
        detector, settings = self._call.tracker.detector, self._call.settings.turns
        while detector.pause_ms < settings.end_ms and not self.known.sounds_over:
            try:
                finality = await model.finality(self._session.last(HEARD_SECONDS))
            except (EngineBusy, EngineStuck):
                return
            self.known = replace(self.known, finality=finality)
            self._decide()
            await asyncio.sleep(LISTEN_AGAIN_MS / 1000)

    def _only_tells(self, heard: Transcript) -> bool:
        """Whether a caller who was asked nothing tells something, and wants nothing yet."""
        if self.known.awaited is not Awaited.ANYTHING or self._call.wanted() is not None:
            return False
        spoken = self._call.language_of(heard)
        return manner(spoken).only_tells(normal_form(heard.text, spoken))

    def _settles(self, heard: Transcript) -> bool:
        """Whether this is just what the caller was asked for."""
        spoken = self._call.language_of(heard)
        if wanted := digits_wanted(self._call):
            return len(spoken_digits(heard.text, spoken, wanted)) == wanted
        if self.known.awaited is not Awaited.YES_OR_NO:
            return False
        reader, words = AnswerReader(spoken), normal_form(heard.text, spoken)
        return reader.agrees(words) or reader.declines(words)
