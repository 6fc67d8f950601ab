"""A phrase of a list, as a regular expression over words.

In a phrase (a|b) is one of them, [a|b] one of them or nothing, {name} the words of that name,
.. up to one word of any kind and ... up to three.
The text that it is looked for in has one space after each word and one before the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"\{(\w+)\}")
_PART = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")
_SIGNS = {
    "(": "(?:",
    "[": "(?:",
    ")": ")",
    "]": ")?",
    "|": "|",
    "...": "(?:[^ |]+ ){0,3}",
    "..": "(?:[^ |]+ )?",
}


def expression(phrase: str, words: Mapping[str, str]) -> str:
    """The source of the expression; raises ValueError for a name or bracket that is amiss."""
    while match := _NAME.search(phrase):
        if match[1] not in words:
            raise ValueError(f"{phrase}: nothing is named {match[1]}")
        phrase = phrase[: match.start()] + f"({words[match[1]]})" + phrase[match.end() :]
    parts = [_SIGNS.get(part) or re.escape(part) + " " for part in _PART.findall(phrase)]
    source = "".join(parts)
    try:
        re.compile(source)
    except re.error as error:
        raise ValueError(f"{phrase}: {error}") from None
    return source


def any_of(phrases: Iterable[str], words: Mapping[str, str]) -> re.Pattern[str]:
    """Finds any of the phrases, from the beginning of a word."""
    sources = [expression(phrase, words) for phrase in phrases]
    return re.compile(f"(?<= )(?:{'|'.join(sources)})" if sources else r"(?!)")
