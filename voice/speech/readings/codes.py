"""What is read figure by figure: telephone numbers, PINs, tickets; and e-mail and web addresses."""

from __future__ import annotations

import re
from typing import Final

from voice.speech import numbers

_DIGIT_WORDS: Final = (
    r"(?i:pin|code|number|ticket|reference|invoice|account|card|extension|ending|digits?|id|tan)"
)
_LINK: Final = r"(?:\s+(?i:is|are|was|in|with|number|code|no\.?)|\s*[:#])*"


def _address(match: re.Match[str]) -> str:
    user, domain = match[1], match[2]
    return f"{_dotted(user)} at {_dotted(domain)}"


def _dotted(text: str) -> str:
    text = re.sub(r"\d+", lambda match: f" {numbers.digits(match.group())} ", text)
    for mark, name in ((".", "dot"), ("-", "dash"), ("_", "underscore"), ("+", "plus")):
        text = text.replace(mark, f" {name} ")
    return " ".join(text.replace("/", " slash ").split())


def _web(match: re.Match[str]) -> str:
    start = "w w w dot " if match[1] else ""
    return start + _dotted(match[2].rstrip("/"))


def _telephone(match: re.Match[str]) -> str | None:
    text = match.group()
    if sum(map(str.isdigit, text)) < 7:
        return None
    groups = [numbers.digits(group) for group in re.findall(r"\d+", text)]
    return ("plus " if text.startswith("+") else "") + ", ".join(groups)


def _code(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match.group())
    return ", ".join(_grouped(group) for group in groups)


def _grouped(figures: str) -> str:
    """A run of more than four figures, three at a time."""
    if len(figures) <= 4:
        return numbers.digits(figures)
    groups = [figures[start : start + 3] for start in range(0, len(figures), 3)]
    if len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return ", ".join(numbers.digits(group) for group in groups)


def _ticket(match: re.Match[str]) -> str:
    letters, figures = re.findall(r"[A-Z]+|\d+", match.group())[:2]
    return f"{' '.join(letters)}, {_grouped(figures)}"


ADDRESSES: Final = (
    (r"\b([\w.+-]+)@((?:[\w-]+\.)+[A-Za-z]{2,})\b", _address),
    (r"\b(?:https?://)(www\.)?([\w.-]+\w(?:/[\w./-]*\w)?/?)", _web),
    (r"\b(www\.)([\w.-]+\w(?:/[\w./-]*\w)?/?)", _web),
)
NUMBERS: Final = (
    (r"(?<![\w.])\+\d[\d\s()/-]{5,}\d(?!\w)", _telephone),
    (r"(?<![\w.,-])\(?0\d[\d()/-]*(?:[\s-]\d{2,})+(?!\w|[.,]\d)", _telephone),
    (r"(?<![\w.,-])\d{3}[\s-]\d{3}[\s-]\d{4}(?!\w)", _telephone),
    (
        r"(?:(?<=^)|(?<=\W))(?<!\d)(?P<code>\d{3,}(?:[\s-]\d{3,})*)(?![\w%]|[.,]\d)",
        lambda match: _code(match) if _after_digit_word(match) else None,
    ),
    (r"(?<!\w)[A-Z]{1,4}-?\d{2,}(?!\w)", _ticket),
)

_BEFORE: Final = re.compile(rf"\b{_DIGIT_WORDS}s?{_LINK}\s*$")


def _after_digit_word(match: re.Match[str]) -> bool:
    """Whether "PIN", "customer number is" or the like comes right before."""
    return bool(_BEFORE.search(match.string[max(0, match.start() - 60) : match.start()]))
