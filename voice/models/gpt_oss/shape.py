"""The sizes of a gpt-oss or a Llama network, as its config.json gives them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from voice.errors import ModelError
from voice.models.gpt_oss.rotary import Rotary, read_rotary

GPT_OSS, LLAMA = "gpt_oss", "llama"
ALPHA = 1.702
"""gpt-oss's activation of gate g and up u: g * sigmoid(ALPHA * g) * (u + 1)."""


@dataclass(frozen=True)
class Shape:
    """All that is known of a network but its weights."""

    kind: str
    """GPT_OSS or LLAMA."""
    vocabulary: int
    width: int
    inner: int
    """Of one expert."""
    layers: int
    heads: int
    key_heads: int
    head: int
    epsilon: float
    context: int
    """Tokens."""
    rotary: Rotary
    windows: tuple[int | None, ...]
    """How many tokens each layer sees, its own included; None: all."""
    experts: int = 1
    experts_per_token: int = 1
    clamp: float | None = None
    """gpt-oss's activation takes no gate above it and no up beyond it."""
    tied: bool = False
    """The output layer is the embedding."""

    def __post_init__(self) -> None:
        """Raises ModelError for sizes that do not fit together."""
        sizes = self.vocabulary, self.width, self.inner, self.layers, self.heads, self.key_heads
        if min(sizes) < 1 or self.heads % self.key_heads or self.head < 2 or self.head % 2:
            raise ModelError("its sizes do not fit together")
        if not 0 < self.epsilon < math.inf:
            raise ModelError(f"its norms' epsilon is {self.epsilon}")

    @property
    def window(self) -> int | None:
        """The window of the layers that have one."""
        return next((window for window in self.windows if window is not None), None)


def dense(shape: Shape, inner: int) -> Shape:
    """The same network with one expert of the size `inner` a layer, and no clamp."""
    return replace(shape, kind=GPT_OSS, inner=inner, experts=1, experts_per_token=1, clamp=None)


def read_shape(file: Path) -> Shape:
    """Read a config.json; raises ModelError when it is missing or of another kind of network."""
    try:
        config = json.loads(file.read_text("utf-8"))
        kind = config.get("model_type")
    except FileNotFoundError:
        raise ModelError(f"{file.parent}: no config.json there") from None
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(f"{file}: cannot be read: {error}") from None
    if kind not in (GPT_OSS, LLAMA):
        raise ModelError(f"{file}: not a gpt-oss (nor a Llama): model_type is {kind!r}")
    try:
        return shape_of(config)
    except KeyError as error:
        raise ModelError(f"{file}: {error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{file}: {error}") from None
    except ModelError as error:
        raise ModelError(f"{file}: {error}") from None


def shape_of(config: Mapping[str, Any]) -> Shape:
    """The shape that a configuration describes.

    Raises ModelError when the network does what no converted one can, KeyError, TypeError and
    ValueError when the configuration is none.
    """
    _refuse_other_activations(config)
    kind, layers = config["model_type"], _count(config, "num_hidden_layers")
    width, heads = _count(config, "hidden_size"), _count(config, "num_attention_heads")
    experts = _count(config, "num_local_experts") if kind == GPT_OSS else 1
    return Shape(
        kind=kind,
        vocabulary=_count(config, "vocab_size"),
        width=width,
        inner=_count(config, "intermediate_size"),
        layers=layers,
        heads=heads,
        key_heads=_count(config, "num_key_value_heads", heads),
        head=_count(config, "head_dim", width // heads),
        epsilon=float(config["rms_norm_eps"]),
        context=_count(config, "max_position_embeddings"),
        rotary=read_rotary(config),
        windows=_windows(config, kind, layers),
        experts=experts,
        experts_per_token=min(experts, _count(config, "num_experts_per_tok", experts)),
        clamp=float(config.get("swiglu_limit", 7.0)) if kind == GPT_OSS else None,
        tied=bool(config.get("tie_word_embeddings", False)),
    )


def _count(config: Mapping[str, Any], key: str, default: int | None = None) -> int:
    value = config[key] if default is None else config.get(key) or default
    if not isinstance(value, int) or value < 1:
        raise ValueError(f"{key} is {value!r}, not a number from 1 on")
    return value


def _windows(config: Mapping[str, Any], kind: str, layers: int) -> tuple[int | None, ...]:
    if kind == LLAMA:
        return (None,) * layers
    alternating = [("sliding_attention", "full_attention")[i % 2] for i in range(layers)]
    types = config.get("layer_types") or alternating
    if len(types) != layers or not {*types} <= {"sliding_attention", "full_attention"}:
        raise ModelError("layer_types is no list of sliding_attention and full_attention")
    return tuple(
        _count(config, "sliding_window") if name == "sliding_attention" else None for name in types
    )


def _refuse_other_activations(config: Mapping[str, Any]) -> None:
    if config.get("hidden_act", "silu") != "silu":
        raise ModelError(f"hidden_act {config['hidden_act']!r} cannot be converted")
    if config.get("swiglu_alpha", ALPHA) != ALPHA:
        raise ModelError(f"swiglu_alpha {config['swiglu_alpha']} cannot be converted")
