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

_SHARE_BYTES, _STATE_BYTES = 32 << 20, 2
"""States of a share at most, in float16: they are sent from one process to another."""
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


@dataclass(frozen=True)
class RoutedReading:
    """What the network made of some dialogues."""

    states: Array
    """(tokens, width) before the output layer."""
    mass: tuple[tuple[float, ...], ...]
    """For each layer the share of each expert, summed over the tokens."""
    clamped: int
    """Inner values that the clamp changed, ..."""
    values: int
    """... of so many."""

    @property
    def routing(self) -> Routing:
        """What the routers did, as shares."""
        tokens = len(self.states)
        mass = tuple(tuple(one / tokens for one in layer) for layer in self.mass)
        return Routing(mass, tokens, self.clamped / max(1, self.values))


def joined(readings: Sequence[RoutedReading]) -> RoutedReading:
    """That of all dialogues, of those of their shares in order."""
    layers = zip(*(reading.mass for reading in readings), strict=True)
    return RoutedReading(
        np.concatenate([reading.states for reading in readings]),
        tuple(_summed([np.array(layer) for layer in each]) for each in layers),
        sum(reading.clamped for reading in readings),
        sum(reading.values for reading in readings),
    )


def shares_of(dialogues: Sequence[Sequence[int]], width: int) -> list[list[Sequence[int]]]:
    """The dialogues in shares that are read each for itself, whoever reads them.

    Sums of floating-point numbers depend on how much is multiplied at once, so shares depend on
    nothing but the dialogues and the network's width.
    """
    most = _SHARE_BYTES // (_STATE_BYTES * width)
    shares: list[list[Sequence[int]]] = []
    tokens = 0
    for dialogue in dialogues:
        tokens += len(dialogue)
        if not shares or tokens > most:
            shares.append([])
            tokens = len(dialogue)
        shares[-1].append(dialogue)
    return shares


def measure_routing(
    checkpoint: GptOssCheckpoint,
    dialogues: Sequence[Sequence[int]],
    progress: Callable[[int], None],
) -> Routing:
    """Run the network over the dialogues' tokens; `progress` is told each layer that begins."""
    return read_through(checkpoint, dialogues, progress).routing


def read_through(
    checkpoint: GptOssCheckpoint,
    dialogues: Sequence[Sequence[int]],
    progress: Callable[[int], None],
    kept: Path | None = None,
) -> RoutedReading:
    """What the network makes of the dialogues, which are rows of the embedding.

    In the file `kept` the pass is saved behind each layer, and goes on from there when it is made
    again.
    """
    shape = checkpoint.shape
    shares = shares_of(dialogues, shape.width)
    if kept and kept.exists():
        done = _Pass.load(kept, shape.clamp)
    else:
        rows = np.concatenate([np.array(ids) for ids in dialogues])
        done = _Pass(checkpoint.embedding(rows), [], _Clamped(shape.clamp))
    parts = np.split(done.hidden, np.cumsum([sum(map(len, share)) for share in shares])[:-1])
    hidden = [
        np.split(part, np.cumsum([len(dialogue) for dialogue in share])[:-1])
        for part, share in zip(parts, shares, strict=True)
    ]
    for index in range(len(done.mass), shape.layers):
        progress(index)
        _attend(checkpoint, index, hidden)
        done.mass.append(_ask_experts(checkpoint, index, parts, done.clamped))
        if kept:
            done.save(kept)
    states = _norm(done.hidden, checkpoint.final_norm(), shape.epsilon)
    return RoutedReading(states, tuple(done.mass), done.clamped.reached, done.clamped.values)


def _attend(checkpoint: GptOssCheckpoint, index: int, shares: Sequence[Sequence[Array]]) -> None:
    """A layer's attention, added to the states of each dialogue."""
    weight = checkpoint.norm(index, "input_layernorm")
    attention = _Attention(checkpoint, index)
    for hidden in (hidden for share in shares for hidden in share):
        hidden += attention(_norm(hidden, weight, checkpoint.shape.epsilon))


def _ask_experts(
    checkpoint: GptOssCheckpoint, index: int, parts: Sequence[Array], clamped: _Clamped
) -> tuple[float, ...]:
    """A layer's experts, added to the states of each share, and how much each was asked.

    Each expert is made of its packed weights once.
    """
    shape, weight = checkpoint.shape, checkpoint.norm(index, "post_attention_layernorm")
    router = checkpoint.router(index)
    normed = [_norm(hidden, weight, shape.epsilon) for hidden in parts]
    shares = [_routed(each, *router, shape.experts_per_token) for each in normed]
    for number in np.flatnonzero(np.any([each.any(axis=0) for each in shares], axis=0)):
        expert = checkpoint.expert(index, int(number))
        for hidden, own, share in zip(parts, normed, shares, strict=True):
            asked = np.flatnonzero(share[:, number])
            if len(asked):
                answer = clamped.apply(expert, own[asked])
                hidden[asked] += share[asked, number, None] * answer
    return _summed([each.sum(axis=0, dtype=np.float64) for each in shares])


def _summed(parts: Sequence[NDArray[np.float64]]) -> tuple[float, ...]:
    """One after the other, so that it is the same sum wherever the parts come from."""
    total = np.zeros_like(parts[0])
    for part in parts:
        total += part
    return tuple(map(float, total))


@dataclass
class _Pass:
    """How far a forward pass is."""

    hidden: Array
    """(tokens, width) behind the layers that are done."""
    mass: list[tuple[float, ...]]
    """Of these layers, summed over the tokens."""
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
    """The experts' inner layer, and how many of its values had a gate or an up that was clamped."""

    def __init__(self, limit: float | None, reached: int = 0, values: int = 0) -> None:
        self._limit = np.float32(np.inf if limit is None else limit)
        self.reached, self.values = reached, values

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
