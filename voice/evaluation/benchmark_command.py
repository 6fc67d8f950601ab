"""What all `scripts/bench_*.py` have in common: their arguments, files and exit status."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn

from voice.errors import VoiceError
from voice.evaluation.figures import BenchmarkResult
from voice.network import isolate

INTERRUPTED_STATUS = 130


def arguments(description: str) -> argparse.ArgumentParser:
    """`--quick` (the default), `--full` and `--json FILE`; `description` is the script's own."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    extent = parser.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="at most two minutes (default)")
    extent.add_argument("--full", action="store_true", help="at most thirty minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    return parser


def extent_of(options: argparse.Namespace) -> str:
    """`full` or `quick`."""
    return "full" if options.full else "quick"


def concluded(result: BenchmarkResult, options: argparse.Namespace) -> int:
    """Print and keep the figures; the exit status is 0 when all of them could be measured."""
    print("\n".join(result.lines()))
    if options.json:
        result.save(options.json)
    return 0 if result.complete else 1


def run_benchmark(main: Callable[[], Awaitable[int]]) -> NoReturn:
    """Run the script's `main`, without a way out to the network, and leave with its status."""
    isolate(os.environ)
    try:
        with asyncio.Runner() as runner:
            status = runner.run(_awaited(main))
    except VoiceError as error:
        print(error, file=sys.stderr)
        status = 1
    except KeyboardInterrupt:
        status = INTERRUPTED_STATUS
    sys.exit(status)


async def _awaited(main: Callable[[], Awaitable[int]]) -> int:
    return await main()
