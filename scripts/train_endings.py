"""Learn by which words sentences of callers end: voice/languages/TAG/endings.json.

    python scripts/train_endings.py en fr
    python scripts/train_endings.py en --only-judge

Every sentence is cut after each of its words; what it learns from are the made-up companies of
scripts/training/encoder/companies, short replies, and the examples of tasks/. It takes seconds
a language, is judged on companies that it did not see (in five folds), and prints how
many sentences cut in half are told to go on, against how many whole ones are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from training.encoder.company_files import COMPANIES  # noqa: E402
from voice.languages.endings import Endings, marks  # noqa: E402
from voice.languages.words import words_of  # noqa: E402
from voice.tasks import load_tasks  # noqa: E402

Sentences = list[list[str]]
"""Each as its words."""
REPLIES = Path(__file__).resolve().parent / "training" / "endings" / "replies.yaml"
FOLDS = 5
OPEN_SHARE = 0.05
"""Of whole sentences, so many are taken for open ones."""
DOUBTED_SHARE = 0.12
"""Of whole sentences, so many are not taken for whole ones."""
SURE_SHARE = 0.07
"""Of sentences cut in half, so many are taken for ones that do not go on."""
_SEEN = 3
"""A mark that was seen less often tells nothing."""
_PASSES = 250
_RATE = 0.3
_PULL = 2e-4
"""Towards no weight at all, a pass."""
_CUTS_COUNT = 1.5
"""All cuts within a sentence together; its end counts once."""
_SINGLE_COUNTS = 0.2
_LEAST_WEIGHT = 0.05
_FEWEST_WORDS = 5
"""Of a sentence that is cut in half."""


def main() -> None:
    """Learn, judge and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tags", nargs="+", metavar="TAG")
    parser.add_argument("--only-judge", action="store_true", help="write nothing")
    arguments = parser.parse_args()
    for tag in arguments.tags:
        sources = list(_sources(tag))
        bounds = _judged(tag, sources)
        if not arguments.only_judge:
            learnt = _learnt([sentence for source in sources for sentence in source])
            endings = learnt.model_copy(update=bounds)
            file = ROOT / "voice" / "languages" / tag / "endings.json"
            file.write_text(json.dumps(endings.model_dump(), indent=0, ensure_ascii=False) + "\n")
            print(f"{file}: {len(endings.weights)} weights, {file.stat().st_size / 1000:.0f} kB")


def _sources(tag: str) -> Iterator[Sentences]:
    """A company each, replies of a kind each, and the examples of each folder of tasks."""
    for file in sorted(COMPANIES.glob("*.yaml")):
        for company in yaml.safe_load(file.read_text("utf-8")):
            by_tag = (*company["requests"].values(), company.get("nothing", {}))
            yield [words_of(str(text)) for texts in by_tag for text in texts.get(tag, ())]
    replies = yaml.safe_load(REPLIES.read_text("utf-8"))
    yield from ([words_of(str(text)) for text in texts] for texts in replies.get(tag, ()))
    for folder in (ROOT / "tasks", ROOT / "tasks" / "municipality"):
        requests = load_tasks(folder).requests.values()
        yield [words_of(text) for one in requests for text in one.examples.get(tag, ())]


def _judged(tag: str, sources: Sequence[Sentences]) -> dict[str, float]:
    """The bounds of `Endings`, by sentences of sources that were not learnt from."""
    whole: list[float] = []
    halves: list[float] = []
    for fold in range(FOLDS):
        learnt = _learnt(
            [one for n, source in enumerate(sources) if n % FOLDS != fold for one in source]
        )
        for source in sources[fold::FOLDS]:
            whole += [learnt.finality(words) for words in source if words]
            halves += [
                learnt.finality(words[: len(words) // 2])
                for words in source
                if len(words) >= _FEWEST_WORDS
            ]
    bounds = {
        "open_below": float(np.quantile(whole, OPEN_SHARE)),
        "whole_from": float(np.quantile(whole, DOUBTED_SHARE)),
        "sure_from": float(np.quantile(halves, 1 - SURE_SHARE)),
    }
    for name, bound in bounds.items():
        halved, ended = (np.mean(np.array(some) < bound) for some in (halves, whole))
        below = f"{halved:.0%} of {len(halves)} halves and {ended:.0%} of {len(whole)} wholes"
        print(f"{tag}: below {name} are {below}")
    return {name: round(bound, 2) for name, bound in bounds.items()}


def _learnt(sentences: Sentences) -> Endings:
    """Weights by gradient descent (Adagrad) over all cuts at once, each sentence counting alike."""
    cuts = [
        (words[:length], length == len(words), _count(length, len(words)))
        for words in sentences
        for length in range(1, len(words) + 1)
    ]
    counted = Counter(mark for words, *_ in cuts for mark in marks(words))
    number = {mark: n for n, (mark, seen) in enumerate(counted.items()) if seen >= _SEEN}
    number = {mark: n for n, mark in enumerate(number)}
    found = [[number[mark] for mark in marks(words) if mark in number] for words, *_ in cuts]
    rows = np.repeat(np.arange(len(cuts)), list(map(len, found)))
    columns = np.concatenate([np.array(one, dtype=np.int64) for one in found])
    is_whole = np.array([whole for _, whole, _ in cuts], dtype=np.float64)
    counts = np.array([count for *_, count in cuts])
    weights = np.zeros(len(number) + 1)  # the last is the bias
    squares = np.full_like(weights, 1e-6)
    for _ in range(_PASSES):
        odds = weights[-1] + np.bincount(rows, weights[columns], len(cuts))
        error = (1 / (1 + np.exp(-odds)) - is_whole) * counts / len(sentences)
        slope = np.append(np.bincount(columns, error[rows], len(number)), error.sum())
        slope[:-1] += _PULL * weights[:-1]
        squares += slope**2
        weights -= _RATE * slope / np.sqrt(squares)
    return Endings(weights=_kept(number, weights), bias=round(float(weights[-1]), 2))


def _count(length: int, whole: int) -> float:
    """How much a cut counts; single words are often whole replies, which few sentences show."""
    if length == whole:
        return 1.0
    return _CUTS_COUNT / whole * (_SINGLE_COUNTS if length == 1 else 1.0)


def _kept(number: dict[str, int], weights: npt.NDArray[np.float64]) -> dict[str, float]:
    kept = {mark: round(float(weights[n]), 2) for mark, n in number.items()}
    return {mark: weight for mark, weight in sorted(kept.items()) if abs(weight) >= _LEAST_WEIGHT}


if __name__ == "__main__":
    main()
