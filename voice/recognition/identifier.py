"""Which language or dialect is spoken, by what the base makes of an utterance anyway.

A linear model, calibrated to probabilities: of statistics of the encoder's states over the speech,
or of what Whisper's own language head makes of these. `voice tune identification` makes one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from voice.audio import Pcm, frame_levels
from voice.models.download import hash_of
from voice.recognition.encoding import Encoded
from voice.recognition.errors import UnusableIdentification
from voice.recognition.features import RATE_HZ

Listening = Literal["states", "head"]
UNKNOWN = "und"
"""The label of what is none of the others: another language, music, noise."""

DESCRIPTION = "identification.json"
WEIGHTS = "identification.safetensors"

_POSITION_MS = 20
_SPEECH_BELOW_LOUDEST_DB = 30.0
"""What is softer than the loudest 20 ms by more than this is no speech, but the line."""
_LEAST_PROBABLE = 1e-6
"""Whisper's head is never surer than this that a language is not spoken."""


@dataclass(frozen=True)
class IdentifierCard:
    """What an identifier is, and for which encoder: `identification.json`."""

    labels: tuple[str, ...]
    """BCP 47 tags and UNKNOWN, as the columns of the weights."""
    base: str
    """The model whose encoder it belongs to."""
    base_sha256: str
    """Of that model's `model.bin`."""
    listens_to: Listening = "states"
    """What it weighs."""
    data: str = ""
    """On what it was trained."""
    figures: Mapping[str, Any] = field(default_factory=dict)
    """How well it did on speech that it was not trained on."""


class Identifier:
    """Loaded; may be used by several threads at once."""

    def __init__(
        self, card: IdentifierCard, weight: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        """`weight` has the shape (features, labels), `bias` (labels,)."""
        self.card = card
        self.weight = weight
        self.bias = bias

    @classmethod
    def load(cls, folder: Path) -> Identifier:
        """Open a folder; raises UnusableIdentification."""
        try:
            told = json.loads((folder / DESCRIPTION).read_text("utf-8"))
            card = IdentifierCard(**{**told, "labels": tuple(told["labels"])})
            arrays = load_file(folder / WEIGHTS)
            weight, bias = arrays["weight"], arrays["bias"]
        except (OSError, ValueError, TypeError, KeyError, SafetensorError) as error:
            raise UnusableIdentification(f"{folder}: no identification model: {error}") from None
        if weight.ndim != 2 or weight.shape[1:] != bias.shape or len(bias) != len(card.labels):
            raise UnusableIdentification(f"{folder / WEIGHTS}: does not fit {DESCRIPTION}")
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise UnusableIdentification(f"{folder / WEIGHTS}: holds values that are no numbers")
        return cls(card, weight.astype(np.float32), bias.astype(np.float32))

    def save(self, folder: Path) -> None:
        """Write what `load` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self.card), indent=1, ensure_ascii=False)
        (folder / DESCRIPTION).write_text(text + "\n", "utf-8")
        save_file({"weight": self.weight, "bias": self.bias}, folder / WEIGHTS)

    def require_base(self, model: Path) -> None:
        """Raises UnusableIdentification when it was not made for the model in this folder."""
        if hash_of(model / "model.bin") != self.card.base_sha256:
            raise UnusableIdentification(
                f"made for {self.card.base} with sha256 {self.card.base_sha256}, not for {model}"
            )

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """How probable each label is, in sum 1, from rows of features."""
        logits = features @ self.weight + self.bias
        shares = np.exp(logits - logits.max(-1, keepdims=True))
        probable: NDArray[np.float32] = shares / shares.sum(-1, keepdims=True)
        return probable

    def sounds(self, encoded: Encoded, window: Pcm, head: Mapping[str, float]) -> dict[str, float]:
        """How probable each language or dialect is by an utterance's sound, by its tag.

        `head`: the same by Whisper's language head, by ISO 639 codes. What is *unknown* goes to the
        languages without a label as far as the head hears them. The rest of it tells nothing.
        """
        if self.card.listens_to == "head":
            features = of_head(head, self.card.labels)
        else:
            features = of_states(encoded, window)
        heard = dict(zip(self.card.labels, self.probabilities(features).tolist(), strict=True))
        unknown = heard.pop(UNKNOWN, 0.0)
        known = {label.partition("-")[0] for label in heard}
        others = {code: unknown * share for code, share in head.items() if code not in known}
        rest = (unknown - sum(others.values())) / max(1, len(heard))
        return {tag: share + rest for tag, share in heard.items()} | others


def of_states(encoded: Encoded, window: Pcm) -> NDArray[np.float32]:
    """Mean and deviation of the encoder's states over the speech, shape (2 * width,).

    `window` are the samples at 16 kHz that were encoded.
    """
    states = _on_cpu(encoded.states)[0]
    speech = states[_positions_of_speech(window, len(states))]
    return np.concatenate([speech.mean(0), speech.std(0)]).astype(np.float32)


def of_head(head: Mapping[str, float], labels: Sequence[str]) -> NDArray[np.float32]:
    """The log-probability that the head gives the language of each label; UNKNOWN: all others."""
    codes = {label.partition("-")[0] for label in labels} - {UNKNOWN}
    others = 1 - sum(head.get(code, 0.0) for code in codes)
    shares = [
        others if label == UNKNOWN else head.get(label.partition("-")[0], 0.0) for label in labels
    ]
    return np.log(np.maximum(shares, _LEAST_PROBABLE)).astype(np.float32)


def _positions_of_speech(window: Pcm, positions: int) -> NDArray[np.intp]:
    whole = window[: len(window) // _SAMPLES * _SAMPLES][: positions * _SAMPLES]
    levels = frame_levels(whole, RATE_HZ, _POSITION_MS)
    return np.flatnonzero(levels >= levels.max() - _SPEECH_BELOW_LOUDEST_DB)


def _on_cpu(states: ctranslate2.StorageView) -> NDArray[np.float32]:
    if states.device != "cpu":
        states = states.to_device(ctranslate2.Device.cpu)
    return np.asarray(states).astype(np.float32)


_SAMPLES = RATE_HZ * _POSITION_MS // 1000
