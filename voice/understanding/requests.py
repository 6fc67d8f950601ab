"""What callers ask for: learnt from the examples of task files, read from a caller's words."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from voice.languages import Language
from voice.understanding.classifier import NONE, Features
from voice.understanding.learnt_examples import LearntExamples
from voice.understanding.parts import SURE, Part, best_parts, spans_of, without_reasons
from voice.understanding.stance import Clause, Trait, manner
from voice.understanding.suits import Stance, Suits

_NEAREST = 3
"""Examples with which is compared how a caller speaks."""
_BRIEF = 4
"""Words of a question that goes on with the one before, though nothing in it refers to that."""
_READINGS_KEPT = 64
_SAME_MATTER = 4.0
"""How much likelier a request of the matter that was spoken of before is, for words that refer."""
_SURE_OF_ANOTHER = 0.9
"""How probable another request has to be where words refer to what was spoken of before."""
_TOO_MANY_WORDS = 60
"""Of one utterance; what is beyond is not read."""


@dataclass(frozen=True)
class Wish:
    """One thing that a caller said."""

    request: str
    """`NONE` where it is nothing that is known."""
    probability: float
    stance: Stance = Stance.WANTED


@dataclass(frozen=True)
class Reading:
    """A caller's words, understood as far as they can be."""

    wishes: tuple[Wish, ...]
    """In the order in which they were said; at least one."""
    ranked: tuple[tuple[str, float], ...]
    """All of the words as one: the requests by their probability, `NONE` among them."""


class RequestReader:
    """The requests of one set of tasks, in one language; safe to use from several threads."""

    def __init__(
        self, language: Language, learnt: LearntExamples, matters: Mapping[str, str] | None = None
    ) -> None:
        """`learnt`: examples in this language, and perhaps in others.

        `matters`: what each request is about, where others may be about the same.
        """
        self._manner = manner(language)
        self._learnt = learnt
        self._matters = matters or {}
        self._own = learnt.rows(language)
        clauses = [
            self._manner.clause(self._manner.full(learnt.examples[row])) for row in self._own
        ]
        labels = [learnt.labels[row] for row in self._own]
        self._suits = Suits(self._manner, labels, clauses)
        self._kept = lru_cache(_READINGS_KEPT)(self._reading)

    def read(self, text: str, matter: str = "") -> Reading:
        """What a caller wants; `matter` is what was spoken of before.

        `text` is in normal form. The same words are read once, as long as they are remembered.
        """
        return self._kept(text, matter)

    def _reading(self, text: str, matter: str) -> Reading:
        words = text.split()[:_TOO_MANY_WORDS]
        brief = len(words) <= 1 and self._manner.function.issuperset(words)
        if brief and text not in self._learnt.texts:
            return Reading((Wish(NONE, 1.0),), ((NONE, 1.0),))
        spans = spans_of(words, self._manner)
        texts = [self._manner.shortened(" ".join(words[a:b])) for a, b in spans]
        features = self._learnt.features(texts)
        likely = self._learnt.classifier.probabilities(features)
        clauses = [self._manner.clause(self._manner.full(" ".join(words[a:b]))) for a, b in spans]
        known = [
            self._of_same_matter(each, clause, matter)
            for each, clause in zip(likely, clauses, strict=True)
        ]
        ranked = sorted(known[0].items(), key=lambda one: -one[1])
        parts = [
            Part(
                *span,
                max(each, key=lambda name: each[name]),
                max(each.values()),
                tells=bool(self._manner.tells(clause)) and not clause.complains,
                added=self._manner.adds(clause.words),
            )
            for span, each, clause in zip(spans, known, clauses, strict=True)
        ]
        stances = [
            self._stance(part, clause, features.row(place))
            for place, (part, clause) in enumerate(zip(parts, clauses, strict=True))
        ]
        wishes = []
        best = without_reasons(best_parts(parts, len(words)), parts)
        for place, following in itertools.zip_longest(best, best[1:]):
            part, stance = parts[place], stances[place]
            if following is not None and self._manner.takes_back(clauses[following]):
                stance = Stance.UNWANTED
            elif stance is Stance.UNWANTED and any(
                stances[other] is Stance.WANTED and clauses[other].asks
                for other in range(len(parts))
                if parts[other].request == part.request and part.holds(parts[other])
            ):
                stance = Stance.WANTED
            wish = Wish(part.request, part.probability, stance)
            wishes.append(self._in_context(wish, clauses[place], known[place], matter))
        return Reading(_merged(wishes), tuple(ranked))

    def _stance(self, part: Part, clause: Clause, features: Features) -> Stance:
        if part.request == NONE:
            return Stance.WANTED
        nearest = self._learnt.classifier.most_like(features, part.request)
        own = [row - self._own.start for row in nearest if row in self._own][:_NEAREST]
        return self._suits.judge(part.request, clause, own)

    def _in_context(
        self, wish: Wish, clause: Clause, likely: Mapping[str, float], matter: str
    ) -> Wish:
        """The wish, or the one for more of what was spoken of before."""
        of_it = [name for name in likely if name and self._matters.get(name) == matter]
        refers = self._manner.refers(clause.words)
        surely = wish.probability >= (_SURE_OF_ANOTHER if refers else SURE)
        if not matter or not of_it or not (refers or len(clause.words) <= _BRIEF):
            return wish
        if clause.traits & {Trait.REASON, Trait.OTHER_TIME} and clause.question and not surely:
            best = max(of_it, key=lambda name: likely[name])
            return Wish(best, 1 - wish.probability, Stance.BEYOND)
        if wish.request in of_it or (wish.request in self._matters and surely):
            return wish
        return self._goes_on(wish, clause, likely, of_it) or wish

    def _goes_on(
        self, wish: Wish, clause: Clause, likely: Mapping[str, float], of_it: Sequence[str]
    ) -> Wish | None:
        """The wish for the same again, of something else: "and in Spain", "when is it"."""
        content = self._manner.content(clause.words)
        if not content and wish.request not in {NONE, *self._matters}:
            return None
        knowing = [name for name in of_it if self._suits.knows(name, content)]
        if not knowing or Trait.REFUSES in clause.traits or not (content or clause.question):
            return None
        return Wish(max(knowing, key=lambda name: likely[name]), SURE)

    def _of_same_matter(
        self, likely: dict[str, float], clause: Clause, matter: str
    ) -> dict[str, float]:
        if not matter or not self._manner.refers(clause.words):
            return likely
        more = {
            name: share * (_SAME_MATTER if self._matters.get(name) == matter else 1.0)
            for name, share in likely.items()
        }
        total = sum(more.values())
        return {name: share / total for name, share in more.items()}


def _merged(wishes: Sequence[Wish]) -> tuple[Wish, ...]:
    """Each request once, the surest wish for it; what is nothing only where there is no more."""
    best: dict[str, Wish] = {}
    for wish in wishes:
        before = best.get(wish.request)
        if before is None or (wish.stance is Stance.WANTED and before.stance is not Stance.WANTED):
            best[wish.request] = wish
    known = tuple(wish for wish in best.values() if wish.request != NONE)
    return known or tuple(wishes[:1]) or (Wish(NONE, 1.0),)
