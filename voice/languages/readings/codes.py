"""What is read figure by figure: telephone numbers, PINs, tickets, accounts; and addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from voice.languages.readings.forms import Forms, Rules, one_of
from voice.languages.words import CAPITAL

_SHORTEST_TELEPHONE = 7
_SHORTEST_IBAN, _LONGEST_IBAN = 15, 34
_UNGROUPED = 5
"""A run of so many figures is cut into groups."""
_ABROAD = {
    "1": (3, 3, 4), "32": (3, 2, 2, 2), "33": (1, 2, 2, 2, 2), "34": (3, 3, 3), "41": (2, 3, 2, 2),
    "44": (4, 3, 3), "49": (3, 4, 4), "254": (3, 3, 3), "255": (3, 3, 3), "353": (2, 3, 4),
}  # fmt: skip
"""Groups behind the country codes of ITU-T E.164, as people there say them."""


def addresses(forms: Forms) -> Rules:
    """E-mail and web addresses."""
    at = f" {forms.codes.marks['@']} "
    path = r"[\w.-]+\w(?:/[\w./-]*\w)?"
    return (
        (r"(?<!\w)([\w.+-]+)@((?:[\w-]+\.)+[^\W\d_]{2,})\b",
         lambda match: at.join(_dotted(forms, part) for part in match.groups())),
        (rf"\b(?:https?://)(www\.)?({path})/?", partial(_web, forms)),
        (rf"\b(www\.)({path})/?", partial(_web, forms)),
    )  # fmt: skip


def numbers(forms: Forms) -> Rules:
    """Telephone numbers, IBANs, codes and tickets."""
    telephone = partial(_telephone, forms)
    figures = r"\(?\d[\d()]*"
    before = re.compile(
        rf"(?<!\w)(?i:{one_of(forms.codes.announced_by)})s?"
        rf"(?:\s+(?i:{one_of(forms.codes.links)})(?!\w)|\s*[:#])*\s*$"
    )

    def code(match: re.Match[str]) -> str | None:
        lead_in = match.string[max(0, match.start() - 60) : match.start()]
        if not before.search(lead_in):
            return None
        return ", ".join(_grouped(forms, group) for group in re.findall(r"\d+", match[0]))

    return (
        (r"(?<!\w)[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,4})?(?!\w)",
         partial(_iban, forms)),
        (rf"(?<![\w.])\+{figures}(?:[\s./-]{{1,2}}{figures})*(?!\w)", telephone),
        (r"(?<![\w.,/-])\(?0\d[\d()]*(?:\s?[\s./-]\s?\(?\d[\d()]+)+(?!\w|[.,]\d)", telephone),
        (r"(?<![\w.,-])(?:(?:\d[\s.-])?\(?\d{3}\)?[\s.-]\s?\d{3}[\s.-]|\d{3}-)\d{4}(?!\w|[.,]\d)",
         telephone),
        (r"(?<![\w.,-])0\d{8,10}(?!\w|[.,]\d)", partial(_national, forms)),
        (r"(?<![\w.,-])\d{4}(?:[\s-]\d{4}){2,3}(?!\w|[.,]\d)",
         lambda match: ", ".join(map(forms.numbers.digits, re.findall(r"\d+", match[0])))),
        (r"(?:(?<=^)|(?<=\W))(?<!\d)(?P<code>\d{3,}(?:[\s-]\d{3,})*)(?![\w%]|[.,/]\d)", code),
        (r"(?<!\w)(?=[A-Z-]*\d)(?=[\d-]*[A-Z])(?:[A-Z]{1,4}|\d+)(?:-(?:[A-Z]{1,4}|\d+))+(?![\w-])",
         partial(_spelt, forms)),
        (r"(?<!\w)[A-Z]{1,4}-?\d{2,}(?:-\d+)*(?!\w)", partial(_spelt, forms)),
        (r"(?<![\w.,/])(\d{3,})/(\d{3,})(?![\w/]|[.,]\d)",
         lambda match: f" {forms.codes.marks['/']} ".join(
             _grouped(forms, part) for part in match.groups())),
        (r"(?<!\w)[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}(?!\w)", partial(_spelt, forms)),
        (r"(?<!\w)(?=[A-Z\d-]*(?:[A-Z]-?\d+-?[A-Z]|\d-?[A-Z]+-?\d))[A-Z\d]+(?:-[A-Z\d]+)*(?!\w)",
         partial(_spelt, forms)),
        (rf"(?<![\w.,-])(\d{{1,4}})([A-Z])(?=\s{CAPITAL}|$|[,.;]\s)", partial(_house, forms)),
        (r"(?<!\w)#\s?(\d+)(?!\w)",
         lambda match: f"{forms.abbreviations.symbols['#']} {_grouped(forms, match[1])}"),
    )  # fmt: skip


def _dotted(forms: Forms, text: str) -> str:
    text = re.sub(r"\d+", lambda match: f" {forms.numbers.digits(match.group())} ", text)
    for mark, name in forms.codes.marks.items():
        text = text.replace(mark, f" {name} ")
    return " ".join(text.split())


def _web(forms: Forms, match: re.Match[str]) -> str:
    return " ".join([forms.codes.web if match[1] else "", _dotted(forms, match[2])]).strip()


def _telephone(forms: Forms, match: re.Match[str]) -> str | None:
    text = match[0].replace("(0)", "") if match[0].startswith("+") else match[0]
    groups = re.findall(r"\d+", text)
    if sum(map(len, groups)) < _SHORTEST_TELEPHONE:
        return None
    if text.startswith("+"):
        if len(groups) == 1:
            groups = _abroad(groups[0])
        read = [_telephone_group(forms, group) for group in groups]
        return f"{forms.codes.plus} {', '.join(read)}"
    if len(groups) == 1:
        groups = _cut(groups[0], forms.codes.national.get(len(groups[0]), ()))
    return ", ".join(_telephone_group(forms, group) for group in groups)


def _national(forms: Forms, match: re.Match[str]) -> str:
    groups = _cut(match[0], forms.codes.national.get(len(match[0]), ()))
    return ", ".join(_telephone_group(forms, group) for group in groups)


def _abroad(figures: str) -> list[str]:
    for length in (1, 2, 3):
        groups = _ABROAD.get(figures[:length])
        if groups and sum(groups) == len(figures) - length:
            return [figures[:length], *_cut(figures[length:], groups)]
    return _cut(figures, ())


def _cut(figures: str, lengths: Sequence[int]) -> list[str]:
    """Into groups of these lengths; into threes where there are none."""
    groups, at = [], 0
    for length in lengths:
        groups.append(figures[at : at + length])
        at += length
    return groups or _threes(figures)


def _threes(figures: str) -> list[str]:
    if len(figures) < _UNGROUPED:
        return [figures]
    groups = [figures[start : start + 3] for start in range(0, len(figures), 3)]
    if len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _telephone_group(forms: Forms, figures: str) -> str:
    if not forms.codes.pairs:
        return _grouped(forms, figures)
    if len(figures) > 3:
        pairs = [figures[start : start + 2] for start in range(0, len(figures), 2)]
        return ", ".join(_telephone_group(forms, pair) for pair in pairs)
    significant = figures.lstrip("0")
    zeros = forms.numbers.digits(figures[: len(figures) - len(significant)])
    return f"{zeros} {forms.numbers.cardinal(int(significant)) if significant else ''}".strip()


def _grouped(forms: Forms, figures: str) -> str:
    return ", ".join(map(forms.numbers.digits, _threes(figures)))


def _iban(forms: Forms, match: re.Match[str]) -> str | None:
    characters = re.sub(r"\s", "", match[0])
    if not _SHORTEST_IBAN <= len(characters) <= _LONGEST_IBAN:
        return None
    fours = [characters[start : start + 4] for start in range(0, len(characters), 4)]
    return ", ".join(" ".join(map(partial(_character, forms), four)) for four in fours)


def _spelt(forms: Forms, match: re.Match[str]) -> str:
    """Letters and figures by turns, long runs of figures in groups."""
    runs = re.findall(r"[A-Z]+|\d+", match[0])
    letters_first = len(runs) == 2 and runs[0].isalpha()
    if letters_first and len(runs[0]) == 1 and re.fullmatch(r"[1-9]\d", runs[1]):
        return f"{runs[0]} {forms.numbers.cardinal(int(runs[1]))}"
    if letters_first or "-" in match[0]:
        return ", ".join(" ".join(run) if run.isalpha() else _grouped(forms, run) for run in runs)
    words = re.split(r"[\s-]", match[0])
    return ", ".join(" ".join(map(partial(_character, forms), word)) for word in words)


def _character(forms: Forms, character: str) -> str:
    return forms.numbers.digits(character) if character.isdecimal() else character


def _house(forms: Forms, match: re.Match[str]) -> str:
    figures = match[1]
    long = len(figures) > 2
    read = forms.numbers.digits(figures) if long else forms.numbers.cardinal(int(figures))
    return f"{read} {match[2]}"
