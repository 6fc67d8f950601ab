"""How the assistant holds a conversation: how soon, how politely, and beside stock pipecat.

    python scripts/bench_conversation.py --quick
    python scripts/bench_conversation.py --full --json benchmarks/bench_conversation.json
    python scripts/bench_conversation.py --full --only turns real --minutes 40 --json FILE

The parts share the time by their weight; one that is measured alone has all of it, and what FILE
holds of the others is kept. A turn takes some nine seconds: `turns` and `real` need half an hour
each for figures that can be relied on. On the wire, over SIP and RTP: `turns` is one call at a
time beside the stock pipeline at five pauses each (with --quick at the defaults), `real` the same
with the models that understand people, which have to be installed; `interruptions`, and `crowd`
with up to 16 calls at once. In virtual time, with the embedded models: `manners` are numbers in
groups, back-channels and echoes, `dialogues` the callers of
conversation_bench/difficult_callers.yaml.
"""

from __future__ import annotations

import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conversation_bench import virtual_parts
from conversation_bench.comparison import draw
from conversation_bench.conversation_figures import (
    add_crowd,
    add_dialogues,
    add_interruptions,
    add_manners,
    add_turns,
)
from conversation_bench.wire_parts import WireBench
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.model_folders import installed_model
from voice.models import ModelsAtHand
from voice.settings import REAL_RECOGNISER, REAL_VOICE
from voice.settings.response import BY_EXAMPLES


@dataclass(frozen=True)
class Extent:
    """How much is measured, and how long that may take."""

    parts: tuple[str, ...]
    """Where none are named."""
    all_pauses: bool
    crowds: tuple[int, ...]
    """Calls at once."""
    seeds: int
    """Of each kind of manners."""
    callers: int
    """Difficult ones."""
    seconds: float
    """Shared by the parts."""
    limit_seconds: float

    def of_minutes(self, minutes: float) -> Extent:
        """The same measured for so long."""
        beyond = self.limit_seconds - self.seconds
        return replace(self, seconds=60 * minutes, limit_seconds=60 * minutes + beyond)


EXTENTS = {
    "quick": Extent(("manners", "dialogues", "turns"), False, (2,), 10, 30, 60, 112),
    "full": Extent(
        ("turns", "real", "interruptions", "crowd", "manners", "dialogues"),
        True,
        (1, 2, 4, 8, 12, 16),
        100,
        30,
        26 * 60,
        29.5 * 60,
    ),
}
WEIGHTS = {
    "turns": 8.0,
    "real": 8.0,
    "interruptions": 3.0,
    "crowd": 4.0,
    "manners": 2.0,
    "dialogues": 2.0,
}


class ConversationBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(
        self, result: BenchmarkResult, extent: Extent, folder: Path, pictures: Path | None
    ) -> None:
        """`pictures`: where they are drawn; None: nowhere."""
        self.result = result
        self._extent = extent
        self._wire = WireBench(result, folder)
        self._pictures = pictures
        self._seconds = 0.0
        """Of the part that runs."""

    async def run(self, parts: Sequence[str]) -> None:
        """Measure these parts, until all is done or time runs out."""
        whole = sum(WEIGHTS[part] for part in parts)
        async with self.result.measured_within(self._extent.limit_seconds):
            for part in parts:
                self._seconds = self._extent.seconds * WEIGHTS[part] / whole
                with self.result.part(part):
                    await PARTS[part](self)

    async def turns(self) -> None:
        """One call at a time, ours and stock, with the embedded models."""
        measured = await self._wire.compare(ModelsAtHand(), self._seconds, self._extent.all_pauses)
        add_turns(self.result, measured)
        if self._pictures:
            draw(measured.points, "Embedded models", self._pictures / "conversation.png")

    async def real(self) -> None:
        """The same with Whisper base and a recorded voice."""
        models = ModelsAtHand(
            installed_model("asr_models", REAL_RECOGNISER),
            installed_model("tts_voices", REAL_VOICE),
            BY_EXAMPLES,
        )
        measured = await self._wire.compare(models, self._seconds, self._extent.all_pauses)
        add_turns(self.result, measured, "real_")
        if self._pictures:
            title = "Whisper base and a recorded voice"
            draw(measured.points, title, self._pictures / "conversation_real.png")

    async def interruptions(self) -> None:
        """How soon a caller who interrupts is given way to."""
        add_interruptions(self.result, await self._wire.interrupt(ModelsAtHand(), self._seconds))

    async def crowd(self) -> None:
        """Several calls at once."""
        crowds = self._extent.crowds
        add_crowd(self.result, await self._wire.crowd(ModelsAtHand(), crowds, self._seconds))

    async def manners(self) -> None:
        """Callers who dictate in groups, nod, and have an echo."""
        found = await virtual_parts.beside(virtual_parts.manners, self._extent.seeds, self._seconds)
        add_manners(self.result, *found)

    async def dialogues(self) -> None:
        """The difficult callers."""
        found = await virtual_parts.beside(
            virtual_parts.dialogues, self._extent.callers, self._seconds
        )
        add_dialogues(self.result, found)
        for one in found:
            wrong = "; ".join((*one.verdict.harm, *one.verdict.wrong))
            print(f"{one.caller.name:<26} {wrong or 'right'}", flush=True)


PARTS: Mapping[str, Callable[[ConversationBench], Awaitable[None]]] = {
    "turns": ConversationBench.turns,
    "real": ConversationBench.real,
    "interruptions": ConversationBench.interruptions,
    "crowd": ConversationBench.crowd,
    "manners": ConversationBench.manners,
    "dialogues": ConversationBench.dialogues,
}


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    parser.add_argument("--pictures", type=Path, metavar="FOLDER",
                        help="draw latency against cut-ins")  # fmt: skip
    parser.add_argument("--minutes", type=float, help="shared by the parts (default: 26, quick 1)")
    options = parser.parse_args()
    extent = EXTENTS[extent_of(options)]
    if options.minutes is not None:
        extent = extent.of_minutes(options.minutes)
    parts = options.only or extent.parts
    result = BenchmarkResult.begin("bench_conversation", options.json, parts)
    with tempfile.TemporaryDirectory(prefix="voice-bench-") as folder:
        bench = ConversationBench(result, extent, Path(folder), options.pictures)
        await bench.run(parts)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
