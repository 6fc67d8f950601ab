"""What is converted: a gpt-oss, or a Llama as a folder or a GGUF file; and its vocabulary."""

from __future__ import annotations

from pathlib import Path

from voice.errors import ModelError
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.gguf_file import GgufFile
from voice.models.gpt_oss.llama import LlamaNetwork
from voice.models.gpt_oss.shape import LLAMA, read_shape
from voice.models.gpt_oss.vocabulary import Vocabulary, vocabulary_of, with_harmony
from voice.tokenizer_files import read_tokenizer

Network = GptOssCheckpoint | LlamaNetwork


def open_source(source: Path) -> tuple[Network, Vocabulary]:
    """The network, and its vocabulary with Harmony's tokens.

    Raises ModelError when it is neither a gpt-oss nor a Llama, or some of it is missing.
    """
    gguf = _gguf_of(source)
    place = (gguf.parent if gguf else source) / "tokenizer.json"
    network: Network
    if gguf:
        opened = GgufFile.open(gguf)
        network = opened.network()
        tokenizer = read_tokenizer(place) if place.exists() else opened.tokenizer()
    elif read_shape(source / "config.json").kind == LLAMA:
        network, tokenizer = LlamaNetwork.open(source), read_tokenizer(place)
    else:
        network, tokenizer = GptOssCheckpoint.open(source), read_tokenizer(place)
    try:
        if isinstance(network, LlamaNetwork):
            tokenizer = with_harmony(tokenizer)
        return network, vocabulary_of(tokenizer, network.shape.vocabulary)
    except ModelError as error:
        raise ModelError(f"{place if place.exists() else gguf}: {error}") from None


def _gguf_of(source: Path) -> Path | None:
    """The GGUF file that is meant: `source`, or the only one in it."""
    if not source.exists():
        raise ModelError(f"{source}: no such file or folder")
    if source.is_file():
        return source
    found = list(source.glob("*.gguf"))
    return found[0] if len(found) == 1 else None
