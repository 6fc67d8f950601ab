"""How the service grows beyond one process: each part is a file in scripts/scale_bench/.

    python scripts/bench_scale.py --quick
    python scripts/bench_scale.py --full --json benchmarks/bench_scale.json
    python scripts/bench_scale.py --full --only ray --json FILE

A part that is named alone is put into FILE, which keeps the others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from scale_bench import (
    calls_at_once,
    decoded_together,
    link_cut,
    lost_calls,
    ray_evaluation,
    sizing,
)
from voice.evaluation.benchmark_command import arguments, concluded, run_benchmark
from voice.evaluation.figures import BenchmarkResult

Part = Callable[[BenchmarkResult, bool], Awaitable[None]]
"""Adds its figures to the result; True asks for the quick way."""

PARTS: Mapping[str, Part] = {
    "together": decoded_together.add,
    "link_cut": link_cut.add,
    "embedded_calls": calls_at_once.add_embedded,
    "base_calls": calls_at_once.add_base,
    "ray": ray_evaluation.add,
    "nodes": lost_calls.add,
    "sizing": sizing.add,
}
"""In the order in which they are measured."""
QUICK_SECONDS, FULL_SECONDS = 112, 29 * 60
"""How long the measuring may take."""


async def measure(result: BenchmarkResult, names: list[str], quick: bool) -> None:
    """Measure these parts, until all is done or time runs out."""
    async with result.measured_within(QUICK_SECONDS if quick else FULL_SECONDS):
        for name in names:
            with result.part(name):
                await PARTS[name](result, quick)


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART",
                        help=f"of {', '.join(PARTS)}")  # fmt: skip
    options = parser.parse_args()
    names = options.only or list(PARTS)
    result = BenchmarkResult.begin("bench_scale", options.json, names)
    await measure(result, names, quick=not options.full)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
