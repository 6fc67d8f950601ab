"""Recognition of recorded people: words, digits, PINs; how soon; and what noise is taken for.

    VOICE_TEST_DATA=recordings/ python scripts/bench_recognition.py --quick
    VOICE_TEST_DATA=recordings/ python scripts/bench_recognition.py --full \\
        --json benchmarks/bench_recognition.json

`--only PART ...` measures these parts and keeps what the file holds of the others.
VOICE_TEST_DATA names a folder with speech/manifest.csv and digits/. Everything is heard through
G.711 at 8 kHz. docs/evaluation.md defines each figure.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np

from voice.audio import read_wav, resample, write_wav
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.callers.wording import Phrasings
from voice.evaluation.figures import MEDIAN_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate
from voice.evaluation.people.batch_speed import batch_speedups
from voice.evaluation.people.digits import RecordedNumber, pins, read_digits, spoken
from voice.evaluation.people.engine_process import engine_process
from voice.evaluation.people.noises import noises
from voice.evaluation.people.partial_times import partial_times
from voice.evaluation.people.phantoms import words_in_noise
from voice.evaluation.people.scores import NumberScores, WordScores, rate_of
from voice.evaluation.people.speech import (
    PASSAGES,
    SAMPLE_RATE,
    RecordedSpeech,
    data_folder,
    read_speech,
    without_edges,
)
from voice.evaluation.word_errors import words_of
from voice.model_folders import find_model, installed_model
from voice.models import Catalogue
from voice.recognition import WhisperRecogniser
from voice.settings import EMBEDDED, Recognition, Settings
from voice.speech import PiperSpeaker

T = TypeVar("T")

MODEL = "whisper-base"
SHORT_MODEL = "whisper-base-short"
"""The same model, tuned for windows as short as what was said."""
HELD_OUT = Path(__file__).resolve().parent.parent / "tests" / "data" / "held_out"
CALLER_VOICE = "embedded-caller-en"
TURNS = ("coffee", "fixtures")
"""Sets of recordings that are as long as what callers say at a time."""
AT_ONCE = (1, 8)
WIDE_HZ = 16000
ALIKE_SECONDS = 9.5
"""Turns up to this length are all read in a window of ten seconds."""
BATCH = 16
"""Recordings that are given to the recogniser at a time; it reads one on each core."""
SEED = 1


@dataclass(frozen=True)
class Extent:
    """How much is measured, and how long that may take; None is all that there is."""

    passages_native: int | None
    passages_other: int | None
    digits: int | None
    pins: int
    noises: int | None
    turns_alone: int
    """For the speed of one call."""
    turns_of_each: int
    """Of eight calls at once."""
    partial_turns: int
    """That are read while they are spoken, by each model."""
    limit_seconds: float


EXTENTS = {
    "quick": Extent(6, 6, 18, 12, 4, 6, 1, 3, limit_seconds=112),
    "full": Extent(None, None, None, 120, None, 60, 8, 24, limit_seconds=25 * 60),
}


class RecognitionBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(self, result: BenchmarkResult, extent: Extent, model: str, folder: Path) -> None:
        self.result = result
        self._extent = extent
        self._model = model
        self._folder = folder

    async def run(self, parts: Sequence[str]) -> None:
        """Measure these parts, until all is done or time runs out."""
        async with self.result.measured_within(self._extent.limit_seconds):
            for part in parts:
                with self.result.part(part):
                    await PARTS[part](self)

    async def accuracy(self) -> None:
        """What is understood of people: words, digits, PINs."""
        data, model = data_folder(), installed_model("asr_models", self._model)
        recogniser = WhisperRecogniser.load(
            model, beam_size=Recognition().beam_size, workers=os.cpu_count() or 1
        )
        try:
            await self._words(recogniser, data)
            await self._numbers(recogniser, data)
        finally:
            recogniser.close()

    async def phantom(self) -> None:
        """What is understood of calls in which nobody speaks."""
        settings = Settings(
            recognition=Recognition(model=installed_model("asr_models", self._model))
        )
        made = dict(_some(list(noises(SEED).items()), self._extent.noises))
        heard = await asyncio.to_thread(words_in_noise, settings, made)
        self.result.rows += [{"noise": name, "heard": text} for name, text in heard.items()]
        words = sum(len(words_of(text)) for text in heard.values())
        self.result.count("phantom_words", words, len(made))

    async def partial(self) -> None:
        """How soon words are stable while they are spoken, at one call."""
        count = self._extent.partial_turns
        turns = self._spoken_turns(data_folder())[:count]
        await self._partials("", installed_model("asr_models", self._model), turns)
        await self._partials(
            "embedded_", installed_model("asr_models", EMBEDDED), await self._requests(count)
        )

    async def speed(self) -> None:
        """How soon the final words are there, at one call and at eight."""
        turns = self._spoken_turns(data_folder())
        short = SHORT_MODEL in Catalogue.shipped().models
        models = {"base": self._model, **({"short": SHORT_MODEL} if short else {})}
        for key, model in models.items():
            for calls in AT_ONCE:
                await self._speed(installed_model("asr_models", model), key, calls, turns)

    async def batch(self) -> None:
        """How much cheaper the words of eight turns that wait are together than one by one."""
        calls, model = max(AT_ONCE), installed_model("asr_models", self._model)
        sounds = [resample(*read_wav(file), WIDE_HZ) for file in self._spoken_turns(data_folder())]
        alike = [sound for sound in sounds if len(sound) <= ALIKE_SECONDS * WIDE_HZ]
        rounds = [alike[first : first + calls] for first in range(0, len(alike), calls)]
        whole = [one for one in rounds if len(one) == calls]
        for key, beam_size in (("", 1), ("beam_", Recognition().beam_size)):
            ratios = await asyncio.to_thread(batch_speedups, model, whole, beam_size)
            self.result.add(f"batched_{key}decode_speedup", percentile(ratios, 50), len(ratios))

    async def _words(self, recogniser: WhisperRecogniser, data: Path) -> None:
        """Read passages: native English, and all other first languages beside it."""
        scores = WordScores()
        for some in _batches([*self._passages(data)]):
            await scores.hear(recogniser, *some)
        self.result.add("real_word_error_rate", rate_of(scores.native))
        marked = {"worst": scores.worst(), "best": scores.best()}
        for mark, found in marked.items():
            if found is not None:
                self.result.add(f"{mark}_group_word_error_rate", found[1])
        for group, figure in scores.rates().items():
            row = {key: round(value, 4) for key, value in asdict(figure).items()}
            marks = {mark: bool(found and group == found[0]) for mark, found in marked.items()}
            self.result.rows.append({"group": group, **row, **marks})

    def _passages(self, data: Path) -> Iterator[RecordedSpeech]:
        every = read_speech(data, PASSAGES)
        native = [speech for speech in every if speech.native]
        other = [speech for speech in every if not speech.native]
        yield from _some(native, self._extent.passages_native)
        yield from _some(other, self._extent.passages_other)

    async def _numbers(self, recogniser: WhisperRecogniser, data: Path) -> None:
        """Single digits, and PINs of one speaker's digits."""
        recorded = read_digits(data)
        digits = [spoken(one) for one in _some(recorded, self._extent.digits)]
        await self._number("recorded_digit", recogniser, digits)
        await self._number("recorded_pin", recogniser, pins(recorded, self._extent.pins, SEED))

    async def _number(
        self, key: str, recogniser: WhisperRecogniser, numbers: Sequence[RecordedNumber]
    ) -> None:
        scores = NumberScores()
        for some in _batches(numbers):
            await scores.hear(recogniser, *some)
        self.result.add(f"{key}_accuracy", rate(scores.right, scores.count))
        self.result.add(f"{key}_rejected", rate(scores.rejected, scores.count))
        self.result.add(f"{key}_misread", rate(scores.misread, scores.count))
        for speaker, (right, count) in sorted(scores.by_speaker.items()):
            self.result.rows.append(
                {"numbers": key, "speaker": speaker, "right": right, "n": count}
            )

    def _spoken_turns(self, data: Path) -> list[Path]:
        """What callers say at a time, as files, in an order of its own."""
        every = list(chain.from_iterable(read_speech(data, part) for part in TURNS))
        np.random.default_rng(SEED).shuffle(every)
        most = max(self._extent.turns_alone, max(AT_ONCE) * self._extent.turns_of_each)
        files = []
        for number, speech in enumerate(every[:most]):
            file = self._folder / f"turn-{number}.wav"
            write_wav(file, without_edges(speech.sound()), SAMPLE_RATE)
            files.append(file)
        return files

    async def _requests(self, count: int) -> list[Path]:
        """What a caller asks for, by the voice that the embedded recogniser is measured with."""
        speaker = PiperSpeaker.load(find_model("tts_voices", CALLER_VOICE))
        files = []
        try:
            for number, text in enumerate(_some(Phrasings.load(HELD_OUT).of("balance"), count)):
                file = self._folder / f"request-{number}.wav"
                write_wav(file, (await speaker.synthesise(text, SAMPLE_RATE)).pcm, SAMPLE_RATE)
                files.append(file)
        finally:
            speaker.close()
        return files

    async def _partials(self, key: str, model: str, turns: Sequence[Path]) -> None:
        """What is stable of a turn while it is spoken, and when."""
        times = await partial_times(model, turns)
        self.result.note_contention()
        delays = [delay for one in times for delay in one.delays_ms]
        self.result.add(f"{key}stable_partial_median_ms", percentile(delays, 50), MEDIAN_TURNS)
        retractions = sum(one.retractions for one in times)
        self.result.count(f"{key}stable_retractions", retractions, len(times))
        differences = sum(one.differences for one in times)
        stable = sum(one.stable_words for one in times)
        self.result.add(f"{key}stable_otherwise_in_final", rate(differences, stable))

    async def _speed(self, model: str, key: str, calls: int, turns: Sequence[Path]) -> None:
        """Both engines in turns, on the same sound: a round of the one, a round of the other."""
        of_each = self._extent.turns_alone if calls == 1 else self._extent.turns_of_each
        rounds = [turns[first : first + calls] for first in range(0, calls * of_each, calls)]
        base = installed_model("asr_models", self._model)
        times: dict[str, list[float]] = {"own": [], "pipecat": []}
        async with (
            engine_process("own", model, calls) as own,
            engine_process("pipecat", base, calls) as other,
        ):
            for files in [turns[:calls], *rounds]:  # the first round warms up
                for engine in (own, other):
                    held = await engine.hold([[file] for file in files])
                    times[engine.engine] += chain.from_iterable(held)
                self.result.note_contention()
        own_ms, other_ms = times["own"][calls:], times["pipecat"][calls:]
        ratios = [after / before for before, after in zip(own_ms, other_ms, strict=True)]
        self.result.add(f"{key}_final_speedup_{calls}", percentile(ratios, 50), MEDIAN_TURNS)
        medians = {"own_ms": np.median(own_ms), "pipecat_ms": np.median(other_ms)}
        shown = {name: round(float(value), 1) for name, value in medians.items()}
        self.result.rows.append({"model": Path(model).name, "calls": calls, **shown})


PARTS: Mapping[str, Callable[[RecognitionBench], Awaitable[None]]] = {
    "accuracy": RecognitionBench.accuracy,
    "phantom": RecognitionBench.phantom,
    "partial": RecognitionBench.partial,
    "speed": RecognitionBench.speed,
    "batch": RecognitionBench.batch,
}


def _batches(every: Sequence[T]) -> Iterator[Sequence[T]]:
    """What is read at a time."""
    return (every[first : first + BATCH] for first in range(0, len(every), BATCH))


def _some(every: Sequence[T], count: int | None) -> Sequence[T]:
    """So many, from all over the sequence."""
    if count is None or count >= len(every):
        return every
    return [every[index * len(every) // count] for index in range(count)]


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__)
    parser.add_argument("--model", default=MODEL, help=f"a recogniser's name ({MODEL})")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
        earlier = options.json if {*options.only} < {*PARTS} else None
        result = BenchmarkResult.begin("bench_recognition", earlier, options.only)
        extent = EXTENTS[extent_of(options)]
        await RecognitionBench(result, extent, options.model, Path(folder)).run(options.only)
        return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
