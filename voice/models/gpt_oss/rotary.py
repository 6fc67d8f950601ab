"""Rotary positions: how fast each pair of a head's dimensions turns, plain or by YaRN.

Su et al. 2021 (RoFormer); Peng et al. 2023 (YaRN), section 3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voice.errors import ModelError


@dataclass(frozen=True)
class Yarn:
    """A context that was made longer after the training."""

    factor: float
    original_context: int
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    truncate: bool = True
    attention_factor: float | None = None


@dataclass(frozen=True)
class Rotary:
    """What a configuration says of positions."""

    theta: float
    yarn: Yarn | None = None

    def __post_init__(self) -> None:
        """Raises ModelError for numbers that are no positions."""
        yarn = self.yarn
        sizes = (yarn.factor, yarn.original_context, yarn.beta_fast, yarn.beta_slow) if yarn else ()
        if not (1 < self.theta < math.inf and all(0 < size < math.inf for size in sizes)):
            raise ModelError("its rotary positions are none")

    @property
    def attention_factor(self) -> float:
        """What queries and keys are multiplied with."""
        if self.yarn is None:
            return 1.0
        if self.yarn.attention_factor is not None:
            return self.yarn.attention_factor
        return 0.1 * math.log(self.yarn.factor) + 1.0 if self.yarn.factor > 1 else 1.0

    def plain(self, size: int) -> NDArray[np.float64]:
        """Radians a position for each of the size / 2 pairs, without YaRN."""
        turns: NDArray[np.float64] = np.power(self.theta, -np.arange(0, size, 2) / size)
        return turns

    def frequencies(self, size: int) -> NDArray[np.float64]:
        """Radians a position for each of the size / 2 pairs of a head."""
        plain = self.plain(size)
        if self.yarn is None:
            return plain
        fast, slow = (self._pair(beta, size) for beta in (self.yarn.beta_fast, self.yarn.beta_slow))
        if self.yarn.truncate:
            fast, slow = math.floor(fast), math.ceil(slow)
        low, high = max(fast, 0), min(slow, size - 1)
        ramp = (np.arange(size // 2) - low) / max(high - low, 0.001)
        stretched = np.clip(ramp, 0, 1)
        slower: NDArray[np.float64] = plain * (1 - stretched) + plain / self.yarn.factor * stretched
        return slower

    def _pair(self, turns: float, size: int) -> float:
        """The pair of dimensions that turns so often within the original context."""
        assert self.yarn is not None
        length = self.yarn.original_context / (turns * 2 * math.pi)
        return size * math.log(length) / (2 * math.log(self.theta))


def read_rotary(config: Mapping[str, Any]) -> Rotary:
    """What a config.json says, in transformers' older or newer form.

    Raises ModelError when positions are of another kind, KeyError when something is missing.
    """
    scaling = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = scaling.get("rope_type", scaling.get("type", "default"))
    theta = float(scaling.get("rope_theta") or config["rope_theta"])
    if kind == "default":
        return Rotary(theta)
    if kind != "yarn" or scaling.get("mscale") or scaling.get("mscale_all_dim"):
        raise ModelError(f"rotary positions of the kind {kind!r} cannot be converted")
    own = scaling.get("attention_factor")
    return Rotary(
        theta,
        Yarn(
            float(scaling["factor"]),
            int(scaling["original_max_position_embeddings"]),
            float(scaling.get("beta_fast") or 32.0),
            float(scaling.get("beta_slow") or 1.0),
            bool(scaling.get("truncate", True)),
            None if own is None else float(own),
        ),
    )
