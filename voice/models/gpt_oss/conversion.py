"""From a gpt-oss or a Llama, as it is published, to a dense gpt-oss that Voice loads or tunes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tokenizers import Tokenizer

from voice.errors import ModelError
from voice.models.download import disk_error
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.checkpoint_folder import write_checkpoint
from voice.models.gpt_oss.ctranslate2_folder import write_ctranslate2
from voice.models.gpt_oss.dialogues import read_dialogues
from voice.models.gpt_oss.gguf_file import GgufFile
from voice.models.gpt_oss.layout import Layout, Precision
from voice.models.gpt_oss.llama import LlamaNetwork
from voice.models.gpt_oss.mixed_experts import Mix, MixedExperts
from voice.models.gpt_oss.needs import free_memory, needs_of
from voice.models.gpt_oss.network import NO_SINK, DenseNetwork
from voice.models.gpt_oss.routing import Routing, measure_routing
from voice.models.gpt_oss.shape import LLAMA, dense, read_shape
from voice.models.gpt_oss.vocabulary import Vocabulary, smaller, vocabulary_of, with_harmony
from voice.tokenizer_files import read_tokenizer

DESCRIPTION = "voice.json"
ROUTING = "routing.json"
LONGEST_DIALOGUE = 1024
"""Tokens of a dialogue that the experts' choice is measured on."""
Form = Literal["ctranslate2", "checkpoint"]


@dataclass(frozen=True)
class Wanted:
    """What is to come of a conversion."""

    experts: int = 1
    """Of each layer, mixed in fixed shares."""
    precision: Precision = "int8"
    form: Form = "ctranslate2"
    """For CTranslate2, or a checkpoint for a training with transformers (no int8)."""
    vocabulary: Path | None = None
    """A text: tokens that it does not need are left out."""
    dialogues: Path | None = None
    """What the experts are chosen by (see dialogues.py)."""
    routing: Path | None = None
    """Statistics of an earlier conversion instead."""


Tell = Callable[[str], None]


def convert(
    source: Path,
    target: Path,
    wanted: Wanted,
    tell: Tell = lambda _: None,
    memory: Callable[[], int] = free_memory,
) -> None:
    """Write the folder `target`, whole or not at all; `tell` is given a line at each step.

    Raises ModelError when `source` is no gpt-oss and no Llama or some of it is missing, when it
    has not so many experts, and when memory or disk will not do.
    """
    if wanted.form == "checkpoint" and wanted.precision == "int8":
        raise ModelError("a checkpoint for a training is float32 or float16, not int8")
    network, vocabulary = _opened(source)
    experts = network.shape.experts
    if wanted.experts > experts:
        raise ModelError(f"{source} has {experts} experts a layer, not {wanted.experts}")
    if experts > 1 and not (wanted.dialogues or wanted.routing):
        raise ModelError(f"{source}: experts are chosen by dialogues or by routing statistics")
    _refuse_what_is_there(target)
    dialogues: list[list[int]] = []
    if wanted.dialogues and not wanted.routing:
        dialogues = read_dialogues(wanted.dialogues, vocabulary, LONGEST_DIALOGUE)
    if wanted.vocabulary:
        vocabulary = smaller(vocabulary, _text(wanted.vocabulary))
    sinks = any((network.sinks(i) > NO_SINK).any() for i in range(network.shape.layers))
    shape = dense(network.shape, network.shape.inner * wanted.experts)
    layout = Layout(shape, sinks, wanted.precision)
    whole = wanted.form == "checkpoint"
    needs = needs_of(network.shape, layout, len(vocabulary), dialogues, whole_ends=whole)
    tell(f"{source}: {needs}")
    with _whole(target) as folder:
        needs.check(memory(), folder)
        card: dict[str, Any] = {"source": source.name, "precision": wanted.precision}
        if isinstance(network, GptOssCheckpoint):
            mixes, routing = _mixes(network, wanted, dialogues, tell)
            card |= _card_of(mixes, experts, routing)
            if routing:
                routing.save(folder / ROUTING)
            dense_network: DenseNetwork = MixedExperts(network, mixes)
        else:
            dense_network = network
        tell(f"writing {shape.layers} layers, {len(vocabulary)} tokens")
        if wanted.form == "checkpoint":
            write_checkpoint(dense_network, vocabulary, wanted.precision, folder)
        else:
            write_ctranslate2(dense_network, vocabulary, layout, folder)
            _describe(folder, layout, card)


def _opened(source: Path) -> tuple[GptOssCheckpoint | LlamaNetwork, Vocabulary]:
    """The network, and its vocabulary with Harmony's tokens."""
    gguf = _gguf_of(source)
    tokenizer_file = (gguf.parent if gguf else source) / "tokenizer.json"
    network: GptOssCheckpoint | LlamaNetwork
    if gguf:
        opened = GgufFile.open(gguf)
        network, tokenizer = opened.network(), opened.tokenizer()
    elif read_shape(source / "config.json").kind == LLAMA:
        network, tokenizer = LlamaNetwork.open(source), read_tokenizer(tokenizer_file)
    else:
        network, tokenizer = GptOssCheckpoint.open(source), read_tokenizer(tokenizer_file)
    return network, _vocabulary(network, tokenizer, gguf or tokenizer_file)


def _vocabulary(
    network: GptOssCheckpoint | LlamaNetwork, tokenizer: Tokenizer, place: Path
) -> Vocabulary:
    try:
        if isinstance(network, LlamaNetwork):
            tokenizer = with_harmony(tokenizer)
        return vocabulary_of(tokenizer, network.shape.vocabulary)
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from None


def _gguf_of(source: Path) -> Path | None:
    """The GGUF file that is meant: `source`, or the only one in it where no other model is."""
    if not source.exists():
        raise ModelError(f"{source}: no such file or folder")
    if source.is_file():
        return source
    found = list(source.glob("*.gguf"))
    return found[0] if len(found) == 1 and not (source / "config.json").exists() else None


def _mixes(
    checkpoint: GptOssCheckpoint, wanted: Wanted, dialogues: Sequence[Sequence[int]], tell: Tell
) -> tuple[list[Mix], Routing | None]:
    shape = checkpoint.shape
    if shape.experts == 1:
        return [Mix((0,), (1.0,))] * shape.layers, None
    if wanted.routing:
        routing = Routing.read(wanted.routing, shape)
    else:

        def begun(layer: int) -> None:
            tell(f"routing: layer {layer + 1} of {shape.layers}")

        routing = measure_routing(checkpoint, dialogues, begun)
    return routing.mixes(wanted.experts), routing


def _card_of(mixes: Sequence[Mix], of: int, routing: Routing | None) -> dict[str, Any]:
    card: dict[str, Any] = {
        "experts_of_a_layer": of,
        "experts": [mix.experts for mix in mixes],
        "shares": [[round(share, 4) for share in mix.shares] for mix in mixes],
    }
    if routing:
        mass = [sum(layer[e] for e in mix.experts)
                for layer, mix in zip(routing.mass, mixes, strict=True)]  # fmt: skip
        card["routing_mass_kept"] = round(sum(mass) / len(mass), 4)
        card["routing_tokens"] = routing.tokens
        card["clamped"] = routing.clamped
    return card


def _describe(folder: Path, layout: Layout, card: dict[str, Any]) -> None:
    description = {
        "prefix_tokens": layout.prefix,
        "context_length": layout.shape.context,
        "sliding_window": layout.shape.window,
        "format": "harmony",
        "card": card,
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from None


def _refuse_what_is_there(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ModelError(f"{target}: is there already")


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A folder beside the target that takes its place when the block ends well."""
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        if target.exists():
            target.rmdir()
        os.replace(part, target)
    except OSError as error:
        raise disk_error(target, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
