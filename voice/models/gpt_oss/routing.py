"""Which experts a gpt-oss asks on an operator's dialogues: its forward pass in numpy.

Layer by layer over all dialogues, one expert in memory at a time. The mass of an expert is the sum
of the shares that the router gives it over all tokens. The clamp is counted too, since a dense
network has none. What comes out behind the last layer is what a student imitates.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from voice.errors import ModelError
from voice.models.gpt_oss.checkpoint import Expert, GptOssCheckpoint
from voice.models.gpt_oss.mixed_experts import Mix
from voice.models.gpt_oss.shape import ALPHA, Shape
from voice.models.gpt_oss.tensors import Array

_FEW = 1e-6
"""The least mass that an expert is given when all shares are zero."""


@dataclass(frozen=True)
class Routing:
    """What the routers did."""

    mass: tuple[tuple[float, ...], ...]
    """For each layer the share of each expert, over all tokens; each layer's sum is 1."""
    tokens: int
    clamped: float
    """The share of inner values that the clamp changed."""

    def save(self, file: Path) -> None:
        """Write JSON that `read` reads."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, file: Path, shape: Shape) -> Routing:
        """Raises ModelError when it is none, or of another model."""
        try:
            content = json.loads(file.read_text("utf-8"))
            mass = tuple(tuple(map(float, layer)) for layer in content["mass"])
            routing = cls(mass, int(content["tokens"]), float(content["clamped"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{file}: no routing statistics: {error}") from None
        if [len(layer) for layer in mass] != [shape.experts] * shape.layers:
            raise ModelError(f"{file}: not of {shape.layers} layers with {shape.experts} experts")
        return routing

    def mixes(self, count: int) -> list[Mix]:
        """For each layer the `count` experts with the most mass, and their shares among them."""
        return [_most(np.array(layer), count) for layer in self.mass]


def _most(mass: NDArray[np.float64], count: int) -> Mix:
    chosen = np.sort(np.argsort(-mass, kind="stable")[:count])
    shares = np.maximum(mass[chosen], _FEW)
    return Mix(tuple(map(int, chosen)), tuple(map(float, shares / shares.sum())))


def measure_routing(
    checkpoint: GptOssCheckpoint,
    dialogues: Sequence[Sequence[int]],
    progress: Callable[[int], None],
) -> Routing:
    """Run the network over the dialogues' tokens; `progress` is told each layer that begins."""
    return read_through(checkpoint, dialogues, progress)[0]


def read_through(
    checkpoint: GptOssCheckpoint,
    dialogues: Sequence[Sequence[int]],
    progress: Callable[[int], None],
    kept: Path | None = None,
) -> tuple[Routing, Array]:
    """What the routers do on the dialogues, and the states (tokens, width) before the output layer.

    The dialogues are rows of the embedding. In the file `kept` the pass is saved behind each layer,
    and goes on from there when it is made again.
    """
    shape = checkpoint.shape
    ends = np.cumsum([len(dialogue) for dialogue in dialogues])
    if kept and kept.exists():
        done = _Pass.load(kept, shape.clamp)
    else:
        rows = np.concatenate([np.array(ids) for ids in dialogues])
        done = _Pass(checkpoint.embedding(rows), [], _Clamped(shape.clamp))
    hidden = done.hidden
    for index in range(len(done.mass), shape.layers):
        progress(index)
        normed = _norm(hidden, checkpoint.norm(index, "input_layernorm"), shape.epsilon)
        attention = _Attention(checkpoint, index)
        for part in np.split(np.arange(len(hidden)), ends[:-1]):
            hidden[part] += attention(normed[part])
        normed = _norm(hidden, checkpoint.norm(index, "post_attention_layernorm"), shape.epsilon)
        shares = _routed(normed, *checkpoint.router(index), shape.experts_per_token)
        done.mass.append(tuple(map(float, shares.mean(axis=0, dtype=np.float64))))
        for expert in np.flatnonzero(shares.any(axis=0)):
            asked = np.flatnonzero(shares[:, expert])
            answer = done.clamped.apply(checkpoint.expert(index, int(expert)), normed[asked])
            hidden[asked] += shares[asked, expert, None] * answer
        if kept:
            done.save(kept)
    routing = Routing(tuple(done.mass), len(hidden), done.clamped.share)
    return routing, _norm(hidden, checkpoint.final_norm(), shape.epsilon)


@dataclass
class _Pass:
    """How far a forward pass is."""

    hidden: Array
    """(tokens, width) behind the layers that are done."""
    mass: list[tuple[float, ...]]
    """Of these layers."""
    clamped: _Clamped

    def save(self, file: Path) -> None:
        """Whole or not at all."""
        part = file.with_name(f"{file.name}.part")
        with part.open("wb") as stream:
            counts = [self.clamped.reached, self.clamped.values]
            np.savez(stream, hidden=self.hidden, mass=np.array(self.mass), counts=counts)
        part.replace(file)

    @classmethod
    def load(cls, file: Path, limit: float | None) -> _Pass:
        """Raises ModelError when it is none."""
        try:
            with np.load(file) as found:
                mass = [tuple(map(float, layer)) for layer in found["mass"]]
                clamped = _Clamped(limit, *map(int, found["counts"]))
                return cls(found["hidden"], mass, clamped)
        except (OSError, ValueError, LookupError, TypeError, BadZipFile) as error:
            raise ModelError(f"{file}: no forward pass that was stopped: {error}") from None


def _norm(hidden: Array, weight: Array, epsilon: float) -> Array:
    size = np.mean(np.square(hidden), axis=-1, keepdims=True)
    normed: Array = (hidden / np.sqrt(size + np.float32(epsilon))) * weight
    return normed


def _routed(normed: Array, weight: Array, bias: Array, count: int) -> Array:
    """For each token (row) the share of each expert (column); all but `count` are zero."""
    logits = normed @ weight.T + bias
    best = np.argpartition(-logits, count - 1, axis=1)[:, :count]
    there = np.take_along_axis(logits, best, axis=1)
    odds = np.exp(there - there.max(axis=1, keepdims=True))
    shares = np.zeros_like(logits)
    np.put_along_axis(shares, best, odds / odds.sum(axis=1, keepdims=True), axis=1)
    return shares


class _Attention:
    """One layer's attention over one dialogue."""

    def __init__(self, checkpoint: GptOssCheckpoint, layer: int) -> None:
        self._shape = checkpoint.shape
        self._window = checkpoint.shape.windows[layer]
        self._projections = {name: checkpoint.attention(layer, name) for name in "qkvo"}
        self._sinks = checkpoint.sinks(layer)

    def __call__(self, normed: Array) -> Array:
        shape, length = self._shape, len(normed)
        query, key = (self._turned(self._heads(normed, name)) for name in "qk")
        value = self._heads(normed, "v")
        places = np.arange(length)
        back = places[:, None] - places
        hidden = back < 0 if self._window is None else (back < 0) | (back >= self._window)
        together = shape.heads // shape.key_heads
        heads = np.empty((length, shape.heads, shape.head), np.float32)
        for head in range(shape.heads):
            scores = query[head] @ key[head // together].T / np.float32(np.sqrt(shape.head))
            scores[hidden] = -np.inf
            largest = np.maximum(scores.max(axis=1), self._sinks[head])
            odds = np.exp(scores - largest[:, None])
            total = odds.sum(axis=1) + np.exp(self._sinks[head] - largest)
            heads[:, head] = odds @ value[head // together] / total[:, None]
        weight, bias = self._projections["o"]
        out: Array = heads.reshape(length, -1) @ weight.T + bias
        return out

    def _heads(self, normed: Array, name: str) -> Array:
        """Queries, keys or values (heads, tokens, head)."""
        weight, bias = self._projections[name]
        return (normed @ weight.T + bias).reshape(len(normed), -1, self._shape.head).swapaxes(0, 1)

    def _turned(self, heads: Array) -> Array:
        rotary = self._shape.rotary
        angles = np.arange(heads.shape[1])[:, None] * rotary.frequencies(self._shape.head)
        cosine, sine = (
            (turn(angles) * rotary.attention_factor).astype(np.float32) for turn in (np.cos, np.sin)
        )
        first, second = np.split(heads, 2, axis=-1)
        return np.concatenate(
            [first * cosine - second * sine, second * cosine + first * sine], axis=-1
        )


class _Clamped:
    """The experts' inner layer, and how often its clamp was reached."""

    def __init__(self, limit: float | None, reached: int = 0, values: int = 0) -> None:
        self._limit = np.float32(np.inf if limit is None else limit)
        self.reached, self.values = reached, values

    @property
    def share(self) -> float:
        """The share of inner values with a gate or an up that was clamped."""
        return self.reached / max(1, self.values)

    def apply(self, expert: Expert, normed: Array) -> Array:
        """What an expert answers to some tokens."""
        both = normed @ expert.gate_up.T + expert.gate_up_bias
        gate, up = both[:, ::2], both[:, 1::2]
        self.reached += int(((gate > self._limit) | (np.abs(up) > self._limit)).sum())
        self.values += gate.size
        gate = np.minimum(gate, self._limit)
        up = np.clip(up, -self._limit, self._limit)
        inner = gate / (1 + np.exp(np.clip(-ALPHA * gate, None, 80))) * (up + 1)
        out: Array = inner @ expert.down.T + expert.down_bias
        return out
