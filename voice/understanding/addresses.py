"""E-mail addresses as they are said: "john dot smith at gmail dot com"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from voice.languages import Language, plain
from voice.understanding.corrections import parts_between
from voice.understanding.found import Found, cut_out
from voice.understanding.phrase_table import PhraseTable
from voice.understanding.spelling import spelled_at

_WRITTEN = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(r"[^\s,;!?()\"]+")
_LONGEST_END = 24
"""Letters of the last part of a domain, behind its last dot."""


def read_email(text: str, language: Language) -> Found | None:
    """The last address in a text, in lower case and without accents."""
    written = list(_WRITTEN.finditer(text))
    if written:
        address = written[-1]
        return Found(_ascii(address[0].rstrip(".")), *cut_out(text, *address.span()))
    for begin, end in reversed([*parts_between(text, language), (0, len(text))]):
        found = _spoken(text[begin:end], _words(language))
        if found:
            address_said, first, last = found
            return Found(address_said, *cut_out(text, begin + first, begin + last))
    return None


class _AddressWords:
    """How the parts of an address are said in one language."""

    def __init__(self, language: Language) -> None:
        email = language.dictated.email
        self.language = language
        self.marks = PhraseTable(email.marks)
        self.at = PhraseTable([*((word, "@") for word in email.at)])
        self.around = language.dictated.framing

    def at_sign(self, words: Sequence[str], position: int) -> int:
        """The position behind an at sign; 0 where there is none."""
        if words[position] == "@":
            return position + 1
        found = self.at.at(words, position)
        return found[1] if found else 0

    def piece(self, words: Sequence[str], position: int) -> tuple[str, int] | None:
        """What is written for the words here, and the position behind them."""
        if (mark := self.marks.at(words, position)) is not None:
            return mark
        if (spelled := spelled_at(words, position, self.language)) is not None:
            return spelled
        value, used = self.language.reader.whole_at(words, position)
        if used and not words[position].isdecimal():
            return str(value), position + used
        beside = self.language.numbers.dictation.beside_others
        if words[position] in self.language.numbers.dictation.repeats:
            digit = self.piece(words, position + 1) if position + 1 < len(words) else None
            if digit and len(digit[0]) == 1:
                times = self.language.numbers.dictation.repeats[words[position]]
                return digit[0] * times, digit[1]
        if (
            words[position] in beside
            and position
            and words[position - 1] in self.language.reader.digits
        ):
            return str(beside[words[position]]), position + 1
        return words[position], position + 1


@cache
def _words(language: Language) -> _AddressWords:
    return _AddressWords(language)


def _spoken(text: str, said: _AddressWords) -> tuple[str, int, int] | None:
    tokens = list(_TOKEN.finditer(text))
    words = [_ascii(token[0]).rstrip(".") or "." for token in tokens]
    for position in range(len(words) - 1, 0, -1):
        behind = said.at_sign(words, position)
        if not behind or behind >= len(words):
            continue
        domain = _domain(words, behind, said)
        local = _local(words, position, said)
        if domain and local:
            address = f"{local[0]}@{domain[0]}"
            return address, tokens[local[1]].start(), tokens[domain[1] - 1].end()
    return None


def _domain(words: Sequence[str], position: int, said: _AddressWords) -> tuple[str, int] | None:
    """A domain that begins here, with a dot in it, and the position behind it."""
    written, end, whole = "", position, None
    while end < len(words):
        piece = said.piece(words, end)
        if piece is None or piece[0] == "_":
            break
        ends_in_mark = written.endswith((".", "-"))
        if whole and not (piece[0] in ".-" or ends_in_mark):
            break
        if piece[0] not in ".-" and "." not in written and said.at_sign(words, end):
            break
        written, end = written + piece[0], piece[1]
        last = written.rpartition(".")[2]
        if "." in written.strip(".") and last.isalpha() and 2 <= len(last) <= _LONGEST_END:
            whole = written, end
    return whole


def _local(words: Sequence[str], end: int, said: _AddressWords) -> tuple[str, int] | None:
    """What stands before the at sign, and where it begins: behind the words around it."""
    behind = [place + 1 for place in range(end - 1) if _is_around(words, place, end, said)]
    for start in reversed([0, *behind]):
        written, position = "", start
        while position < end:
            piece = said.piece(words[:end], position)
            if piece is None:
                break
            written, position = written + piece[0], piece[1]
        if _is_local(written):
            return written, start
    return None


def _is_around(words: Sequence[str], place: int, end: int, said: _AddressWords) -> bool:
    """Whether a word is no part of the address: not the "my" of "my dot name", or of "a n n a"."""
    if plain(words[place]) not in said.around:
        return False
    beside = [words[near] for near in (place - 1, place + 1) if 0 <= near < end]
    if len(words[place]) == 1 and any(len(word) == 1 and word.isalpha() for word in beside):
        return False
    near = [near for near in (place - 1, place + 1) if 0 <= near < end]
    return all(said.marks.at(words[:end], one) is None for one in near)


def _is_local(written: str) -> bool:
    return re.fullmatch(r"[a-z0-9]+(?:[._+-]+[a-z0-9]+)*", written) is not None


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
