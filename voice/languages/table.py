"""What the files of a language hold: typed tables, in which an unknown key is a mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from voice.languages.words import plain


def _plain_words(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(plain, words))


def _plain_keys(words: Mapping[str, int]) -> dict[str, int]:
    return {plain(word): value for word, value in words.items()}


PlainWords = Annotated[frozenset[str], AfterValidator(_plain_words)]
"""Words in lower case and without accents, however the file has them."""
PlainNumbers = Annotated[Mapping[str, int], AfterValidator(_plain_keys)]
"""The same with numbers."""


class Table(BaseModel):
    """A table of a language's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
