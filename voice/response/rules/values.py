"""How the values of a tool's result are written in a sentence."""

from __future__ import annotations

import datetime
from decimal import Decimal

from voice.languages import Language
from voice.tools import Value


def written(value: Value, language: Language) -> str:
    """42.17, 14 December, 14:30, 20, or the words themselves."""
    match value:
        case Decimal():
            return language.written_money(value)
        case datetime.date():
            return language.written_date(value)
        case datetime.time():
            return f"{value:%H:%M}"
        case _:
            return str(value)
