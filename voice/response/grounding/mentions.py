"""What a sentence may state: the kinds of facts, each with what makes two of them the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A fact that stands in a text, from `start` to `end`; two are equal if they say the same."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    @property
    def kind(self) -> str:
        """How it is told of: amount, day, name."""
        return type(self).__name__.removesuffix("Mention").lower()


@dataclass(frozen=True, kw_only=True)
class AmountMention(Mention):
    """A sum of money."""

    value: Decimal
    currencies: frozenset[str]
    """The codes (ISO 4217) that it may be in: of "cents" several."""
    per: str = ""
    """The unit for each of which it is paid: a month."""


@dataclass(frozen=True, kw_only=True)
class ShareMention(Mention):
    """Percent."""

    value: Decimal


@dataclass(frozen=True, kw_only=True)
class CountMention(Mention):
    """A number of something."""

    value: Decimal
    unit: str = ""
    """A unit of the language."""
    nouns: tuple[str, ...] = ()
    """The roots of the words behind it, up to the first that names nothing."""
    per: str = ""
    in_words: bool = False

    @property
    def is_bare(self) -> bool:
        """Nothing tells what it counts."""
        return not self.unit and not self.nouns


@dataclass(frozen=True, kw_only=True)
class CodeMention(Mention):
    """Figures, perhaps with letters, that are read one by one: of a telephone, an order."""

    characters: str
    """Lower case, without what stands between them."""
    is_end: bool = False
    """Only the last of them were said."""


@dataclass(frozen=True, kw_only=True)
class AddressMention(Mention):
    """Of an e-mail or a website."""

    text: str


@dataclass(frozen=True, kw_only=True)
class DayMention(Mention):
    """A date, as far as it was said."""

    day: int = 0
    """Of the month; 0: not said."""
    month: int = 0
    year: int = 0
    weekday: int | None = None
    """0 is Monday."""
    from_today: int | None = None
    """In days, as "tomorrow" has it."""


@dataclass(frozen=True, kw_only=True)
class TimeMention(Mention):
    """A time of the day."""

    minutes: int
    """Since midnight."""
    either_half: bool = False
    """It may be of the other half of the day as well."""


@dataclass(frozen=True, kw_only=True)
class NameMention(Mention):
    """Capitalised words that follow each other."""

    words: tuple[str, ...]
    """In lower case."""


@dataclass(frozen=True, kw_only=True)
class ClaimMention(Mention):
    """That something was done, is being done or is so."""

    root: str
    """Of the verb or adjective."""
    negative: bool = False
    is_own: bool = False
    """The assistant says it of itself."""
    is_deed: bool = False
    """Of something that was done, not of how something is."""
