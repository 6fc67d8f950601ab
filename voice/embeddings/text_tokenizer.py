"""Texts as the tokens of an embedding model, without the pieces that no text at hand may have.

A unigram tokenizer of a hundred languages has 250,000 pieces: half a second and 280 MB in every
process. Only those can stand in a text whose characters it has. So texts of Latin letters are cut
by the pieces of Latin letters, to the very same tokens; the first text with others loads the rest.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from voice.kept_arrays import Arrays, read_arrays, write_arrays
from voice.tokenizer_files import read_tokenizer

_LATIN = re.compile("[\u0000-\u036f\u1e00-\u1eff\u2000-\u20cf\u2581]*")
"""Letters with all their marks, signs and figures; U+2581 stands for a space."""
_MOST_SPECIAL = 16
"""Tokens at the beginning of a vocabulary that stand for no text."""
_MANY = 20_000
"""Pieces; a smaller vocabulary is read as it is."""
_VERSION = b"1"
"""Of what is kept."""


class TextTokenizer:
    """Safe to use from several threads."""

    def __init__(self, file: Path, longest: int, keep_in: Path | None = None) -> None:
        """Raises ModelError when the file is missing or damaged.

        `longest`: tokens; the rest of a text is cut off. `keep_in`: a folder for its Latin part.
        """
        self._file, self._longest = file, longest
        self._lock = threading.Lock()
        self._whole: Tokenizer | None = None
        latin = _latin_part(file, keep_in / f"{file.parent.name}.npz" if keep_in else None)
        if latin is None:
            self._whole = self._opened()
        else:
            self._latin, self._ids = latin
            self._latin.enable_truncation(longest)

    def ids(self, text: str) -> list[int]:
        """The tokens of a text."""
        if self._whole is None:
            normalizer = self._latin.normalizer
            if _LATIN.fullmatch(normalizer.normalize_str(text) if normalizer else text):
                return [self._ids[number] for number in self._latin.encode(text).ids]
            with self._lock:
                self._whole = self._whole or self._opened()
        ids: list[int] = self._whole.encode(text).ids
        return ids

    def _opened(self) -> Tokenizer:
        tokenizer = read_tokenizer(self._file)
        tokenizer.enable_truncation(self._longest)
        return tokenizer


def _latin_part(file: Path, keep_in: Path | None) -> tuple[Tokenizer, list[int]] | None:
    """The pieces of Latin letters, and the model's ids of them.

    None where the file is no unigram tokenizer of many pieces, or none that can be read.
    """
    try:
        content = file.read_bytes()
        made_from = np.frombuffer(hashlib.blake2b(content, key=_VERSION).digest(), np.uint8)
        kept = read_arrays(keep_in) if keep_in else {}
        if not np.array_equal(kept.get("made_from", ()), made_from):
            made = _latin_pieces(json.loads(content))
            if made is None:
                return None
            kept = {**made, "made_from": made_from}
            if keep_in:
                write_arrays(keep_in, kept)
        return Tokenizer.from_buffer(kept["tokenizer"].tobytes()), kept["ids"].tolist()
    except Exception:  # noqa: BLE001 - tokenizers raises bare Exception; the whole file is read then
        return None


def _latin_pieces(content: Any) -> Arrays | None:
    """Those of a tokenizer.json, with their ids; None for a tokenizer that is small or otherwise.

    All tokens that stand for no text keep their places, and so does the least likely piece: by its
    score that of an unknown character is reckoned.
    """
    model, behind = content["model"], content["post_processor"] or {}
    special = [number for one in behind.get("special_tokens", {}).values() for number in one["ids"]]
    if model["type"] != "Unigram" or model["byte_fallback"] or content["added_tokens"]:
        return None
    first = max([model["unk_id"], *special]) + 1
    if first > _MOST_SPECIAL or len(model["vocab"]) < _MANY:
        return None
    least = min(score for _, score in model["vocab"])
    ids = [
        number
        for number, (piece, score) in enumerate(model["vocab"])
        if number < first or score == least or _LATIN.fullmatch(piece)
    ]
    model["vocab"] = [model["vocab"][number] for number in ids]
    tokenizer = json.dumps(content, ensure_ascii=False).encode()
    return {"ids": np.array(ids, np.int32), "tokenizer": np.frombuffer(tokenizer, np.uint8)}
