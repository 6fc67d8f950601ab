"""What a recogniser understands of recorded people."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from voice.calls.identity.digits import spoken_digits
from voice.evaluation.intervals import Figure, ratio
from voice.evaluation.people.digits import RecordedNumber
from voice.evaluation.people.speech import SAMPLE_RATE, RecordedSpeech
from voice.evaluation.word_errors import WordErrors, word_errors
from voice.recognition import Expectation, WhisperRecogniser

LEAST_SPEAKERS = 4
"""A group of fewer is shown, but is no worst group: one speaker is no dialect."""


@dataclass
class WordScores:
    """Word errors of each recording, by group."""

    groups: dict[str, list[WordErrors]] = field(default_factory=lambda: defaultdict(list))
    native: list[WordErrors] = field(default_factory=list)

    async def hear(self, recogniser: WhisperRecogniser, *recordings: RecordedSpeech) -> None:
        """Have recordings recognised, all at once; raises AudioFileError."""
        heard = await asyncio.gather(
            *(recogniser.transcribe(one.sound(), SAMPLE_RATE) for one in recordings)
        )
        for speech, transcript in zip(recordings, heard, strict=True):
            errors = word_errors(speech.text, transcript.text)
            self.groups[speech.group].append(errors)
            if speech.native:
                self.native.append(errors)

    def rates(self) -> Mapping[str, Figure]:
        """The word error rate of each group, the worst first."""
        rates = {group: rate_of(errors) for group, errors in self.groups.items()}
        return dict(sorted(rates.items(), key=lambda entry: -entry[1].value))

    def worst(self) -> tuple[str, Figure] | None:
        """The worst group of at least LEAST_SPEAKERS; None where there is no such group."""
        return next(iter(self._large()), None)

    def best(self) -> tuple[str, Figure] | None:
        """The best one of these."""
        return next(reversed(self._large()), None)

    def _large(self) -> list[tuple[str, Figure]]:
        return [(group, one) for group, one in self.rates().items() if one.n >= LEAST_SPEAKERS]


def rate_of(errors: Iterable[WordErrors]) -> Figure:
    """Edits per word, with bounds by bootstrap over recordings."""
    every = list(errors)
    return ratio([one.edits for one in every], [one.words for one in every])


@dataclass
class NumberScores:
    """How many spoken numbers were understood whole, misread, or rejected and asked again."""

    right: int = 0
    misread: int = 0
    """As many digits as expected, but others: what does harm."""
    rejected: int = 0
    by_speaker: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    """Right ones, and all."""

    @property
    def count(self) -> int:
        """Of all numbers."""
        return self.right + self.misread + self.rejected

    async def hear(self, recogniser: WhisperRecogniser, *numbers: RecordedNumber) -> None:
        """Have numbers recognised, all at once, as a call does that expects so many digits."""
        heard = await asyncio.gather(
            *(
                recogniser.transcribe(
                    one.sound, SAMPLE_RATE, expect=Expectation("digits", digits=len(one.digits))
                )
                for one in numbers
            )
        )
        for number, transcript in zip(numbers, heard, strict=True):
            said = spoken_digits(transcript.text, recogniser.language, len(number.digits))
            self._note(number, "" if transcript.doubtful else said)

    def _note(self, number: RecordedNumber, digits: str) -> None:
        right = digits == number.digits
        self.right += right
        self.misread += not right and len(digits) == len(number.digits)
        self.rejected += len(digits) != len(number.digits)
        tally = self.by_speaker[number.speaker]
        tally[0] += right
        tally[1] += 1
