"""Languages: a folder each, of data and small pure functions.

    english = language("en-GB")
    english.spoken_form("Your balance is 42.17 euros.")

What a language is made of says docs/languages.md; nothing outside this room names one, but for the
default. The room imports no other.
"""

from voice.languages.language import DEFAULT, Language, language, languages
from voice.languages.numbers import NumberWords
from voice.languages.phrases import Phrases
from voice.languages.remarks import AnswerPart, Remark
from voice.languages.secrets import Secrets
from voice.languages.spoken_forms import Piece, as_written
from voice.languages.spoken_numbers import SpokenNumber, spoken_numbers
from voice.languages.unfinished import Ending
from voice.languages.words import CAPITAL, TextWord, composed, plain, words_at, words_of

__all__ = [
    "CAPITAL",
    "DEFAULT",
    "AnswerPart",
    "Ending",
    "Language",
    "NumberWords",
    "Phrases",
    "Piece",
    "Remark",
    "Secrets",
    "SpokenNumber",
    "TextWord",
    "as_written",
    "composed",
    "language",
    "languages",
    "plain",
    "spoken_numbers",
    "words_at",
    "words_of",
]
