"""A phrase of a list, as a regular expression over words.

The notation is that of answers (`voice/languages/grammar.py`): (a|b) is one of them, [a|b] one of
them or nothing, <name> the words of that name. Besides, .. is up to one word of any kind, and ...
up to three.
The text that it is looked for in has one space after each word and one before the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"<(\w+)>")
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
_CLOSED_BY = {"(": ")", "[": "]"}


def any_of(
    phrases: Iterable[str], words: Mapping[str, str], *, at_the_end: bool = False
) -> re.Pattern[str]:
    """Finds any of the phrases from the beginning of a word, or only where it ends the text.

    Raises ValueError for a name or bracket that is amiss.
    """
    sources = [_expression(phrase, words) for phrase in phrases]
    if not sources:
        return re.compile(r"(?!)")
    return re.compile(f"(?<= )(?:{'|'.join(sources)})" + ("$" if at_the_end else ""))


def _expression(phrase: str, words: Mapping[str, str]) -> str:
    named = phrase
    while match := _NAME.search(named):
        if match[1] not in words:
            raise ValueError(f"{phrase}: nothing is named {match[1]}")
        named = named[: match.start()] + f"({words[match[1]]})" + named[match.end() :]
    parts = _PART.findall(named)
    open_brackets: list[str] = []
    for part in parts:
        if part in _CLOSED_BY:
            open_brackets.append(_CLOSED_BY[part])
        elif part in _CLOSED_BY.values() and (not open_brackets or open_brackets.pop() != part):
            raise ValueError(f"{phrase}: no bracket is open that {part} closes")
    if open_brackets:
        raise ValueError(f"{phrase}: {open_brackets[-1]} is missing")
    return "".join(_SIGNS.get(part) or re.escape(part) + " " for part in parts)
