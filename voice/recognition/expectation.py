"""What an answer is expected to be, and the words and figures of which it is made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from voice.languages import Language, spoken_numbers

Kind = Literal["anything", "digits", "yes_no", "choice", "amount", "date", "spelling", "listening"]

_FIGURES = tuple("0123456789")
_LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
_MARKS = {
    "amount": tuple("$€£.,"), "date": tuple("/-,."), "spelling": tuple("-.,"),
    "listening": tuple("-.,!"),
}  # fmt: skip
_FEW_WORDS = 3
"""As what a listener says may be misread."""
_BETWEEN = re.compile(r"[\s,.\-]*")
_WORD = re.compile(r"\w+|[$€£]")


@dataclass(frozen=True)
class Expectation:
    """What the caller was asked for; whoever says something else is understood all the same."""

    kind: Kind = "anything"
    digits: int = 0
    """How many, of kind "digits"; 0 where that is not known."""
    choices: tuple[str, ...] = ()
    """Of kind "choice": for instance the names of the persons whom a caller may ask for."""

    def __post_init__(self) -> None:
        if self.digits < 0 or (self.digits and self.kind != "digits"):
            raise ValueError(f"no expectation: {self.digits} digits, kind {self.kind}")
        if bool(self.choices) != (self.kind == "choice"):
            raise ValueError(f"no expectation: {len(self.choices)} choices, kind {self.kind}")

    @property
    def decides(self) -> bool:
        """Whether an answer that is nearly as likely as another one is doubtful."""
        return self.kind in ("digits", "yes_no", "choice")

    def needs_search(self, said: str, language: Language) -> bool:
        """Whether what was read freely leaves open that an answer of this kind was said."""
        if self.kind == "listening":
            is_short = 0 < len(said.split()) <= _FEW_WORDS
            return is_short and self.meaning(said, language) is None
        return not self.is_told_in(said, language)

    def answers(self, language: Language) -> dict[str, str]:
        """Where there are only so many: what each thing that may be said stands for."""
        if self.kind == "yes_no":
            expected = language.expected
            yes, no = dict.fromkeys(expected.yes, "yes"), dict.fromkeys(expected.no, "no")
            return yes | no
        return {choice: choice for choice in self.choices}

    def parts(self, language: Language) -> Iterator[str]:
        """The words, figures and signs of which any answer is made."""
        if self.kind == "spelling":
            yield from (*_LETTERS, *map(str.upper, _LETTERS), *_FIGURES)
        elif self.kind == "listening":
            listening = language.listening
            phrases = listening.phrases | listening.stops
            words = {*listening.words}.union(*map(str.split, phrases))
            yield from (form for word in words for form in (word, word.capitalize()))
        elif self.kind in ("digits", "amount", "date"):
            yield from _FIGURES
            words = {*language.digit_words}
            if self.kind == "amount":
                words = {*language.number_words, *language.amount_words}
            elif self.kind == "date":
                words = {*language.number_words, *language.date_words}
            yield from (form for word in words for form in (word, word.capitalize()))
        yield from _MARKS.get(self.kind, ())

    def meaning(self, text: str, language: Language) -> str | None:
        """What an answer made of these parts says, however it is written; None when nothing."""
        if self.kind == "digits":
            return _figures(text, language)
        if self.kind == "listening":
            if language.listening.is_backchannel(text):
                return "listens"
            return "stops" if language.listening.stops_speaker(text) else None
        said = _WORD.findall(text.lower())
        if self.kind == "spelling":
            in_letters = text.isupper() or all(len(one) == 1 for one in said)
            return ("".join(said) or None) if in_letters else None
        return None if self._no_parts(said, language) else " ".join(said) or None

    def words_beside(self, text: str, language: Language) -> int:
        """How many words are no part of a date or an amount; of other kinds, any may be misread."""
        if self.kind not in ("amount", "date"):
            return 0
        return self._no_parts(_WORD.findall(text.lower()), language)

    def _no_parts(self, said: Sequence[str], language: Language) -> int:
        """How many of these words no answer is made of."""
        known = {*self.parts(language)}
        return sum(one not in known and not one.isdecimal() for one in said)

    def is_told_in(self, text: str, language: Language) -> bool:
        """Whether a sentence such as 'it's four two two one' holds the one number asked for.

        The words around it are no digits, so nothing made of digits alone explains them better.
        """
        if not self.digits or self.meaning(text, language) is not None:
            return False
        numbers = spoken_numbers(text, language.reader)
        return [len(number.figures) for number in numbers] == [self.digits]

    def is_whole(self, meaning: str) -> bool:
        """Whether so many digits were said as were asked for."""
        return not self.digits or len(meaning) == self.digits


ANYTHING = Expectation()
LISTENING = Expectation("listening")
"""A word or two that somebody says into what is said to them: to go on, or to stop."""


def _figures(text: str, language: Language) -> str | None:
    """The figures of digits that are said or written one after the other, and nothing else."""
    words = language.digit_words
    digit = re.compile("|".join((*map(re.escape, words), r"[0-9]")))
    found = digit.findall(text.lower())
    if not found or _BETWEEN.fullmatch(digit.sub("", text.lower())) is None:
        return None
    return "".join(str(words.index(one)) if one in words else one for one in found)
