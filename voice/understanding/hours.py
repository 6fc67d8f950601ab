"""Times of the day as callers say them: "half past ten", "three in the afternoon", "15 h 30"."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from voice.languages import Language, plain, words_at
from voice.understanding.corrections import parts_between
from voice.understanding.counted import counts_something, words_for_days
from voice.understanding.found import GAP, Found, cut_out
from voice.understanding.phrase_table import PhraseTable, plain_words

_FIRST_OF_BUSINESS = 7
"""An hour before it, of which nothing tells the half of the day, is in the afternoon."""
_NOON = 12
_NEAR = 4
"""Words between an hour and the part of the day, at the most."""
_HALVES = {"a": "a", "am": "a", "p": "p", "pm": "p"}


def read_time(text: str, language: Language, asked: bool = True) -> Found | None:
    """The time that is meant, the last one where the caller corrects themselves.

    `asked`: "three" alone is an hour. An hour up to six without a half of the day is in the
    afternoon: nobody is called or visited before seven.
    """
    for begin, end in reversed(parts_between(text, language)):
        gap = text[:begin].rstrip().endswith(GAP)
        found = _read(f"{GAP * gap} {text[begin:end]}", language, asked)
        if found:
            return found
    return None


def _read(text: str, language: Language, asked: bool) -> Found | None:
    named = _named(text, language)
    if named:
        return named
    written = language.written_form(text)
    half = _half_of_day(text, language)
    marks = re.escape(language.forms.dates.hour_marks)
    in_figures = re.compile(
        rf"\b(?P<hour>\d{{1,2}})(?:\s?[{marks}]\s?(?P<minute>\d{{2}})|\s?[hH]\b)?"
        r"(?:\s?(?P<half>[aApP])\.?\s?[mM]\b\.?)?"
    )
    for found in in_figures.finditer(written):
        plainly = found["minute"] or found["half"] or found[0].strip().lower().endswith("h")
        if plainly:
            said_half = (found["half"] or "").lower() or half
            time = _time(int(found["hour"]), int(found["minute"] or 0), said_half)
            if time:
                return Found(time, *cut_out(written, *found.span()))
    return _in_words(text, language, asked, half)


def _named(text: str, language: Language) -> Found | None:
    """Noon and midnight."""
    hours = language.dictated.hours
    words = words_at(text)
    said = [plain(word.text) for word in words]
    parts = _parts_of_day(language)
    for phrases, hour in ((hours.noon, _NOON), (hours.midnight, 0)):
        for _, first, end in PhraseTable(dict.fromkeys(phrases, True)).all_in(said):
            within = any(start <= first < stop for _, start, stop in parts.all_in(said))
            counted = end < len(said) and language.reader.begins_at(said, end)
            if not (within or counted):
                span = words[first].start, words[end - 1].end
                return Found(datetime.time(hour), *cut_out(text, *span))
    return None


def _in_words(text: str, language: Language, asked: bool, half: str) -> Found | None:
    """ "three thirty", "three oh five", "three o'clock", "three in the afternoon", "at three".

    And "three" where it was asked for. What may as well be a number of something counts last.
    """
    words = words_at(text)
    said = [plain(word.text) for word in words]
    lead, mark = language.dictated.hours.lead, plain(language.dictated.hours.mark)
    doubtful: Found | None = None
    for at in range(len(said)):
        hour, end = _count(said, at, language)
        if end == at or hour > 24:
            continue
        before = "".join(said[max(at - 1, 0) : at])
        if before in language.dictated.hours.lasting and not asked:
            continue
        marked = end < len(said) and said[end] in (mark, mark.removesuffix("s")) and mark != ""
        end += marked
        minute, behind = _minute(said, end, language)
        half_behind = _HALVES.get("".join(said[behind : behind + 1]), "")
        if half_behind:
            behind += 1 + (said[behind + 1 : behind + 2] == ["m"])
        told = marked or half_behind != ""
        if not told and not asked:
            timed = behind > end
            beside = _is_beside_a_day(said, at, behind, language, timed=timed)
            beside |= timed and text[: words[at].start].rstrip().endswith(GAP)
            counted = counts_something(said, behind, language) and not words[behind - 1].comma
            if counted or not (before in lead or beside):
                continue
        elif not _ends_here(said, behind, language):
            continue
        time = _time(hour, minute, half_behind or half)
        if time is None:
            continue
        found = Found(time, *cut_out(text, words[at].start, words[behind - 1].end))
        if asked or told or before not in language.dictated.hours.lead_of_much:
            return found
        doubtful = doubtful or found
    return doubtful


def _is_beside_a_day(
    said: Sequence[str], at: int, behind: int, language: Language, *, timed: bool
) -> bool:
    """Whether a part of the day follows; with minutes, a day before or behind is enough."""
    if said[at] in language.secrets.pronouns and not timed:
        return False
    days = words_for_days(language)
    if timed and ({*said[max(at - 1, 0) : at], *said[behind : behind + 1]} & days):
        return True
    parts = _parts_of_day(language)
    for place in range(behind, min(behind + _NEAR, len(said))):
        if parts.at(said, place):
            return True
        if said[place] not in days | language.dictated.hours.between:
            return False
    return False


def _ends_here(said: Sequence[str], position: int, language: Language) -> bool:
    """Whether what follows an hour does not make it a number of something, or a day."""
    if position >= len(said):
        return True
    word = said[position]
    months = {plain(month) for month in language.forms.dates.months}
    marks = {plain(mark) for mark in language.numbers.ordinals.marks}
    units = language.secrets.units - language.secrets.units_at_times
    counted = units - {"am", "pm", "h", "o'clock"}
    return word not in counted | months | marks


def _minute(said: Sequence[str], at: int, language: Language) -> tuple[int, int]:
    oh = language.numbers.years_in_pairs_with
    low = bool(oh) and said[at : at + 1] == [oh]
    minute, end = _count(said, at + low, language)
    fits = end > at + low and (minute < 10 if low else 10 <= minute < 60)
    return (minute, end) if fits else (0, at)


def _count(said: Sequence[str], at: int, language: Language) -> tuple[int, int]:
    if at < len(said) and said[at].isdecimal():
        return int(said[at]), at + 1
    value, used = language.reader.whole_at(said, at) if at < len(said) else (0, 0)
    return value, at + used


def _half_of_day(text: str, language: Language) -> str:
    """Whether a part of the day is named: "a" for before noon, "p" for after it, or ""."""
    found = _parts_of_day(language).all_in(plain_words(text))
    return found[-1][0] if found else ""


def _parts_of_day(language: Language) -> PhraseTable[str]:
    hours = language.dictated.hours
    return PhraseTable(
        [*((part, "a") for part in hours.before_noon), *((part, "p") for part in hours.after_noon)]
    )


def _time(hour: int, minute: int, half: str) -> datetime.time | None:
    if half == "p" and hour < _NOON:
        hour += _NOON
    elif half == "a" and hour == _NOON:
        hour = 0
    elif not half and 0 < hour < _FIRST_OF_BUSINESS:
        hour += _NOON
    hour = 0 if hour == 24 else hour
    return datetime.time(hour, minute) if hour < 24 and minute < 60 else None
