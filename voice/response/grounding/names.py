"""Names: capitalised words that are nothing else."""

from __future__ import annotations

from collections.abc import Collection

from voice.languages import plain
from voice.response.grounding.mentions import NameMention
from voice.response.grounding.numbers import Numbers
from voice.response.grounding.tokens import Row

_BEFORE_A_SENTENCE = frozenset('.?!:;\u2026"\u201c\u00ab(\u2013\u2014')
_WITHIN_A_NAME = frozenset(["-", "'", ".", "&"])


class Names:
    """Finds them in one language."""

    def __init__(self, numbers: Numbers, free: Collection[str] = ()) -> None:
        """`free`: capitalised words that are known to everybody, and ordinary words."""
        language, statements = numbers.language, numbers.statements
        self._numbers = numbers
        shown = language.forms.abbreviations
        self._free = {*statements.capitals, *shown.words, *shown.titles, *free}
        self._free_plain = {plain(word) for word in free if word[:1].islower()}
        self._endings = tuple(map(plain, statements.opener_endings)) or ("\0",)
        dates = language.forms.dates
        self._ordinary = {
            *statements.function_words, *statements.openers, *self._free_plain,
            *map(plain, (*dates.months, *dates.weekdays, *statements.days)),
        }  # fmt: skip

    def at(self, row: Row, at: int) -> tuple[NameMention, int] | None:
        """The name that begins at this token."""
        end = at
        while self._may_be_name(row, end):
            end += 1
            mark = row.word(end) in _WITHIN_A_NAME and row[end].joined
            end += mark and self._may_be_name(row, end + 1)
        words = tuple(row.word(n) for n in range(at, end) if row.is_kind(n, "word"))
        return (NameMention(words=words, **row.span(at, end)), end) if words else None

    def _may_be_name(self, row: Row, at: int) -> bool:
        if not row.is_kind(at, "word") or not row[at].text[0].isupper():
            return False
        if row[at].text in self._free or self._numbers.unit_at(row, at):
            return False
        begins = at == 0 or row.word(at - 1) in _BEFORE_A_SENTENCE
        return not (begins and self._is_ordinary(row, at))

    def _is_ordinary(self, row: Row, at: int) -> bool:
        """Whether the first word of a sentence may be one of those that are written small."""
        word, behind = row.word(at), row.word(at + 1)
        verbs = self._numbers.statements.claims
        return (
            word in self._ordinary
            or word.endswith(self._endings)
            or (
                behind in self._numbers.statements.function_words
                and behind not in verbs.be | verbs.have
            )
            or row[at].full != row[at].text.lower()
            or self._numbers.reader.begins_at(row.plain, at)
            or word in self._numbers.reader.scales
        )
