"""Spoken text to written text (inverse text normalisation): number words as figures.

Amounts get the code of their currency (ISO 4217): "forty two euros seventeen" becomes 42.17 EUR.
Small numbers that stand alone in a sentence stay words, as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from voice.languages.number_reader import NumberReader
from voice.languages.readings.forms import Forms, one_of
from voice.languages.spoken_numbers import SpokenNumber, spoken_numbers
from voice.languages.words import plain, words_at

_Found = tuple[str, int]
"""What is written, and the position of the word behind it."""
_YEARS = range(1500, 2100)
_MOST_SMALL_UNITS = 100


class WrittenForms:
    """Writes what was said in one language."""

    def __init__(
        self, forms: Forms, reader: NumberReader, times: Iterable[tuple[str, str]] = ()
    ) -> None:
        """`times`: how times of day are said, each with how it is written."""
        self._forms = forms
        self._reader = reader
        self._mark = forms.numbers.decimal_mark
        self._times = {_split(said): written for said, written in times}
        self._longest_time = max(map(len, self._times), default=0)
        self._days = {_split(forms.numbers.ordinal(day)): day for day in range(1, 32)}
        self._longest_day = max(map(len, self._days))
        self._months = {plain(month): month for month in forms.dates.months}
        self._percent = _split(forms.amounts.percent)
        self._currencies: dict[str, str] = {}
        self._small: dict[str, str] = {}
        for currency in forms.amounts.currencies:
            code = next(mark for mark in currency.marks if re.fullmatch("[A-Z]{3}", mark))
            names = (currency.one, currency.many, *filter(str.isalpha, currency.marks))
            for name in names:
                self._currencies.setdefault(plain(name), code)
            for name in (currency.small_one, currency.small_many):
                self._small.setdefault(plain(name), code)
        self._codes = {
            mark: self._currencies[plain(currency.one)]
            for currency in forms.amounts.currencies
            for mark in currency.marks
            if not mark.isalnum()
        }
        signs = one_of(self._codes)
        self._sign_before = re.compile(rf"({signs})\s?({forms.number})(?![\d])")
        self._sign_behind = re.compile(rf"({forms.number})\s?({signs})")

    def text(self, text: str) -> str:
        """`text` with figures; what holds no numbers stays as it is."""
        text = self._sign_before.sub(lambda found: f"{found[2]} {self._codes[found[1]]}", text)
        text = self._sign_behind.sub(lambda found: f"{found[1]} {self._codes[found[2]]}", text)
        words = words_at(text)
        said = [plain(word.text) for word in words]
        places = {word.end: number for number, word in enumerate(words, 1)}
        runs = {
            run.start: (run.figures, places[run.end])
            for run in spoken_numbers(text, self._reader, dictated=False)
            if self._is_figures(text, run)
        }
        written, copied, position = "", 0, 0
        while position < len(words):
            start = words[position].start
            found = self._at(said, position) or runs.get(start)
            if found is None:
                position += 1
                continue
            written += text[copied:start] + found[0]
            position = found[1]
            copied = words[position - 1].end
        return written + text[copied:]

    @staticmethod
    def _is_figures(text: str, run: SpokenNumber) -> bool:
        """Whether people write this number in figures, and it is not written so yet."""
        said = text[run.start : run.end]
        if run.parts == 1 and any(map(str.isdecimal, said)):
            return False
        return len(run.figures) > 1 or said == text.strip(" .,!?")

    def _at(self, said: Sequence[str], position: int) -> _Found | None:
        """A time, date, amount, share or decimal number that begins at this word."""
        readers = (self._time_at, self._date_at, self._amount_at, self._decimal_at)
        return next((found for read in readers if (found := read(said, position))), None)

    def _time_at(self, said: Sequence[str], position: int) -> _Found | None:
        for length in range(min(self._longest_time, len(said) - position), 1, -1):
            written = self._times.get(tuple(said[position : position + length]))
            if written:
                return written, position + length
        return None

    def _date_at(self, said: Sequence[str], position: int) -> _Found | None:
        dates = self._forms.dates
        at = position + (dates.lead != "" and said[position] == dates.lead)
        day, end = self._day_at(said, at)
        if day:
            end += dates.of != "" and said[end : end + 1] == [dates.of]
            month = self._months.get(said[end]) if end < len(said) else None
            return self._dated(said, day, month, end + 1) if month else None
        month = self._months.get(said[position])
        if not (month and dates.spoken_month_first):
            return None
        start = position + 1 + (said[position + 1 : position + 2] == [dates.lead])
        day, end = self._day_at(said, start)
        return self._dated(said, day, month, end) if day else None

    def _day_at(self, said: Sequence[str], position: int) -> tuple[int, int]:
        """A day of a month, and the position behind it; 0 where there is none."""
        for length in range(min(self._longest_day, len(said) - position), 0, -1):
            day = self._days.get(tuple(said[position : position + length]))
            if day:
                return day, position + length
        if said[position : position + 1] == [self._forms.dates.first]:
            return 1, position + 1
        value, used = self._whole_at(said, position)
        return (value, position + used) if 1 <= value <= 31 else (0, position)

    def _dated(self, said: Sequence[str], day: int, month: str, end: int) -> _Found:
        first = self._forms.numbers.ordinals.marks if self._forms.dates.first and day == 1 else ()
        written = f"{day}{first[0] if first else ''} {month}"
        year, used = self._year_at(said, end)
        return (f"{written} {year}", end + used) if year else (written, end)

    def _year_at(self, said: Sequence[str], position: int) -> tuple[int, int]:
        value, used = self._whole_at(said, position)
        if value in _YEARS:
            return value, used
        low, more = self._whole_at(said, position + used)
        zero = position + used < len(said) and said[position + used] == (
            self._forms.numbers.years_in_pairs_with or None
        )
        if zero:
            low, more = self._whole_at(said, position + used + 1)
            more += 1
        year = 100 * value + low
        paired = bool(self._forms.numbers.years_in_pairs_with) and used and more and low < 100
        return (year, used + more) if paired and year in _YEARS else (0, 0)

    def _amount_at(self, said: Sequence[str], position: int) -> _Found | None:
        number, end = self._number_at(said, position)
        code = self._currencies.get(said[end]) if number and end < len(said) else None
        if not number or code is None:
            return None
        whole, _, decimals = number.partition(self._mark)
        end += 1
        if not decimals:
            joined = said[end : end + 1] == [plain(self._forms.amounts.money.split()[1])]
            small, used = self._whole_at(said, end + joined)
            behind = end + joined + used
            named = behind < len(said) and said[behind] in self._small
            plainly = not joined and (behind >= len(said) or not self._counts(said, behind))
            if used and 0 < small < _MOST_SMALL_UNITS and (named or plainly):
                return f"{whole}{self._mark}{small:02} {code}", behind + named
            return f"{whole} {code}", end
        return f"{whole}{self._mark}{decimals.ljust(2, '0')} {code}", end

    def _counts(self, said: Sequence[str], position: int) -> bool:
        """Whether a number before this word counts something else: more figures, a unit."""
        units = {plain(name) for names in self._forms.amounts.units.values() for name in names}
        word = said[position]
        return word in self._currencies or word in units or self._reader.begins_at(said, position)

    def _decimal_at(self, said: Sequence[str], position: int) -> _Found | None:
        number, end = self._number_at(said, position)
        if not number:
            return None
        if tuple(said[end : end + len(self._percent)]) == self._percent:
            space = "" if self._mark == "." else " "
            return f"{number}{space}%", end + len(self._percent)
        return (number, end) if self._mark in number or number.startswith("-") else None

    def _number_at(self, said: Sequence[str], position: int) -> _Found:
        """A number with sign and decimals, as it is written; "" where there is none."""
        minus = said[position] == plain(self._forms.numbers.minus)
        at = position + minus
        if at < len(said) and said[at][0].isdecimal():
            value = self._forms.value(said[at])
            return f"{'-' if minus else ''}{value.replace('.', self._mark)}", at + 1
        whole, used = self._whole_at(said, at)
        if not used:
            return "", position
        end, written = at + used, str(whole)
        if said[end : end + 1] == [plain(self._forms.numbers.decimal_word)]:
            decimals, behind = self._decimals_at(said, end + 1)
            if decimals:
                written, end = f"{written}{self._mark}{decimals}", behind
        return f"{'-' if minus else ''}{written}", end

    def _decimals_at(self, said: Sequence[str], position: int) -> tuple[str, int]:
        decimals = ""
        while True:
            value, used = self._whole_at(said, position)
            word = said[position] if position < len(said) else ""
            if not used and word in self._reader.dictation.beside_others and decimals:
                value, used = self._reader.dictation.beside_others[word], 1
            if not used:
                return decimals, position
            decimals, position = f"{decimals}{value}", position + used

    def _whole_at(self, said: Sequence[str], position: int) -> tuple[int, int]:
        if position < len(said) and said[position].isdecimal():
            return int(said[position]), 1
        return self._reader.whole_at(said, position)


def _split(phrase: str) -> tuple[str, ...]:
    return tuple(plain(word.text) for word in words_at(phrase))
