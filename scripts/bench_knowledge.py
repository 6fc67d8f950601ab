"""How well callers' questions are answered from documents, and what is not in them declined.

    python scripts/bench_knowledge.py --quick

Documents and questions of two companies, in English and French, lie in scripts/knowledge_sets:
`held_out` is measured; with --fit, the weights of `voice/knowledge/support.py` are fitted on `fit`
and printed, and the fit's own errors with them.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from voice.embeddings import Embedder, load_embedder
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import percentile, rate
from voice.knowledge import FoundPassage, Knowledge, build
from voice.settings import Settings
from voice.settings.embedding import MULTILINGUAL, Embedding

SETS = Path(__file__).resolve().parent / "knowledge_sets"
LANGUAGES = ("en", "fr")
MODELS: Mapping[str, Sequence[str]] = {MULTILINGUAL: LANGUAGES, "all-MiniLM-L6-v2": ("en",)}
"""What each is asked in."""
LIMIT_SECONDS = {"quick": 110.0, "full": 600.0}
_STEPS, _RATE, _DECAY = 8000, 0.5, 0.003
"""Of the fit: Newton is not needed for three weights."""


@dataclass(frozen=True)
class Asked:
    """A question, and what was found for it."""

    language: str
    question: str
    says: str
    """Words of the passage that answers; empty where none does."""
    found: list[FoundPassage]
    ms: float

    @property
    def first_is_right(self) -> bool:
        """Whether the first passage holds the answer."""
        return bool(self.says) and self.says in self.found[0].passage.text

    @property
    def answered(self) -> bool:
        """Whether a caller would be told something."""
        return self.found[0].support.enough


def ask(name: str, embedder: Embedder, languages: Sequence[str]) -> Iterator[Asked]:
    """Build the store of a set and ask all questions in these languages."""
    questions = yaml.safe_load((SETS / name / "questions.yaml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "store.sqlite"
        build(SETS / name / "documents", file, embedder, LANGUAGES)
        knowledge = Knowledge(file, embedder)
        try:
            for language in languages:
                for row in questions[language]:
                    began = time.perf_counter()
                    found = knowledge.search(row["ask"], language)
                    ms = (time.perf_counter() - began) * 1000
                    yield Asked(language, row["ask"], row.get("says", ""), found, ms)
        finally:
            knowledge.close()


def count(result: BenchmarkResult, asked: list[Asked], model: str) -> None:
    """The shares that matter to a caller, by language."""
    short = "" if model == MULTILINGUAL else "minilm_"
    for language in MODELS[model]:
        part = [one for one in asked if one.language == language]
        name = f"{short}{language}_"
        with_answer = [one for one in part if one.says]
        without = [one for one in part if not one.says]
        found = [any(one.says in f.passage.text for f in one.found) for one in with_answer]
        right = [one.answered and one.first_is_right for one in with_answer]
        said = [one.answered and one.says in one.found[0].answer for one in with_answer]
        wrong = [one.answered and not one.first_is_right for one in with_answer]
        result.add(f"{name}passage_among_three", rate(sum(found), len(found)))
        result.add(f"{name}answered_right", rate(sum(right), len(right)))
        result.add(f"{name}answer_said", rate(sum(said), len(said)))
        result.add(f"{name}answered_wrong", rate(sum(wrong), len(wrong)))
        declined = [not one.answered for one in without]
        result.add(f"{name}declined", rate(sum(declined), len(declined)))
    result.add(f"{short}search_ms_p95", percentile([one.ms for one in asked], 95))


def fit(asked: list[Asked]) -> NDArray[np.float64]:
    """Logistic regression: does the first passage answer the question?

    Gives the weights of `meaning` and `shared`, and what is added.
    """
    rows = np.array([[one.found[0].support.meaning, one.found[0].support.shared] for one in asked])
    right = np.array([one.first_is_right for one in asked], np.float64)
    middle, spread = rows.mean(0), rows.std(0)
    inputs = np.column_stack([(rows - middle) / spread, np.ones(len(rows))])
    weights = np.zeros(3)
    for _ in range(_STEPS):
        believed = 1 / (1 + np.exp(-inputs @ weights))
        weights += _RATE * (inputs.T @ (right - believed) / len(right) - _DECAY * weights)
    slopes = weights[:2] / spread
    return np.append(slopes, weights[2] - slopes @ middle)


def show(asked: list[Asked]) -> None:
    """Each mistake, to be looked at."""
    for one in asked:
        first = one.found[0]
        if one.answered != bool(one.says) or (one.says and not one.first_is_right):
            support = first.support
            print(
                f"{one.language} {support.probability:.2f} meaning {support.meaning:.2f} "
                f"shared {support.shared:.2f} {'+' if one.says else '-'} {one.question!r}: "
                f"{first.answer!r}"
            )


def measure(result: BenchmarkResult, options: Namespace) -> None:
    """Ask one set or the other with each model."""
    both = []
    for model, languages in MODELS.items():
        embedder = load_embedder(Settings(embedding=Embedding(model=model)))
        try:
            asked = list(ask("fit" if options.fit else "held_out", embedder, languages))
        finally:
            embedder.close()
        if options.mistakes:
            show(asked)
        count(result, asked, model)
        both += asked
    if options.fit:
        meaning, shared, begin = fit(both)
        print(f"meaning {meaning:.2f}, shared {shared:.2f}, begin {begin:.2f}")


async def main() -> int:
    """Measure, print and keep the figures."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--fit", action="store_true", help="fit the weights, on the other set")
    parser.add_argument("--mistakes", action="store_true", help="print each of them")
    options = parser.parse_args()
    result = BenchmarkResult.begin("bench_knowledge")
    async with result.measured_within(LIMIT_SECONDS[extent_of(options)]):
        await asyncio.to_thread(measure, result, options)
    return concluded(result, options)


if __name__ == "__main__":
    run_benchmark(main)
