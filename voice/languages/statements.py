"""What in a sentence states a fact beside numbers: the tables of statements.toml.

What counts and measures, by which words something is said to be done, and which words, though they
are capitalised or begin a sentence, are no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field, PrivateAttr

from voice.languages.table import PlainWords, Table
from voice.languages.words import plain

_SHORTEST_ROOT = 3
_DOUBLED = frozenset("bcdfgklmnprstv")
"""Letters that are doubled before an ending: stop, stopped."""


class ClaimWords(Table):
    """How it is said that something was done, is being done or is so; contractions in full."""

    own: frozenset[str] = frozenset()
    """By whom the assistant speaks of itself: I, we."""
    have: frozenset[str] = frozenset()
    """Before a participle: something was done."""
    be: frozenset[str] = frozenset()
    """Before a participle or an adjective: something is so."""
    been: frozenset[str] = frozenset()
    """Behind one of `have`: something was done to something."""
    between: frozenset[str] = frozenset()
    """What may stand between these and the participle."""
    modal: frozenset[str] = frozenset()
    """With one of these it is only possible, wanted or still to come."""
    hypothetical: frozenset[str] = frozenset()
    """What follows one of these is not said to be so."""
    recent: Sequence[str] = ()
    """Before an infinitive: it was done ("managed to")."""
    nothing: frozenset[str] = frozenset()
    """They deny what they stand beside, as `not` does what it stands before."""
    not_: frozenset[str] = Field(frozenset(), alias="not")
    participles: Sequence[str] = ()
    """Their endings."""
    infinitives: Sequence[str] = ()
    """Endings of what is no adjective."""
    past: Sequence[str] = ()
    """Endings of what the assistant did, right behind `own`."""
    doing: Sequence[str] = ()
    """Endings of what is being done, behind `be`."""
    present_is_doing: bool = False
    """Whether "I block" says that it is being done."""
    irregular: Mapping[str, str] = {}
    """Participles and past forms with another ending, each with its verb."""
    phrases: Mapping[str, Sequence[str]] = {}
    """Whole phrases, by the verb that they mean; one word alone counts only between marks."""
    acts: PlainWords = frozenset()
    """Verbs of what a company does for its customers."""
    generic: PlainWords = frozenset()
    """Verbs that say that whatever was asked for is done."""
    harmless: PlainWords = frozenset()
    """Verbs of what changes nothing: to see, to understand."""


class Statements(Table):
    """The file statements.toml."""

    function_words: PlainWords = frozenset()
    """Articles, pronouns, prepositions and the like: they count nothing and name nothing."""
    openers: PlainWords = frozenset()
    """Other words with which sentences begin; in capitals there, and no names."""
    opener_endings: Sequence[str] = ()
    """Endings of such words."""
    capitals: frozenset[str] = frozenset()
    """Words that have a capital everywhere, and are no names of anybody's."""
    joints: PlainWords = frozenset()
    """Between two statements in one sentence, as "and"."""
    ranges: PlainWords = frozenset()
    """Between two numbers that count the same, as "to"."""
    units: Mapping[str, Sequence[str]] = {}
    """What numbers count, beside the units of spoken.toml: all words and marks for it."""
    currencies: Mapping[str, str] = {}
    """Other names of currencies, with their code."""
    per: PlainWords = frozenset()
    """Before a unit: for each of it, as "a month"."""
    per_words: Mapping[str, str] = {}
    """Single words for it, with the unit: "monthly"."""
    bare_words: PlainWords = frozenset()
    """Number words that are numbers only before what they count."""
    hour_words: PlainWords = frozenset()
    """Behind an hour in figures: "5 o'clock"."""
    moments: PlainWords = frozenset()
    """What "one moment" waits for: no count."""
    days: Mapping[str, int] = {}
    """Days by their distance from today."""
    any_day: PlainWords = frozenset()
    """Those of them that often mean no day: "anything else today"."""
    before_months: PlainWords = frozenset()
    """Words behind which a month stands without a day."""
    times: Mapping[str, str] = {}
    """Times of the day with names, as hours and minutes: 12:00."""
    ending_in: Sequence[str] = ()
    """Before the last figures of a number of which the rest is left out."""
    suffixes: Sequence[str] = ()
    """Endings that a word may have and still mean the same."""
    claims: ClaimWords = ClaimWords()
    _roots: dict[str, str] = PrivateAttr(default_factory=dict)

    def root(self, word: str) -> str:
        """What a word, in lower case, has in common with its other forms."""
        if word not in self._roots:
            self._roots[word] = self._cut(plain(self.claims.irregular.get(word, word)))
        return self._roots[word]

    def _cut(self, word: str) -> str:
        stems = (word.removesuffix(suffix) for suffix in self.suffixes)
        stem = min((stem for stem in stems if len(stem) >= _SHORTEST_ROOT), key=len, default=word)
        if len(stem) > _SHORTEST_ROOT and stem[-1] == stem[-2] and stem[-1] in _DOUBLED:
            stem = stem[:-1]
        return f"{stem[:-1]}y" if stem.endswith("i") else stem
