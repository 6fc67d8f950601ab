"""How single words are said: a TOML file of spellings and phonemes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from voice.errors import ConfigError

FILE_NAME = "lexicon.toml"


class Lexicon:
    """Words and what to read instead: another spelling, or phonemes in [[ ]].

    The file has one table: `[words]`, then lines such as `Larkfield = "lark field"` or
    `Siobhan = "[[ʃɪvˈɔːn]]"`. A word written all in lower case matches any capitalisation.
    """

    def __init__(self, words: Mapping[str, str] | None = None) -> None:
        self._words = dict(words or {})
        longest_first = sorted(self._words, key=len, reverse=True)
        choice = "|".join(re.escape(word) for word in longest_first)
        self._pattern = re.compile(rf"(?<!\w)(?:{choice})(?!\w)", re.IGNORECASE) if choice else None

    @classmethod
    def load(cls, path: Path) -> Lexicon:
        """Read a lexicon file; raises ConfigError with the file and the fault."""
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8")).get("words", {})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"{path}: cannot be read as a lexicon: {error}") from None
        for word, reading in table.items():
            if not isinstance(reading, str) or not word.strip():
                raise ConfigError(f"{path}: {word!r} must have a text as its reading")
            inside = reading[2:-2] if reading.startswith("[[") else reading
            if "[" in inside or "]" in inside or (reading[:1] == "[" and reading[-2:] != "]]"):
                raise ConfigError(f"{path}: {word!r}: phonemes are written [[...]]")
        return cls(table)

    def apply(self, text: str) -> str:
        """`text` with every word of the lexicon replaced by its reading."""
        return self._pattern.sub(self._reading, text) if self._pattern else text

    def _reading(self, match: re.Match[str]) -> str:
        word = match.group()
        return self._words.get(word) or self._words.get(word.lower()) or word
