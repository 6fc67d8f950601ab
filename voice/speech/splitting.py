"""Cuts streamed text into clauses, so that speech can begin while the answer is still written."""

from __future__ import annotations

import re
from functools import cache

from voice.languages import CAPITAL, Language
from voice.languages import language as default_language

FIRST_CLAUSE_WORDS = 3
"""The first clause may end at a comma from so many words on: it decides when speech begins."""
LATER_CLAUSE_WORDS = 8
"""Later clauses are longer: there is time, and longer ones sound better."""
MOST_CHARACTERS = 240
"""A clause without any punctuation is cut at a space before it grows longer."""

_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’)\]]*$")
_CLAUSE_END = re.compile(r"[,;:–—][\"'”’)\]]*$")
_LETTER_OR_DIGIT = re.compile(r"\w")


class ClauseSplitter:
    """Feed it text as it comes; complete clauses come back, whatever the pieces were.

    A clause ends at a sentence's end, or at a comma, semicolon or colon when it has words enough,
    never inside a number, a date or after an abbreviation. Only white space between clauses is
    dropped.
    """

    def __init__(self, language: Language | None = None) -> None:
        """Abbreviations are those of the language, or of the default one."""
        self._abbreviation = _abbreviation(language or default_language())
        self._text = ""
        self._first = True

    def feed(self, delta: str) -> list[str]:
        """Clauses that are complete with these further characters."""
        clauses: list[str] = []
        for character in delta:
            clause = self._take(character)
            if clause:
                clauses.append(clause)
        return clauses

    def flush(self) -> list[str]:
        """The rest, when the answer has ended; the next text begins a new answer."""
        rest = self._text.strip()
        self._text = ""
        self._first = True
        return [rest] if rest else []

    def _take(self, character: str) -> str | None:
        complete = None
        if not character.isspace():
            if self._text[-1:].isspace():
                complete = self._cut_before(character)
            elif len(self._text) >= MOST_CHARACTERS:
                complete = self._cut_long()
        self._text += character
        return complete

    def _cut_before(self, following: str) -> str | None:
        """The clause, if one ends in the white space at the end of the text so far."""
        clause = self._text.strip()
        if not _LETTER_OR_DIGIT.search(clause):
            return None
        ends_sentence = _SENTENCE_END.search(clause) and not self._abbreviation.search(clause)
        if not (ends_sentence or "\n" in self._text[len(self._text.rstrip()) :]):
            least = FIRST_CLAUSE_WORDS if self._first else LATER_CLAUSE_WORDS
            long_enough = len(clause.split()) >= least
            ends_clause = _CLAUSE_END.search(clause) and not following.isdigit()
            if not (ends_clause and long_enough) and len(clause) < MOST_CHARACTERS:
                return None
        self._text = ""
        self._first = False
        return clause

    def _cut_long(self) -> str | None:
        """What lies before the last space of a text that grew too long."""
        head, space, tail = self._text.rpartition(" ")
        if not space:
            head, tail = self._text, ""
        if not head.strip():
            return None
        self._text = tail
        self._first = False
        return head.strip()


@cache
def _abbreviation(language: Language) -> re.Pattern[str]:
    """Finds a full stop at the end of a text that ends no sentence."""
    short = "|".join(re.escape(word.rstrip(".")) for word in language.abbreviations)
    return re.compile(rf"(?:^|[\s(\"'])(?:{short}|{CAPITAL})\.$")
