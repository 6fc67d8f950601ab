"""How callers say what a tool needs beside numbers: the tables of values.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field

from voice.languages.table import PlainNumbers, PlainWords, Table


class Spelling(Table):
    """Names letter by letter."""

    as_in: Sequence[str] = ()
    """Between a letter and a word that begins with it: "M as in Mike"."""
    capital: Sequence[str] = ()
    """Words about the letter behind them, which change nothing."""
    apostrophe: Sequence[str] = ()
    letters: Mapping[str, str] = {}
    """Names of letters; they count only beside other letters."""
    alphabet: Mapping[str, str] = {}
    """Words that stand for a letter by themselves, beside others."""


class EmailWords(Table):
    """E-mail addresses as they are said."""

    at: Sequence[str] = ()
    marks: Mapping[str, str] = {}
    """Words for the marks in an address."""


class RelativeDays(Table):
    """Days that are named by how far they are from today."""

    relative: Mapping[str, int] = {}
    next: PlainWords = frozenset()
    this: Sequence[str] = ()
    last: PlainWords = frozenset()
    target: PlainWords = frozenset()
    """Before the day that is meant of several: "from Monday *to* Friday"."""
    source: PlainWords = frozenset()
    """Before the other one."""
    since: PlainWords = frozenset()
    """Before a day that is no value of a request: "I have waited *since* Monday"."""
    doubtful_months: PlainWords = frozenset()
    """Names of months that are other words as well ..."""
    no_month_before: PlainWords = frozenset()
    """... and are such before one of these: "may be"."""
    next_weekday_is_of_next_week: bool = False
    """Whether "next Friday", said on a Monday, is eleven days away, and not four."""
    weeks_behind: Mapping[str, int] = {}
    """Behind a weekday, how many weeks later it is meant: "Friday *week*"."""
    weeks_before: Mapping[str, int] = {}
    """The same before it: "*a week on* Friday"."""
    next_week: Sequence[str] = ()
    """Behind a weekday or before it: "Friday *of next week*"."""
    inside: Sequence[str] = ()
    """Before a span from today: "in two weeks"; or `later` behind it."""
    later: Sequence[str] = ()
    units: PlainNumbers = Field({})
    """Spans in days."""
    months: PlainWords = frozenset()
    of_month: PlainWords = frozenset()
    first_of_month: Sequence[str] = ()
    last_of_month: Sequence[str] = ()


class Hours(Table):
    """Times of the day, beside those that are written in figures."""

    noon: Sequence[str] = ()
    midnight: Sequence[str] = ()
    before_noon: Sequence[str] = ()
    """Parts of the day that tell which half of it an hour is of."""
    after_noon: Sequence[str] = ()
    lead: PlainWords = frozenset()
    """Before a time: "at three"."""
    lead_of_much: PlainWords = frozenset()
    """Those among them that stand before a number of something as well: "for three"."""
    between: PlainWords = frozenset()
    """Between an hour and the part of the day: "three in the afternoon"."""
    never_behind: PlainWords = frozenset()
    """Behind a number, which is no hour then: "about two of them"."""
    lasting: PlainWords = frozenset()
    """Before so many hours, which are no time of the day: "since three hours"."""
    mark: str = ""
    """Behind a whole hour."""


class Dictated(Table):
    """The file values.toml; without one nothing is known but numbers."""

    framing: PlainWords = frozenset()
    """Single words around a value that are no part of it."""
    leads: Sequence[str] = ()
    """Phrases that may come before a value of words: full words, in the notation of `grammar`."""
    tails: Sequence[str] = ()
    """The same behind it."""
    not_: PlainWords = Field(frozenset(), alias="not")
    """Before what is meant not to be the value."""
    proposing: PlainWords = frozenset()
    """Before a denial that is none: "why not Friday"."""
    stops: PlainWords = frozenset()
    """Words that are no part of a name, and end one in the midst of a sentence."""
    article_as_one: PlainWords = frozenset()
    """Articles that stand for a one before a scale: "a hundred"."""
    spelling: Spelling = Spelling()
    email: EmailWords = EmailWords()
    days: RelativeDays = RelativeDays()
    hours: Hours = Hours()
