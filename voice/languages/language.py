"""A language: everything about it that code needs to know, read from its folder."""

from __future__ import annotations

import datetime
import importlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from voice.errors import ConfigError
from voice.languages import scoring
from voice.languages.contractions import Contractions
from voice.languages.dictated import Dictated
from voice.languages.endings import Endings
from voice.languages.listening import Listening
from voice.languages.number_reader import NumberReader
from voice.languages.numbers import NumberWords
from voice.languages.phrases import Phrases
from voice.languages.readings.forms import (
    Abbreviations,
    Amounts,
    CodeForms,
    Dates,
    Forms,
)
from voice.languages.remarks import AnswerPart, Remark, Remarks
from voice.languages.roles import Roles
from voice.languages.secrets import Secrets
from voice.languages.spoken_forms import Piece, SpokenForms
from voice.languages.statements import Statements
from voice.languages.table import Table
from voice.languages.tags import matching
from voice.languages.unfinished import Ending, Unfinished
from voice.languages.words import composed, plain, scored_words_of, words_at, words_of
from voice.languages.written_forms import WrittenForms

DEFAULT = "en"
"""The language where none is named."""
FOLDER = Path(__file__).parent
"""Where the languages lie, a folder each, named by its tag."""
_FILE = "language.toml"
_YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LOADERS: Mapping[str, Callable[[str], Any]] = {
    ".json": json.loads, ".toml": tomllib.loads, ".yaml": partial(yaml.load, Loader=_YAML),
}  # fmt: skip
_Kind = TypeVar("_Kind", bound=Table)


class Disclosure(Table):
    """How a greeting says that no person speaks."""

    words: Sequence[str]
    """One of them in a sentence discloses it."""
    sentence: str
    """Says so by itself."""


class Expected(Table):
    """What a recogniser may expect of a caller who was asked for it."""

    yes: Sequence[str]
    """The usual ways to say yes to a question, and no."""
    no: Sequence[str]
    dates: Sequence[str] = ()
    """Words of dates beside months, weekdays and numbers: today, next."""


class _Description(Table):
    """The file language.toml."""

    name: str
    own_name: str
    phrases: Phrases
    disclosure: Disclosure
    listening: Listening
    secrets: Secrets
    expected: Expected
    scoring_fillers: frozenset[str] = frozenset()


class _Spoken(Table):
    """The file spoken.toml."""

    dates: Dates
    amounts: Amounts
    codes: CodeForms
    abbreviations: Abbreviations


class Language:
    """One language; equal to none but itself, loaded once."""

    def __init__(self, folder: Path) -> None:
        """Raises ConfigError with the file and what is amiss in it."""
        self._folder = folder
        description = _checked(_Description, folder / _FILE)
        self.tag = folder.name
        """BCP 47."""
        self.name = description.name
        """In English."""
        self.own_name = description.own_name
        self.phrases = description.phrases
        self.disclosure = description.disclosure
        self.listening = description.listening
        self.secrets = description.secrets
        self.expected = description.expected
        self.fillers = description.scoring_fillers
        """Sounds that are no words: they do not count when recognition is scored."""
        self.numbers = _checked(NumberWords, folder / "numbers.toml")
        self.reader = NumberReader(self.numbers)

    def __repr__(self) -> str:
        return f"Language({self.tag})"

    @property
    def code(self) -> str:
        """ISO 639, as recognisers and voices name it."""
        return self.tag.partition("-")[0]

    @property
    def digit_words(self) -> Sequence[str]:
        """Zero to nine."""
        return self.numbers.below_twenty[:10]

    @cached_property
    def number_words(self) -> frozenset[str]:
        """Every word of which numbers are made, as it is written."""
        numbers = self.numbers
        phrases = [*map(numbers.cardinal, range(100)), *numbers.scales, *numbers.also]
        return frozenset(words_of(" ".join([*phrases, numbers.before_rest])))

    @cached_property
    def amount_words(self) -> frozenset[str]:
        """Words beside the numbers of amounts."""
        named = {
            name
            for currency in self.forms.amounts.currencies
            for name in (currency.one, currency.many, currency.small_one, currency.small_many)
        }
        return frozenset(words_of(" ".join([*named, self.numbers.decimal_word])))

    @cached_property
    def date_words(self) -> frozenset[str]:
        """Words of dates beside cardinal numbers."""
        dates = self.forms.dates
        ordinals = map(self.numbers.ordinal, range(1, 32))
        beside = (dates.lead, dates.of, *self.expected.dates)
        return frozenset(words_of(" ".join([*dates.months, *dates.weekdays, *ordinals, *beside])))

    def spoken_form(self, text: str) -> str:
        """`text` as a person reads it aloud: figures and abbreviations as words."""
        return self._spoken.text(text)

    def written_form(self, text: str) -> str:
        """The inverse for what was said: number words as figures, "42.17 EUR"."""
        return self._written.text(text)

    def scored_words(self, text: str) -> list[str]:
        """Words as recognition is scored: one spelling, no punctuation, no fillers."""
        module = self._module("scoring") or scoring
        spelled = module.one_spelling(composed(text).lower(), self.numbers)
        return [word for word in scored_words_of(spelled) if word not in self.fillers]

    def spoken_pieces(self, text: str) -> list[Piece]:
        """The same in pieces that each know which part of `text` they stand for."""
        return self._spoken.pieces(text)

    @cached_property
    def forms(self) -> Forms:
        """The words by which dates, amounts and codes are said."""
        spoken = _checked(_Spoken, self._folder / "spoken.toml")
        clock = self._clock.clock if self._clock else _figures
        return Forms(
            self.numbers, spoken.dates, spoken.amounts, spoken.codes, spoken.abbreviations, clock
        )

    def written_date(self, date: datetime.date) -> str:
        """A date as it stands in a sentence: 14 December."""
        dates, marks = self.forms.dates, self.numbers.ordinals.marks
        first = marks[0] if dates.first and date.day == 1 and marks else ""
        return f"{date.day}{first} {dates.months[date.month - 1]}"

    def written_money(self, amount: Decimal) -> str:
        """An amount with two decimals."""
        return f"{amount:.2f}".replace(".", self.numbers.decimal_mark)

    def discloses(self, sentence: str) -> bool:
        """Whether a sentence says that no person speaks."""
        return any(plain(word) in plain(sentence) for word in self.disclosure.words)

    @property
    def abbreviations(self) -> set[str]:
        """What is written with a full stop that ends no sentence."""
        words, dates = self.forms.abbreviations, self.forms.dates
        tables = (words.titles, words.short, words.numbered, words.before_names, words.behind_names)
        known = {word for table in tables for word in table}
        return known | set(dates.month_abbreviations) | set(dates.weekday_abbreviations)

    @cached_property
    def answers(self) -> dict[str, Any]:
        """How people answer yes and no: `voice.languages.yes_no` says what the lists mean."""
        return _read(self._folder / "answers.yaml")

    @cached_property
    def roles(self) -> Roles:
        """What a conversation says and is asked whatever it is about."""
        return _checked(Roles, self._folder / "roles.yaml")

    @cached_property
    def contractions(self) -> Contractions:
        """Which words are two in one."""
        return Contractions.of(self.answers.get("contractions", {}))

    @cached_property
    def dictated(self) -> Dictated:
        """How names, addresses, days and times are said; empty where that is not known yet."""
        file = self._folder / "values.toml"
        return _checked(Dictated, file) if file.is_file() else Dictated()

    @cached_property
    def unfinished(self) -> Unfinished:
        """What tells that more is to come; empty where nothing is known of it yet."""
        file = self._folder / "unfinished.toml"
        return _checked(Unfinished, file) if file.is_file() else Unfinished()

    def ending(self, text: str) -> Ending:
        """How what a caller has said so far ends."""
        words = self._plain_words(text)
        if not words:
            return Ending.WHOLE
        if self.contractions.break_off(" ".join(words_of(text))):
            return Ending.OPEN
        told = self.unfinished.ending(text, words, self.reader)
        if told is not None and told is not Ending.WHOLE:
            return told
        # A question mark tells nothing: recognisers write it behind half a question, too.
        learnt = self._endings.ending(words_of(text))
        return learnt if learnt.is_whole or told is None else Ending.WHOLE

    def asks_to_wait(self, text: str) -> bool:
        """Whether a caller asks to be waited for, and for nothing else."""
        return self.unfinished.asks_to_wait(self._plain_words(text))

    @cached_property
    def _endings(self) -> Endings:
        """By which words sentences end; every one is whole where that is not known yet."""
        file = self._folder / "endings.json"
        return _checked(Endings, file) if file.is_file() else Endings()

    @cached_property
    def _remarks(self) -> Remarks:
        """What callers say about the talk itself; empty where that is not known yet."""
        file = self._folder / "remarks.toml"
        return _checked(Remarks, file) if file.is_file() else Remarks()

    def remarks(self, text: str) -> frozenset[Remark]:
        """What a caller wants of the talk itself: to hear it again, louder, or no more of it."""
        return self._remarks.of(self._plain_words(text))

    def after_dropping(self, text: str) -> str | None:
        """What follows "never mind" and the like at the beginning of a text; None without that."""
        return self._behind(text, self._remarks.after_dropping(self._plain_words(text)))

    def after_correction(self, text: str) -> str | None:
        """What follows "no, wait" and the like, wherever they stand; None where nothing does."""
        return self._behind(text, self._remarks.after_correction(self._plain_words(text)))

    def part_wanted(self, text: str) -> AnswerPart | None:
        """The one kind of facts that a caller wants of the last answer, and nothing more."""
        return self._remarks.part_wanted(self._plain_words(text))

    @cached_property
    def stance(self) -> dict[str, Any]:
        """By which words callers want something, or not: `voice.understanding.stance` reads it."""
        file = self._folder / "stance.yaml"
        return _read(file) if file.is_file() else {}

    @cached_property
    def distress(self) -> dict[str, Any] | None:
        """Words of distress, for `voice.emergency`; None where there are none yet."""
        file = self._folder / "distress.toml"
        return _read(file) if file.is_file() else None

    @cached_property
    def statements(self) -> Statements:
        """What states a fact beside numbers; empty where nothing is known of it yet."""
        file = self._folder / "statements.toml"
        return _checked(Statements, file) if file.is_file() else Statements()

    @cached_property
    def spoken_times(self) -> tuple[tuple[str, str], ...]:
        """How times of the day are said, each with how it is written."""
        return tuple(self._clock.times(self.numbers)) if self._clock else ()

    @cached_property
    def _spoken(self) -> SpokenForms:
        return SpokenForms(self.forms)

    @cached_property
    def _written(self) -> WrittenForms:
        return WrittenForms(self.forms, self.reader, self.spoken_times)

    def _behind(self, text: str, count: int) -> str | None:
        """The text without its first words, contractions resolved; None where these are none."""
        ends = [word.end for word in words_at(text)] if count else []
        left = [end for end in ends if len(self._plain_words(text[:end])) == count]
        return text[left[0] :].lstrip(" ,.;:!?") if left else None

    def _plain_words(self, text: str) -> list[str]:
        """Contractions resolved."""
        return self.contractions.words(" ".join(words_of(text)))

    @property
    def _clock(self) -> Any:
        return self._module("clock")

    def _module(self, name: str) -> Any:
        """Code that a language of this package brings; None where there is none."""
        if self._folder.parent != FOLDER or not (self._folder / f"{name}.py").is_file():
            return None
        return importlib.import_module(f"{__package__}.{self._folder.name}.{name}")


def languages(folder: Path = FOLDER) -> dict[str, str]:
    """The tags of all languages with their names: in English, then in the language itself."""
    return {
        found.name: _names(found) for found in sorted(folder.iterdir()) if (found / _FILE).is_file()
    }


@cache
def language(tag: str = DEFAULT, folder: Path = FOLDER) -> Language:
    """The language of a tag such as en, EN or en-GB; raises ConfigError with those there are."""
    return _loaded(folder / matching(tag, languages(folder)))


@cache
def _loaded(folder: Path) -> Language:
    return Language(folder)


@cache
def _names(folder: Path) -> str:
    told = _read(folder / _FILE)
    return "/".join(dict.fromkeys([str(told.get("name")), str(told.get("own_name"))]))


def _figures(numbers: NumberWords, hour: int, minute: int, half: str) -> str:
    spoken = numbers.cardinal(hour)
    return f"{spoken} {numbers.cardinal(minute)}" if minute else spoken


def _checked(kind: type[_Kind], file: Path) -> _Kind:
    try:
        return kind.model_validate(_read(file))
    except ValidationError as error:
        mistake = error.errors()[0]
        place = ".".join(map(str, mistake["loc"]))
        raise ConfigError(f"{file}: {place}: {mistake['msg']}") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
        content = _LOADERS[file.suffix](text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{file}: expected tables of keys")
    return content
