"""How well groups of speakers are understood: by the base, tuned, and routed without any help.

    VOICE_TEST_DATA=recordings/ python scripts/bench_dialects.py --quick
    VOICE_TEST_DATA=recordings/ python scripts/bench_dialects.py --full \\
        --json benchmarks/bench_dialects.json

`--only PART ...` measures these parts and keeps what the file holds of the others. VOICE_TEST_DATA
names a folder with speech/manifest.csv. Recorded people and synthesised dialects never make one
figure: `swahili`, `english`, `prompts` and `identification` are of people, `synthesised` is of
espeak-ng. Needs the models: voice models pull whisper-base whisper-base-sw-KE; for `synthesised`
those of `scripts/train_dialects.py`. docs/dialects.md defines each figure.
"""

from __future__ import annotations

import asyncio
from argparse import Namespace
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import bench_identification
import bench_variants
from fairness import people
from fairness.groups import BASE, ROUTED, TUNED, Group, grouped, judge, plain, together
from fairness.reading import Utterance, engine, read
from training.dialects import speech
from training.speech_corpus.espeak import HELD_OUT_VARIANTS, Espeak
from voice.errors import VoiceError
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import Figure, rate
from voice.evaluation.people.speech import SAMPLE_RATE
from voice.languages import language
from voice.model_folders import find_model, installed_model
from voice.models.catalogue import read_variant
from voice.recognition import Transcript, WhisperRecogniser
from voice.tuning.extra import of_extra
from voice.tuning.reading import Read, ReferenceReader

MODEL = "whisper-base"
SWAHILI = "whisper-base-sw-KE"
OFFERED = ("en", "fr", "sw")
RECORDED, SYNTHESISED = "recorded", "synthesised"
DIALECTS_KNOWN = f"{speech.BASE}-dialects"
LEAST_UTTERANCES, LEAST_ERRORS = 300, 60
"""Of a synthesised dialect: with fewer, of the base, it does not count."""
LEAST_OF_GROUP = 5
"""Recordings of a group that may be the worst or the best."""
_SOUNDS, _DOCUMENTS = Path("/usr/share/asterisk/sounds"), Path("/usr/share/doc")


@dataclass(frozen=True)
class Extent:
    """How much is measured, and how long that may take; None is all that there is."""

    passages: int | None
    sentences: int | None
    prompts: int | None
    utterances: int | None
    pieces: int
    turns: int
    limit_seconds: float


EXTENTS = {
    "quick": Extent(6, 4, 6, 10, 5, 4, limit_seconds=112),
    "full": Extent(None, None, 60, None, 40, 40, limit_seconds=29 * 60),
}


class DialectBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(self, result: BenchmarkResult, options: Namespace) -> None:
        self.result = result
        self._options = options
        self._extent = EXTENTS[extent_of(options)]

    async def run(self, parts: Sequence[str]) -> None:
        """Measure these parts until time runs out, then what they have in common."""
        async with self.result.measured_within(self._extent.limit_seconds):
            for part in parts:
                with self.result.part(part):
                    await PARTS[part](self)
        self._gap()

    async def swahili(self) -> None:
        """Each sentence is all that is known of its caller."""
        said = _some(await asyncio.to_thread(people.swahili), self._extent.sentences)
        calls = [[one] for one in said]
        heard = {
            BASE: await read(engine(MODEL, ["sw"]), calls),
            TUNED: await read(engine(SWAHILI, ["sw"]), calls),
            ROUTED: await read(self._anybody(), calls, unaided=True),
        }
        (group,) = _judged(said, heard, "sw")
        result = self.result
        result.add("swahili_word_error_rate", group.rate(TUNED))
        result.add("swahili_character_error_rate", group.letter_rate(TUNED))
        result.add("swahili_base_word_error_rate", group.rate(BASE))
        result.add("swahili_base_character_error_rate", group.letter_rate(BASE))
        result.add("swahili_routed_word_error_rate", group.rate(ROUTED))
        result.add("swahili_routing_kept_share", group.kept())
        result.add("swahili_read_as_swahili", _read_as("sw", heard[ROUTED]))
        result.rows.append(group.row(RECORDED))

    async def english(self) -> None:
        """One passage by each speaker, whom no variant is for: nothing may be lost by routing."""
        said = _some(people.english(), self._extent.passages)
        calls = [[one] for one in said]
        heard = {
            BASE: await read(engine(MODEL, ["en"]), calls),
            ROUTED: await read(self._anybody(), calls, unaided=True),
        }
        groups = _judged(said, heard, "en")
        self.result.add("english_read_as_english", _read_as("en", heard[ROUTED]))
        self.result.rows += [group.row(RECORDED) for group in groups]
        for group in groups:
            if group.name == people.NATIVE:
                self.result.add("native_english_word_error_rate", group.rate(BASE))
                self.result.add("native_english_routing_harm", group.harm())
        own = [group for group in groups if group.name not in (people.NATIVE, people.REGION)]
        self.result.add("english_routing_harm", together(own).harm())

    async def prompts(self) -> None:
        """Dialects that nothing was tuned for: the base alone."""
        for code in people.PROMPTS:
            try:
                every = people.prompts(self._options.prompts, self._options.documents, code)
            except VoiceError as error:
                self.result.rows.append({"not_measured": str(error)})
                continue
            said = _some(every, self._extent.prompts)
            heard = {BASE: await asyncio.to_thread(_by_token, code, said)}
            (group,) = _judged(said, heard, "fr" if code == "fr" else None)
            self.result.rows.append(group.row(RECORDED))

    async def identification(self) -> None:
        """What unknown callers are taken to speak by the first 1.5, 4 and 8 s."""
        folder = Path(find_model("asr_models", f"{MODEL}-identification"))
        heard = await asyncio.to_thread(
            lambda: list(bench_identification.hear(folder, self._extent.pieces))
        )
        for seconds in bench_identification.PIECES:
            of = [one for one in heard if one.seconds == seconds]
            right = sum(one.language(one.sounds) == one.tag for one in of)
            is_known_by = seconds == bench_identification.FIRST_WORDS
            key = "identification_accuracy" + ("" if is_known_by else f"_{seconds:g}s")
            self.result.add(key, rate(right, len(of)))
        bench_identification.languages(self.result, heard)
        try:
            of_extra("scipy")
        except VoiceError as error:
            self.result.rows.append({"not_measured": f"first languages: {error}"})
        else:
            bench_identification.accents(self.result, heard)

    async def synthesised(self) -> None:
        """Calls in dialects of which the truth is known, by voices that taught nothing."""
        try:
            espeak = Espeak()
        except OSError:
            raise VoiceError("espeak-ng is not installed: apt-get install espeak-ng") from None
        said = {dialect: list(speech.judged(dialect, espeak)) for dialect in speech.VOICES}
        groups = {tag: await self._dialect(tag, some) for tag, some in self._cut(said).items()}
        for dialect in speech.OTHER_SYNTHESIZER if self._options.full else ():
            elsewhere = list(speech.judged_elsewhere(dialect))
            await self._dialect(dialect, elsewhere, f"{dialect}, another synthesizer")
        own = groups.pop(speech.OWN)
        self.result.add("routing_worst_harm", own.harm())
        counted = [group for group in groups.values() if _counts(group)]
        self.result.count("synthesised_dialects_counted", len(counted), len(groups))
        if counted:
            every = together(counted)
            worst = min((group.fewer_errors() for group in counted), key=lambda one: one.value)
            self.result.add("tuned_error_reduction_min", worst)
            self.result.add("tuned_error_reduction", every.fewer_errors())
            self.result.add("routing_kept_share", every.kept())
            least = min((group.kept() for group in counted), key=lambda one: one.value)
            self.result.add("routing_kept_share_min", least)

    async def trials(self) -> None:
        """What the entries of variants that were tuned for a trial say of their own groups."""
        for folder in self._options.trial:
            told = read_variant(folder).dialect
            for group in told.groups if told else ():
                rates = {BASE: (group.before, group.before_bounds),
                         TUNED: (group.after, group.after_bounds)}  # fmt: skip
                self.result.rows.append(
                    {
                        "group": group.name,
                        "kind": RECORDED,
                        "utterances": group.utterances,
                        "words": group.words,
                        **{way: [rate, *(bounds or (rate, rate))]
                           for way, (rate, bounds) in rates.items()},
                    }
                )  # fmt: skip

    async def memory(self) -> None:
        """Memory, the work to words, and what changing over costs, by the number of variants."""
        await bench_variants.measure(
            self.result, Path(installed_model("asr_models", MODEL)), self._extent.turns
        )

    async def _dialect(self, dialect: str, said: Sequence[speech.Said], name: str = "") -> Group:
        """Read by the base, by its variant where it has one, and unaided among all of them."""
        calls = speech.calls(said)
        heard = {BASE: await read(engine(speech.BASE, ["en"]), calls)}
        if dialect != speech.OWN:
            heard[TUNED] = await read(engine(speech.variant(dialect), ["en"]), calls)
        heard[ROUTED] = await read(_any_dialect(), calls, unaided=True)
        spoken = [Utterance((name or dialect,), one.text, one.on_the_line) for one in said]
        (group,) = _judged(spoken, heard, "en")
        counts = {} if dialect == speech.OWN or name else {"counts": _counts(group)}
        self.result.rows.append({**group.row(SYNTHESISED), **counts})
        return group

    def _cut(self, said: Mapping[str, list[speech.Said]]) -> Mapping[str, list[speech.Said]]:
        """Of each voice the first utterances, where little is to be measured."""
        most = self._extent.utterances
        if most is None:
            return said
        of_each = max(1, most // len(HELD_OUT_VARIANTS))
        whole = speech.UTTERANCES_OF_A_VOICE
        return {
            dialect: [one for number, one in enumerate(every) if number % whole < of_each]
            for dialect, every in said.items()
        }

    def _anybody(self) -> WhisperRecogniser:
        return engine(MODEL, OFFERED, [SWAHILI], f"{MODEL}-identification")

    def _gap(self) -> None:
        """Worst and best of recorded people, and what of the gap is closed, once all is known."""
        rows = [
            row
            for row in self.result.rows
            if row.get("kind") == RECORDED and ROUTED in row and row["utterances"] >= LEAST_OF_GROUP
        ]
        worst, best = (
            choose(rows, key=lambda row: row[ROUTED][0], default=None) for choose in (max, min)
        )
        swahili = next((row for row in rows if row["group"] == people.SWAHILI), None)
        if worst is None or best is None or swahili is None or len(rows) < 2:
            return
        count = len(rows)
        self.result.count("dialect_gap_ratio", round(worst[ROUTED][0] / best[ROUTED][0], 2), count)
        before = max(row[BASE][0] for row in rows) / min(row[BASE][0] for row in rows)
        self.result.count("dialect_gap_ratio_base", round(before, 2), count)
        gap = swahili[BASE][0] - best[BASE][0]
        for way in (TUNED, ROUTED):
            closed = (swahili[BASE][0] - swahili[way][0]) / gap
            self.result.count(f"swahili_gap_closed_{way}", round(closed, 3), swahili["utterances"])
        for row in rows:
            row["worst"], row["best"] = row is worst, row is best


PARTS: Mapping[str, Callable[[DialectBench], Awaitable[None]]] = {
    "swahili": DialectBench.swahili,
    "english": DialectBench.english,
    "prompts": DialectBench.prompts,
    "identification": DialectBench.identification,
    "synthesised": DialectBench.synthesised,
    "memory": DialectBench.memory,
    "trials": DialectBench.trials,
}


def _any_dialect() -> WhisperRecogniser:
    variants = [speech.variant(tag) for tag in speech.VOICES if tag != speech.OWN]
    return engine(speech.BASE, ["en"], variants, DIALECTS_KNOWN)


def _judged(
    said: Sequence[Utterance], heard: Mapping[str, Sequence[Transcript | Read]], tag: str | None
) -> list[Group]:
    """Groups of what was said, as each way read it; without a language, spelled without accents."""
    spoken = language(tag) if tag else None
    write: Callable[[str], str] = str if tag else plain
    return grouped(
        judge(
            one.groups,
            write(one.text),
            {way: write(read[number].text) for way, read in heard.items()},
            spoken,
        )
        for number, one in enumerate(said)
    )


def _read_as(tag: str, heard: Sequence[Transcript]) -> Figure:
    """The share of first utterances that were read in this language."""
    return rate(sum(one.language == tag for one in heard), len(heard))


def _by_token(code: str, said: Sequence[Utterance]) -> list[Read]:
    """By the base, in any language that it has a token for."""
    reader = ReferenceReader(Path(installed_model("asr_models", MODEL)), code, threads=2)
    sounds = ((one.on_the_line(), SAMPLE_RATE) for one in said)
    return list(reader.hear(sounds))


def _counts(group: Group) -> bool:
    enough = len(group.judged) >= LEAST_UTTERANCES
    return enough and sum(group.edits(BASE)) >= LEAST_ERRORS


def _some(every: list[Utterance], count: int | None) -> list[Utterance]:
    """So many, from all over the list."""
    if count is None or count >= len(every):
        return every
    return [every[index * len(every) // count] for index in range(count)]


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--prompts", type=Path, default=_SOUNDS, help="Asterisk's sounds")
    parser.add_argument("--documents", type=Path, default=_DOCUMENTS, help="their scripts")
    parser.add_argument("--trial", type=Path, nargs="+", default=[], metavar="FOLDER",
                        help="variants that were tuned for a trial, to be listed")  # fmt: skip
    options = parser.parse_args()
    earlier = options.json if {*options.only} < {*PARTS} else None
    result = BenchmarkResult.begin("bench_dialects", earlier, options.only)
    await DialectBench(result, options).run(options.only)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
