"""Writes the README's table of figures from benchmarks/bench_call.json.

Usage: python scripts/update_readme.py [--check]

With --check nothing is written; the exit status is 1 when the README is not up to date.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESULT = ROOT / "benchmarks" / "bench_call.json"
SECTION = re.compile(r"(<!-- figures:bench_call -->\n).*?(<!-- /figures -->)", re.DOTALL)

MEANING = {
    "task_success": "task success, held-out phrasings, recogniser's own errors in the loop",
    "word_error_rate": "word error rate, a voice never heard, telephone quality",
    "open_word_error_rate": "the same on sentences outside the demo's domain",
    "voice_to_voice_median_ms": "voice-to-voice, median (ms)",
    "voice_to_voice_p95_ms": "voice-to-voice, 95th percentile (ms)",
    "cut_ins": "turns answered before the caller had ended",
    "misses": "turns not answered within 10 s",
    "concurrent_calls": "calls at once",
    "dropped_calls": "calls dropped of them",
    "loop_stall_p999_ms": "event loop stall, 99.9th percentile (ms)",
    "rtp_gap_p99_ms": "gap between RTP packets, 99th percentile (ms)",
}


def number(value: float) -> str:
    """A figure with as many digits as it can carry."""
    return f"{value:.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.3g}"


def table(result: dict[str, Any]) -> str:
    """The figures as a Markdown table, in the order of `MEANING`."""
    lines = [
        f"`python scripts/bench_call.py --full --json benchmarks/bench_call.json` on "
        f"{result['machine']}:",
        "",
        "| figure | value | 95 % bound | n |",
        "|---|---|---|---|",
    ]
    for key, meaning in MEANING.items():
        if key in result["figures"]:
            bound = result["bounds"].get(key)
            shown = f"{number(bound[0])} to {number(bound[1])}" if bound else ""
            count = result["n"].get(key, "")
            lines.append(
                f"| {meaning} (`{key}`) | {number(result['figures'][key])} | {shown} | {count} |"
            )
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check: bool = parser.parse_args().check
    old = README.read_text()
    new = SECTION.sub(
        lambda found: found[1] + table(json.loads(RESULT.read_text())) + found[2], old
    )
    if check:
        return int(new != old)
    README.write_text(new)
    return 0


if __name__ == "__main__":
    sys.exit(main())
