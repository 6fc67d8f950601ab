"""Training sentences from patterns: a file of patterns and words for each language.

Numbers, amounts, dates and times are made up and written as the language says them, so that the
teacher and espeak-ng cannot read figures differently.
"""

from __future__ import annotations

import datetime
import random
import re
import tomllib
from pathlib import Path
from typing import Any, Final

from voice.languages import Language, language

FOLDER: Final = Path(__file__).with_name("patterns")
_SLOT: Final = re.compile(r"\{(\w+)\}")
_YEAR: Final = 2026


class PatternWriter:
    """Writes sentences of one language without end; the same seed gives the same sentences."""

    def __init__(self, tag: str, seed: int = 1) -> None:
        table: dict[str, Any] = tomllib.loads((FOLDER / f"{tag}.toml").read_text("utf-8"))
        self._language: Language = language(tag)
        self._random = random.Random(seed)
        self._shares: dict[str, float] = table["shares"]
        self._patterns = {kind: table[kind]["patterns"] for kind in self._shares}
        self._words: dict[str, list[str]] = table["words"]

    def write(self, count: int) -> list[str]:
        """`count` sentences, each of them different."""
        seen: dict[str, None] = {}
        while len(seen) < count:
            seen.setdefault(self._sentence())
        return list(seen)

    def _sentence(self) -> str:
        kind = self._random.choices(list(self._shares), list(self._shares.values()))[0]
        pattern: str = self._random.choice(self._patterns[kind])
        text = self._language.spoken_form(_SLOT.sub(self._fill, pattern))
        return text[0].upper() + text[1:]

    def _fill(self, slot: re.Match[str]) -> str:
        name = slot[1]
        if name in self._words:
            return self._random.choice(self._words[name])
        made: str = getattr(self, f"_{name}")()
        return made

    def _number(self) -> str:
        return self._language.numbers.cardinal(self._random.randrange(2, 100))

    def _digits(self) -> str:
        count = self._random.choice([2, 3, 4, 4])
        return " ".join(self._random.choice(self._language.digit_words) for _ in range(count))

    def _letters(self) -> str:
        count = self._random.randrange(2, 5)
        return ", ".join(self._random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(count))

    def _amount(self) -> str:
        whole = self._random.randrange(2, self._random.choice([20, 100, 900, 4000]))
        cents = self._random.choice([0, self._random.randrange(2, 100)])
        return f"{whole}{self._language.numbers.decimal_mark}{cents:02d} EUR"

    def _date(self) -> str:
        day = datetime.date(_YEAR, 1, 1) + datetime.timedelta(days=self._random.randrange(365))
        return self._language.written_date(day)

    def _time(self) -> str:
        return f"{self._random.randrange(7, 22)}:{self._random.choice(['00', '15', '30', '45'])}"
