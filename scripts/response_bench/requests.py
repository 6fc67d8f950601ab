"""How many phrasings come to the right request: as text, damaged, as they are heard, renamed."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from response_bench.renaming import renamed
from response_bench.sets import DEVELOPMENT, HELD_OUT, ROOT, Case, cases, damaged
from response_bench.understanding import judge
from voice.embeddings import Embedder
from voice.evaluation.figures import P95_TURNS, BenchmarkResult
from voice.evaluation.intervals import percentile, rate
from voice.languages import language, languages
from voice.model_folders import find_model
from voice.response.engines.example_engine import ExampleEngine
from voice.tasks import load_tasks
from voice.understanding import LexicalEmbedder, TextEmbedder

HEARD = HELD_OUT / "heard.jsonl"
"""What Whisper base makes of the English demo phrasings; `response_bench.heard` wrote it."""
DEMO = "tasks"
LETTERS = "letters"
QUICK = 6
"""Every so many cases are judged in a quick run."""
_DAMAGES = 2
"""Times that each phrasing is damaged."""


@dataclass
class Score:
    """What came of some cases."""

    right: int = 0
    count: int = 0
    wrong: list[tuple[Case, str]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of those that came out right, in percent."""
        return 100 * self.right / max(self.count, 1)


class Company:
    """One folder of tasks, learnt by the engine."""

    def __init__(self, folder: Path, embedding: str, keep_in: Path) -> None:
        self.tasks = load_tasks(folder)
        self._engine = ExampleEngine.load(self.tasks, embedders(embedding), keep_in=keep_in)

    async def score(self, wanted: Iterable[Case]) -> Score:
        """All of some cases."""
        score = Score()
        for case in wanted:
            spoken = self.tasks.in_language(language(case.language))
            right, did, milliseconds = await judge(case, self._engine, spoken)
            score.right += right
            score.count += 1
            score.milliseconds += milliseconds
            if not right:
                score.wrong.append((case, did))
        return score

    def close(self) -> None:
        """End the engine's threads."""
        self._engine.close()


def embedders(name: str) -> dict[str, TextEmbedder]:
    """What reads the examples of each language: an embedding of the catalogue, or letters alone."""
    if name == LETTERS:
        return {tag: LexicalEmbedder() for tag in languages()}
    embedder = Embedder.load(find_model("response_models", name))
    return dict.fromkeys(languages(), embedder)


async def add(
    result: BenchmarkResult,
    quick: bool,
    embedding: str,
    *,
    development: bool = False,
) -> None:
    """The figures, and a row for each request and set, which is printed too."""
    every = QUICK if quick else 1
    known = cases(DEVELOPMENT if development else HELD_OUT)
    with tempfile.TemporaryDirectory() as folder:
        keep_in = Path(folder)
        demo = Company(ROOT / DEMO, embedding, keep_in)
        of_demo = [case for case in known if case.tasks == DEMO]
        asked = [case for case in of_demo if case.kind == "requests"][::every]
        plain = await demo.score(asked)
        _note(result, "right", plain)
        _note_requests(result, plain, asked)
        words = sorted({word for case in asked for word in case.said.split()})
        worse = [damaged(case, words, number) for case in asked for number in range(_DAMAGES)]
        _note(result, "right_damaged", await demo.score(worse))
        if heard := _heard(asked):
            _note(result, "right_recognised", await demo.score(heard))
        for kind in ("nothing", "two", "follow_ups"):
            of_kind = [case for case in of_demo if case.kind == kind][::every]
            _note(result, f"{kind}_right", await demo.score(of_kind))
        result.add("turn_ms_p95", percentile(plain.milliseconds, 95), P95_TURNS)
        demo.close()
        (keep_in / "renamed").mkdir()
        other = Company(renamed(ROOT / DEMO, keep_in / "renamed"), embedding, keep_in)
        difference = abs((await other.score(asked)).share - plain.share)
        other.close()
        result.count("renamed_difference", round(difference, 2), len(asked))
        for name in sorted({case.tasks for case in known} - {DEMO}):
            unseen = Company(ROOT / name, embedding, keep_in)
            of_it = [case for case in known if case.tasks == name and case.kind == "requests"]
            _note(result, "unseen_task_right", await unseen.score(of_it[::every]))
            unseen.close()
        result.note_contention()


def _heard(asked: Sequence[Case]) -> list[Case]:
    """The phrasings that were spoken, in the words that were heard."""
    if not HEARD.is_file():
        return []
    lines = [json.loads(line) for line in HEARD.read_text("utf-8").splitlines()]
    heard = {line["say"]: line["heard"] for line in lines}
    return [case.saying(heard[case.said]) for case in asked if case.said in heard]


def _note(result: BenchmarkResult, key: str, score: Score) -> None:
    print(f"{key:20}{score.right:5} of {score.count:4}  {score.share:5.1f} %")
    for case, did in score.wrong:
        print(f"    {case.language} {' / '.join(case.turns)!r}: {case.wants} -> {did}")
    if score.count:
        result.add(key, rate(score.right, score.count))


def _note_requests(result: BenchmarkResult, score: Score, asked: Sequence[Case]) -> None:
    count = Counter((case.language, case.wants[0][0]) for case in asked)
    wrong = Counter((case.language, case.wants[0][0]) for case, _ in score.wrong)
    for (tag, name), n in sorted(count.items()):
        result.rows.append(
            {"language": tag, "request": name, "n": n, "right": n - wrong[tag, name]}
        )
