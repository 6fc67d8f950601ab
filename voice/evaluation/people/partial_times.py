"""How soon each word that a caller says is in the stable part of the partial transcript.

    python -m voice.evaluation.people.partial_times MODEL FILE...

Reads each sound file as the turns of one call, at the pace of a call, and answers with one line
each (`PartialTimes` as JSON). A process of its own has the environment that the service has.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import jiwer
import numpy as np

from voice.audio import Pcm, read_wav, silence
from voice.errors import VoiceError
from voice.evaluation.people.engine_process import environment_of
from voice.evaluation.people.speech import BEFORE_MS, SAMPLE_RATE
from voice.evaluation.word_errors import words_of
from voice.parent_death import end_with_parent
from voice.recognition import (
    Partial,
    PartialReader,
    RecognitionSession,
    Transcript,
    WhisperRecogniser,
    Word,
)
from voice.settings import Recognition
from voice.settings.turns import Turns
from voice.turns import EndOfTurn, FalseStart, ShortPause, SpeechOnset, SpeechResumed, TurnTracker

_FRAME_SECONDS = 0.02
_LEAD_SECONDS = 0.5
"""The level gate needs as much to know the line."""


@dataclass(frozen=True)
class PartialTimes:
    """What is counted of the turns in one sound file."""

    delays_ms: list[float]
    """From the end of each word to its place in the stable part."""
    retractions: int
    stable_words: int
    differences: int
    """Of them, those that the final transcript has otherwise."""


@dataclass
class FollowedTurn:
    """What was known of one turn, and when; times are seconds of the loop's clock."""

    began: float
    """When its first sample was spoken."""
    readings: list[tuple[float, Partial]] = field(default_factory=list)
    final: Transcript | None = None
    final_at: float = 0.0

    @property
    def stable(self) -> list[str]:
        """The last stable part, in words as they are scored."""
        return words_of(self.readings[-1][1].stable) if self.readings else []

    def delays_ms(self) -> list[float]:
        """From the end of each word of the final transcript to its place in the stable part.

        A word that was in no stable part, or there otherwise, was known with the final one.
        """
        spoken = list(self._spoken_words())
        known_at = dict(self._stable_since())
        places = _same_words([key for key, _ in spoken], self.stable)
        stable_at = {ours: known_at[theirs] for ours, theirs in places.items()}
        return [
            (stable_at.get(place, self.final_at) - self.began) * 1000 - word.end_ms
            for place, (_, word) in enumerate(spoken)
        ]

    def retractions(self) -> int:
        """Stable words that a later reading has otherwise, or not at all."""
        texts = [partial.stable.split() for _, partial in self.readings]
        return sum(
            earlier != later
            for before, after in itertools.pairwise(texts)
            for earlier, later in zip(before, [*after, *[""] * len(before)], strict=False)
        )

    def differences(self) -> int:
        """Stable words that the final transcript has otherwise, or not at all."""
        final = [key for key, _ in self._spoken_words()]
        return len(self.stable) - len(_same_words(final, self.stable))

    def _spoken_words(self) -> Iterator[tuple[str, Word]]:
        for word in self.final.words if self.final else ():
            for key in words_of(word.text):
                yield key, word

    def _stable_since(self) -> Iterator[tuple[int, float]]:
        """The place of each stable word, and when it was first there."""
        known = 0
        for at, partial in self.readings:
            count = len(words_of(partial.stable))
            for place in range(known, count):
                yield place, at
            known = max(known, count)


def _same_words(ours: Sequence[str], theirs: Sequence[str]) -> dict[int, int]:
    """The places of our words that are the same in theirs, by the fewest edits."""
    if not ours or not theirs:
        return {}
    chunks = jiwer.process_words(" ".join(ours), " ".join(theirs)).alignments[0]
    return {
        chunk.ref_start_idx + step: chunk.hyp_start_idx + step
        for chunk in chunks
        if chunk.type == "equal"
        for step in range(chunk.ref_end_idx - chunk.ref_start_idx)
    }


class _Caller:
    """Feeds one session as a call's input does."""

    def __init__(self, session: RecognitionSession, turns: Turns, interval_seconds: float) -> None:
        self.turns: list[FollowedTurn] = []
        self._session = session
        self._tracker = TurnTracker(turns, SAMPLE_RATE)
        self._reader = PartialReader(session, interval_seconds, self._tell)
        self._pre_roll: deque[Pcm] = deque(maxlen=round(BEFORE_MS / 1000 / _FRAME_SECONDS))
        self._careful: asyncio.Task[None] | None = None

    async def hear(self, frame: Pcm, spoken: float) -> None:
        """The next 20 ms, whose last sample was spoken at that time."""
        voiced = self._tracker.hears_speech(frame)
        detector = self._tracker.detector
        signal = detector.push(voiced)
        if detector.speaking and not isinstance(signal, SpeechOnset):
            self._session.feed(frame, SAMPLE_RATE)
            self._reader.heard(voiced and detector.certain)
        else:
            self._pre_roll.append(frame)
        match signal:
            case SpeechOnset():
                pre_roll = np.concatenate(list(self._pre_roll))
                self._pre_roll.clear()
                self._session.start(pre_roll, SAMPLE_RATE)
                self.turns.append(FollowedTurn(spoken - len(pre_roll) / SAMPLE_RATE))
            case ShortPause():
                self._reader.stop()
                self._careful = asyncio.create_task(self._read())
            case SpeechResumed():
                self._drop_careful()
            case EndOfTurn():
                self._reader.stop()
                await (self._careful or self._read())
                self._careful = None
            case FalseStart():
                self._reader.stop()
                self.turns.pop()
            case _:
                pass

    def _drop_careful(self) -> None:
        if self._careful is not None:
            self._careful.cancel()
            self._careful = None

    def _tell(self, partial: Partial) -> None:
        self.turns[-1].readings.append((asyncio.get_running_loop().time(), partial))

    async def _read(self) -> None:
        turn = self.turns[-1]
        turn.final = await self._session.finalise(speculative=True)
        turn.final_at = asyncio.get_running_loop().time()
        self._tell(self._session.words)


async def follow(
    session: RecognitionSession, sound: Pcm, turns: Turns, interval_seconds: float
) -> list[FollowedTurn]:
    """Let a caller say this (at SAMPLE_RATE) at the loop's pace."""
    caller = _Caller(session, turns, interval_seconds)
    loop = asyncio.get_running_loop()
    length = round(_FRAME_SECONDS * SAMPLE_RATE)
    behind = silence(round((turns.end_ms / 1000 + 2 * _FRAME_SECONDS) * SAMPLE_RATE))
    lead = silence(round(_LEAD_SECONDS * SAMPLE_RATE))
    line = np.concatenate([lead, sound, behind])
    spoken = loop.time()
    for first in range(0, len(line) - length + 1, length):
        spoken += _FRAME_SECONDS
        await asyncio.sleep(max(0.0, spoken - loop.time()))
        await caller.hear(line[first : first + length], spoken)
    return caller.turns


def counted(turns: Sequence[FollowedTurn]) -> PartialTimes:
    """All of these turns together."""
    return PartialTimes(
        [delay for turn in turns for delay in turn.delays_ms()],
        sum(turn.retractions() for turn in turns),
        sum(len(turn.stable) for turn in turns),
        sum(turn.differences() for turn in turns),
    )


async def partial_times(model: str, files: Sequence[Path]) -> list[PartialTimes]:
    """Measure in a process of its own; raises VoiceError when that fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice.evaluation.people.partial_times", model, *map(str, files)),
        stdout=asyncio.subprocess.PIPE,
        env=environment_of("own", 1, os.environ),
        preexec_fn=end_with_parent,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise VoiceError(f"partial transcripts of {model} could not be measured")
    return [PartialTimes(**json.loads(line)) for line in output.splitlines()]


async def _measure(model: str, files: Sequence[str]) -> None:
    wanted = Recognition()
    recogniser = WhisperRecogniser.load(
        model,
        workers=wanted.workers,
        threads=wanted.threads,
        beam_size=wanted.beam_size,
        word_times=True,
    )
    try:
        await recogniser.warm_up()
        for file in files:
            sound, _ = read_wav(Path(file))
            session, interval = recogniser.session(), wanted.partial_interval_ms / 1000
            turns = await follow(session, sound, Turns(), interval)
            print(json.dumps(asdict(counted(turns))), flush=True)
    finally:
        recogniser.close()


if __name__ == "__main__":
    asyncio.run(_measure(sys.argv[1], sys.argv[2:]))
