"""How well companies are read that nothing was learned of: by the very classifier of the calls."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.encoder.company_files import TAGS, Company
from training.encoder.episodes import Mishearing
from voice.understanding.classifier import NONE, Classifier, Features
from voice.understanding.lexical import lexical_vectors, unit

_EXAMPLES = 8
"""Of each request in each language; the others are read."""
_UNSURE = 0.35
"""A request that is less likely is not taken up."""

Embed = Callable[[Sequence[str]], NDArray[np.float32]]


@dataclass
class Judged:
    """Counts of what was read."""

    right: list[bool] = field(default_factory=list)
    likest: list[bool] = field(default_factory=list)
    """Whether the right request is the likest one, sure or not."""
    damaged: list[bool] = field(default_factory=list)
    nothing: list[bool] = field(default_factory=list)
    """Whether nothing is taken up where nothing is asked for."""

    def __str__(self) -> str:
        return ", ".join(
            f"{name} {100 * sum(all) / max(len(all), 1):.1f} % of {len(all)}"
            for name, all in vars(self).items()
        )


def judge(companies: Sequence[Company], roles: Company, embed: Embed) -> Judged:
    """All companies, the same phrasings each time."""
    chance, judged = random.Random(0), Judged()
    mishearing = Mishearing(text for one in companies for text in one.all())
    for company in companies:
        examples, read = _parted(company, roles, chance)
        texts = [text for text, _ in examples]
        vectors = embed(texts)
        middle = vectors.mean(0)
        features = Features(unit(vectors - middle), lexical_vectors(texts))
        classifier = Classifier(features, [name for _, name in examples])
        said = [text for text, _ in read]
        heard = [mishearing.damaged(text, chance) for text in said]
        nothing = [text for tag in TAGS for text in company.nothing.get(tag, ())]
        found, misheard, other = (
            classifier.probabilities(Features(unit(embed(some) - middle), lexical_vectors(some)))
            for some in (said, heard, nothing)
        )
        for all, counts in ((found, judged.right), (misheard, judged.damaged)):
            counts += [_taken_up(each) == name for each, (_, name) in zip(all, read, strict=True)]
        judged.likest += [
            _likest({request: share for request, share in each.items() if request != NONE}) == name
            for each, (_, name) in zip(found, read, strict=True)
        ]
        judged.nothing += [_taken_up(each) in {NONE, *roles.requests} for each in other]
    return judged


def _parted(
    company: Company, roles: Company, chance: random.Random
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Examples and what is read, each with its request; names of roles are their own."""
    examples, read = [], []
    for name, by_tag in company.requests.items():
        for texts in by_tag.values():
            drawn = chance.sample(texts, len(texts))
            examples += [(text, f"{company.name} {name}") for text in drawn[:_EXAMPLES]]
            read += [(text, f"{company.name} {name}") for text in drawn[_EXAMPLES:]]
    for name, by_tag in roles.requests.items():
        examples += [(text, name) for texts in by_tag.values() for text in texts]
    return examples, read


def _taken_up(likely: dict[str, float]) -> str:
    name = _likest(likely)
    return name if likely[name] >= _UNSURE else NONE


def _likest(likely: dict[str, float]) -> str:
    return max(likely, key=lambda name: likely[name])
