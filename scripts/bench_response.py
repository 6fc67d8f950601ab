"""Does the response step do the right thing on phrasings that nobody trained on?

    python scripts/bench_response.py --quick
    python scripts/bench_response.py --full --json benchmarks/bench_response.json

The engine of the examples is judged by the sets of scripts/response_sets, with the model of
`[embedding] requests` (`--embedding NAME`, or `letters` for none); the figures of the embedded
model begin with `embedded_`: each hand-written phrasing of tests/data/held_out opens a conversation
with it (a yes, a no and a "repeat that" come after the question or answer that they belong to).
`--recorded FILE` takes what a recogniser heard instead: JSON lines with "intent" and "heard".
"""

from __future__ import annotations

import argparse
import datetime
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from response_bench import grounding, injection, requests
from response_engine_times import CANCELLED, COLD, WARM, EngineTimes
from voice.demo import Operator
from voice.demo.customers import seeded_customers
from voice.demo.tools import tools_of
from voice.evaluation.benchmark_command import arguments, concluded, run_benchmark
from voice.evaluation.figures import MEDIAN_TURNS, P95_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate
from voice.identity import Caller, IdentityLevel
from voice.response import (
    CallingTool,
    NeedsIdentity,
    Responder,
    ResponseSession,
    SayClause,
    WantsPerson,
)
from voice.settings.embedding import REQUESTS

ROOT = Path(__file__).resolve().parent.parent

HELD_OUT = ROOT / "tests" / "data" / "held_out"
QUICK = 8
"""Phrasings of each intent in a quick run."""
QUICK_SECONDS, FULL_SECONDS = 112, 29 * 60
"""How long the measuring may take."""
_LOST_PHONE = "i lost my phone please block the sim"
_WANTED = {
    "balance": {"get_bill"}, "due_date": {"get_bill"}, "balance_and_due": {"get_bill"},
    "balance_and_plan": {"get_bill"}, "plan": {"get_plan"}, "block_sim": {"confirm_block"},
    "block": {"confirm_block"}, "person": {"transfer_to_person"}, "goodbye": {"goodbye"},
    "out_of_scope": {"out_of_scope", "not_understood", "help"}, "yes": {"block_sim"},
    "no": {"not_blocked"}, "repeat": {"repeat"},
}  # fmt: skip


@dataclass
class Score:
    """What came of the phrasings of one intent."""

    right: int = 0
    asked_again: int = 0
    """Not understood, so asked again: no harm done."""
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    milliseconds: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many phrasings there were."""
        return self.right + self.asked_again + sum(self.wrong.values())


class Bench:
    """A customer who has proved who they are, calling again and again."""

    def __init__(self, responder: Responder, folder: Path) -> None:
        self._responder = responder
        self._folder = folder
        self._person = seeded_customers(1, datetime.date.today())[0]

    async def outcome(self, intent: str, text: str) -> tuple[str, float]:
        """What the assistant did about it (a tool or an act), and ms to the first step."""
        operator = Operator.create(self._folder / "operator.sqlite", 1)
        customer, number = self._person.customer_number, self._person.number
        caller = Caller(number, customer, IdentityLevel.VERIFIED)
        session = self._responder.session(tools_of(operator), caller)
        if intent in {"yes", "no"}:
            await _did(session, _LOST_PHONE)
        elif intent == "repeat":
            await _did(session, "what plan am i on")
        began = time.perf_counter()
        did = await _did(session, text)
        return did, (time.perf_counter() - began) * 1000

    async def score(self, intent: str, phrasings: list[str]) -> Score:
        """All phrasings of an intent."""
        score = Score()
        for text in phrasings:
            did, milliseconds = await self.outcome(intent, text)
            score.milliseconds.append(milliseconds)
            if did in _WANTED[intent]:
                score.right += 1
            elif did in {"not_understood", "not_sure_block"}:
                score.asked_again += 1
            else:
                score.wrong[did] += 1
        return score


async def _did(session: ResponseSession, text: str) -> str:
    turn = session.begin(text, 0.9)
    turn.commit()
    first = "nothing"
    async for step in turn:
        match step:
            case CallingTool(name) if first == "nothing":
                first = name
            case SayClause(_, act) if first == "nothing":
                first = act
            case NeedsIdentity() | WantsPerson() if first == "nothing":
                first = type(step).__name__
    return first


def _phrasings(options: argparse.Namespace) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    if options.recorded:
        for line in options.recorded.read_text().splitlines():
            entry = json.loads(line)
            found[entry["intent"]].append(entry["heard"])
    else:
        for file in sorted(HELD_OUT.glob("*.yaml")):
            content = yaml.safe_load(file.read_text())
            phrases = [text for text in content["phrases"] if "{" not in text]
            found[content["intent"]] += phrases
    return {intent: texts for intent, texts in found.items() if intent in _WANTED}


async def main() -> int:
    """Print a row for each intent, then the figures; the exit status is 0 for a whole result."""
    parser = arguments(__doc__)
    parser.add_argument("--model", type=Path, default=ROOT / "response_models" / "embedded-en")
    parser.add_argument("--embedding", default=REQUESTS, metavar="NAME")
    parser.add_argument("--recorded", type=Path, metavar="FILE", help="what a recogniser heard")
    options = parser.parse_args()
    result = BenchmarkResult.begin("bench_response")
    scores: dict[str, Score] = {}
    async with result.measured_within(FULL_SECONDS if options.full else QUICK_SECONDS):
        responder = Responder.load(options.model, ROOT / "tasks")
        await responder.warm_up()
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(responder, Path(folder))
            for intent, texts in _phrasings(options).items():
                asked = texts if options.full else texts[:QUICK]
                scores[intent] = await bench.score(intent, asked)
                result.note_contention()
        responder.close()
        await requests.add(result, not options.full, options.embedding)
    add_scores(result, scores)
    add_exactness(result)
    spoken = await grounding.add(result, quick=not options.full)
    print(*grounding.lines(spoken), sep="\n")
    attempts = await injection.add(result, options.embedding, quick=not options.full)
    print(*attempts.breaches, *attempts.wrong, sep="\n")
    await add_engine_times(result, options.model)
    return concluded(result, options)


def add_scores(result: BenchmarkResult, scores: Mapping[str, Score]) -> None:
    """The figures, and a row for each intent, which is printed too."""
    for intent, score in scores.items():
        wrong = ", ".join(f"{name} {count}" for name, count in score.wrong.items())
        print(
            f"{intent:18}{score.right:4} of {score.count:3}  again {score.asked_again:2}  {wrong}"
        )
        counts = {"right": score.right, "asked_again": score.asked_again}
        result.rows.append(
            {"intent": intent, "n": score.count, **counts, "wrong": dict(score.wrong)}
        )
    times = [ms for score in scores.values() for ms in score.milliseconds]
    count = sum(score.count for score in scores.values())
    result.add("embedded_right", rate(sum(score.right for score in scores.values()), count))
    result.add(
        "embedded_asked_again", rate(sum(score.asked_again for score in scores.values()), count)
    )
    result.add("embedded_turn_ms_median", percentile(times, 50), MEDIAN_TURNS)
    result.add("embedded_turn_ms_p95", percentile(times, 95), P95_TURNS)


def add_exactness(result: BenchmarkResult) -> None:
    """How far a converted gpt-oss's logits are from the original's; needs the `train` extra."""
    try:
        from training.gpt_oss_exactness import all_differences
    except ImportError as error:
        print(f"max_logit_difference is not measured: {error}")
        return
    differences = all_differences(ROOT / "response_models" / "embedded-en" / "tokenizer.json")
    result.rows += [{"way": way, "logit_difference": far} for way, far in differences.items()]
    result.count("max_logit_difference", max(differences.values()), len(differences))


async def add_engine_times(
    result: BenchmarkResult,
    model: Path,
    cold: int = COLD,
    warm: int = WARM,
    given_up: int = CANCELLED,
) -> None:
    """What a kept prompt saves, and how soon a reply that is given up makes room."""
    engine = EngineTimes(model)
    whole, kept = await engine.cached(cold, warm)
    waits = await engine.cancelled(given_up)
    engine.close()
    speedup = percentile(whole, 50).value / percentile(kept, 50).value
    result.count("prompt_cache_speedup", round(speedup, 2), len(whole))
    result.add("cancel_wait_ms", percentile(waits, 95), P95_TURNS)


if __name__ == "__main__":
    run_benchmark(main)
