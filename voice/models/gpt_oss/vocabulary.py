"""The tokens of a converted model, and the row of the embedding that each of them has."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import ByteLevel

from voice.errors import ModelError

_START, _STOP = "<|endoftext|>", "<|return|>"
_CHAT_NAMES = {"<|im_start|>": "<|start|>", "<|im_end|>": "<|end|>"}
"""ChatML's tokens, which mean what Harmony's do."""
HARMONY = (
    _START, _STOP, "<|constrain|>", "<|channel|>",
    "<|start|>", "<|end|>", "<|message|>", "<|call|>",
)  # fmt: skip


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer, its tokens by id, and the embedding's rows that they have."""

    tokenizer: Tokenizer
    tokens: list[str]
    rows: NDArray[np.int64]
    start: str = _START
    stop: str = _STOP

    def __len__(self) -> int:
        return len(self.tokens)

    def ids(self, text: str) -> list[int]:
        """A text's tokens; control tokens that are spelled in it are plain text."""
        self.tokenizer.encode_special_tokens = True
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def control(self, name: str) -> int:
        """The id of one of Harmony's tokens."""
        number = self.tokenizer.token_to_id(name)
        assert number is not None, f"{name} is no control token"
        return number


def vocabulary_of(tokenizer: Tokenizer, size: int) -> Vocabulary:
    """The tokens of a tokenizer, for an embedding of `size` rows; rows of none get a name.

    Raises ModelError when it does not fit or has no Harmony tokens.
    """
    by_id = {number: token for token, number in tokenizer.get_vocab(True).items()}
    if max(by_id) >= size:
        raise ModelError(f"{max(by_id) + 1} tokens, the model has {size}")
    lacking = [name for name in HARMONY if tokenizer.token_to_id(name) is None]
    if lacking:
        raise ModelError(f"no Harmony vocabulary, {', '.join(lacking)} is missing")
    tokens = [by_id.get(number, f"<|ct2_unused_{number}|>") for number in range(size)]
    return Vocabulary(tokenizer, tokens, np.arange(size))


def smaller(vocabulary: Vocabulary, text: str) -> Vocabulary:
    """The tokens that `text` needs, those of single bytes and the control tokens; nothing else.

    The text is cut into the same tokens as before. Whatever else is said is cut into more tokens.
    Raises ModelError when the tokenizer is not byte-level BPE.
    """
    content = json.loads(vocabulary.tokenizer.to_str())
    model = content["model"]
    if model["type"] != "BPE" or "ByteLevel" not in json.dumps(content["pre_tokenizer"]):
        raise ModelError("only a vocabulary of byte-level BPE can be made smaller")
    merges = [
        tuple(merge.split(" ") if isinstance(merge, str) else merge) for merge in model["merges"]
    ]
    used = {vocabulary.tokens[number] for number in vocabulary.ids(text)}
    kept = {*ByteLevel.alphabet(), *_parts(used, merges)} & model["vocab"].keys()
    added = {entry["id"] for entry in content["added_tokens"]}
    rows = sorted({model["vocab"][token] for token in kept} | added)
    place = {row: number for number, row in enumerate(rows)}
    model["vocab"] = {
        token: place[row] for token, row in model["vocab"].items() if token in kept or row in added
    }
    model["merges"] = [pair for pair in merges if {*pair, "".join(pair)} <= model["vocab"].keys()]
    for entry in content["added_tokens"]:
        entry["id"] = place[entry["id"]]
    content["post_processor"] = None
    tokens = [vocabulary.tokens[row] for row in rows]
    return Vocabulary(Tokenizer.from_str(json.dumps(content)), tokens, vocabulary.rows[rows])


def _parts(tokens: Iterable[str], merges: list[tuple[str, ...]]) -> Iterator[str]:
    """The tokens, and all that merging makes on the way to them."""
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    for token in tokens:
        yield token
        parts = list(token)
        while pairs := [pair for pair in pairwise(parts) if pair in ranks]:
            first = min(pairs, key=ranks.__getitem__)
            parts = list(_merged(parts, first))
            yield "".join(first)


def _merged(parts: list[str], pair: tuple[str, ...]) -> Iterator[str]:
    at = 0
    while at < len(parts):
        size = 2 if tuple(parts[at : at + 2]) == pair else 1
        yield "".join(parts[at : at + size])
        at += size


def with_harmony(tokenizer: Tokenizer) -> Tokenizer:
    """The same tokens, with Harmony's names for control tokens that a conversation never holds.

    Raises ModelError when there are too few control tokens.
    """
    content: dict[str, Any] = json.loads(tokenizer.to_str())
    special = [entry["content"] for entry in content["added_tokens"] if entry["special"]]
    names = {old: new for old, new in _CHAT_NAMES.items() if old in special}
    wanted = [name for name in HARMONY if name not in {*special, *names.values()}]
    free = [name for name in special if name not in {*names, *HARMONY}]
    if len(free) < len(wanted):
        raise ModelError(
            f"its vocabulary has {len(free)} control tokens to spare, Harmony needs {len(wanted)}"
        )
    names.update(zip(free, wanted, strict=False))
    for entry in content["added_tokens"]:
        entry["content"] = names.get(entry["content"], entry["content"])
    model = content["model"]
    model["vocab"] = {names.get(token, token): row for token, row in model["vocab"].items()}
    return Tokenizer.from_str(json.dumps(content))
