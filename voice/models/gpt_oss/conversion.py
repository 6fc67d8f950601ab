"""From a gpt-oss or a Llama, as it is published, to a dense gpt-oss that Voice loads or tunes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from voice.errors import ModelError
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.checkpoint_folder import write_checkpoint
from voice.models.gpt_oss.ctranslate2_folder import write_ctranslate2
from voice.models.gpt_oss.dialogues import read_dialogues
from voice.models.gpt_oss.layout import Layout, Precision
from voice.models.gpt_oss.llama import LlamaNetwork
from voice.models.gpt_oss.mixed_experts import Mix, MixedExperts
from voice.models.gpt_oss.needs import free_memory, needs_of
from voice.models.gpt_oss.network import NO_SINK, DenseNetwork
from voice.models.gpt_oss.routing import Routing, measure_routing
from voice.models.gpt_oss.shape import dense
from voice.models.gpt_oss.source import Network, open_source
from voice.models.gpt_oss.vocabulary import smaller

DESCRIPTION = "voice.json"
ROUTING = "routing.json"
LONGEST_DIALOGUE = 1024
"""Tokens of a dialogue that the experts' choice is measured on."""
Form = Literal["ctranslate2", "checkpoint"]


@dataclass(frozen=True)
class WantedConversion:
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


_ALL = Mix((0,), (1.0,))
"""Of one expert."""

Tell = Callable[[str], None]


def convert(
    source: Path,
    target: Path,
    wanted: WantedConversion,
    tell: Tell = lambda _: None,
    memory: Callable[[], int] = free_memory,
) -> None:
    """Write the folder `target`, whole or not at all; `tell` is given a line at each step.

    Raises ModelError when `source` is no gpt-oss and no Llama or some of it is missing, when it
    has not so many experts, and when memory or disk will not do.
    """
    network, vocabulary = open_source(source)
    _refuse_what_cannot_be(source, network, target, wanted)
    dialogues: list[list[int]] = []
    if wanted.dialogues and not wanted.routing:
        dialogues = read_dialogues(wanted.dialogues, vocabulary, LONGEST_DIALOGUE)
    if wanted.vocabulary:
        vocabulary = smaller(vocabulary, text_of(wanted.vocabulary))
    layout = _layout(network, wanted)
    for_training = wanted.form == "checkpoint"
    needs = needs_of(network.shape, layout, len(vocabulary), dialogues, whole_ends=for_training)
    tell(f"{source}: {needs}")
    with whole_folder(target) as folder:
        needs.check(memory(), folder)
        card: dict[str, Any] = {"source": source.name, "precision": wanted.precision}
        converted: DenseNetwork
        if isinstance(network, LlamaNetwork):
            converted = network
        else:
            routing = _routing(network, wanted, dialogues, tell)
            mixes = routing.mixes(wanted.experts) if routing else [_ALL] * network.shape.layers
            if routing:
                routing.save(folder / ROUTING)
                card |= choice_of(mixes, network.shape.experts, routing)
            converted = MixedExperts(network, mixes)
        tell(f"writing {layout.shape.layers} layers, {len(vocabulary)} tokens")
        if for_training:
            write_checkpoint(converted, vocabulary, wanted.precision, folder)
        else:
            write_ctranslate2(converted, vocabulary, layout, folder)
            describe(folder, layout, card)


def _refuse_what_cannot_be(
    source: Path, network: Network, target: Path, wanted: WantedConversion
) -> None:
    experts = network.shape.experts
    if wanted.form == "checkpoint" and wanted.precision == "int8":
        raise ModelError("a checkpoint for a training is float32 or float16, not int8")
    if wanted.experts > experts:
        raise ModelError(f"{source} has {experts} experts a layer, not {wanted.experts}")
    if experts > 1 and not (wanted.dialogues or wanted.routing):
        raise ModelError(f"{source}: experts are chosen by dialogues or by routing statistics")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ModelError(f"{target}: is there already")


def _layout(network: Network, wanted: WantedConversion) -> Layout:
    shape = network.shape
    return Layout(dense(shape, shape.inner * wanted.experts), has_sinks(network), wanted.precision)


def has_sinks(network: Network | DenseNetwork) -> bool:
    """Whether any sink takes something."""
    return any((network.sinks(layer) > NO_SINK).any() for layer in range(network.shape.layers))


def _routing(
    checkpoint: GptOssCheckpoint,
    wanted: WantedConversion,
    dialogues: Sequence[Sequence[int]],
    tell: Tell,
) -> Routing | None:
    """What the routers do, measured before or now; None where there is one expert only."""
    shape = checkpoint.shape
    if shape.experts == 1:
        return None
    if wanted.routing:
        return Routing.read(wanted.routing, shape)

    def begun(layer: int) -> None:
        tell(f"routing: layer {layer + 1} of {shape.layers}")

    return measure_routing(checkpoint, dialogues, begun)


def choice_of(mixes: Sequence[Mix], of: int, routing: Routing) -> dict[str, Any]:
    """What the card in `voice.json` says of the experts that were chosen `of` so many."""
    kept = [sum(layer[expert] for expert in mix.experts)
            for layer, mix in zip(routing.mass, mixes, strict=True)]  # fmt: skip
    return {
        "experts_of_a_layer": of,
        "experts": [mix.experts for mix in mixes],
        "shares": [[round(share, 4) for share in mix.shares] for mix in mixes],
        "routing_mass_kept": round(sum(kept) / len(kept), 4),
        "routing_tokens": routing.tokens,
        "clamped": routing.clamped,
    }


def describe(folder: Path, layout: Layout, card: Mapping[str, Any]) -> None:
    """Write the `voice.json` of a network that was written in a layout."""
    description = {
        "prefix_tokens": layout.prefix,
        "context_length": layout.shape.context,
        "sliding_window": layout.shape.window,
        "format": "harmony",
        "card": dict(card),
    }
    (folder / DESCRIPTION).write_text(json.dumps(description, indent=1) + "\n", "utf-8")


def text_of(file: Path) -> str:
    """What a vocabulary is cut down by; raises ModelError."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from None


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
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
        raise ModelError(f"{target}: cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
