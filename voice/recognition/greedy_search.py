"""The greedy search for the words of encoded windows, several at once, by ONNX Runtime."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import OrtValue

from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.onnx_models import open_session
from voice.recognition.decoder_graph import Sizes, memory_graph, piece_graph, sizes_of

Floats = NDArray[np.float32]

_LEAST_VOCABULARY = 10_000
"""For fewer pieces CTranslate2 is as quick."""
_CPU_INFO = Path("/proc/cpuinfo")
_DOT_PRODUCTS = {"avx512_vnni", "avx_vnni", "asimddp"}
"""Instructions that add products of 8 bits without cutting off sums in between."""
_HIDDEN = -1e9


@dataclass(frozen=True)
class LikeliestText:
    """The likeliest text of a window."""

    pieces: list[int]
    log_probability: float
    """Sum over the pieces and, unless it was cut off, the end."""
    no_speech_probability: float


@dataclass
class _Progress:
    """Of one window."""

    no_speech_probability: float
    most: int
    pieces: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    ended: bool = False


class GreedySearch:
    """Made of one model; may be used by several threads at once."""

    def __init__(
        self, weights: Mapping[str, NDArray[Any]], sizes: Sizes, folder: Path, threads: int = 1
    ) -> None:
        """Raises ModelError."""
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self._suppressed: list[int] = config.get("suppress_ids", [])
        self._sizes = sizes
        self._embeddings = weights["decoder/embeddings/weight"]
        self._positions = weights["decoder/position_encodings/encodings"].astype(np.float32)
        self._memory = _Session(open_session(memory_graph(weights), threads))
        self._piece = _Session(open_session(piece_graph(weights), threads))

    @classmethod
    def of(cls, folder: Path, threads: int = 1) -> GreedySearch | None:
        """Of the model in a folder; None where it would gain nothing, or not be exact here."""
        try:
            weights = Ctranslate2Weights.read(folder / "model.bin", only="decoder/").variables
        except ModelError:  # an older layout, which CTranslate2 reads by itself
            return None
        sizes = sizes_of(weights)
        if sizes is None or len(weights["decoder/embeddings/weight"]) < _LEAST_VOCABULARY:
            return None
        return cls(weights, sizes, folder, threads) if _adds_exactly() else None

    def find(
        self,
        states: Floats,
        prompts: Sequence[Sequence[int]],
        most: Sequence[int],
        end: int,
        nobody: int,
    ) -> list[LikeliestText]:
        """What is said in windows with these encoder states, shape (windows, positions, width).

        `prompts` are equally long and begin with the start of a transcript. `most`: pieces of
        each text; `end` is the one that ends it, and `nobody` says that nobody speaks.
        """
        memory = self._memory.run({"states": OrtValue.ortvalue_from_numpy(states)})
        past = self._no_past(len(states))
        first, *rest = np.array(prompts, np.int64).T
        logits, past = self._next(first[:, None], 0, memory, past)
        nobody_speaks = _log_probabilities(logits, np.full(len(states), nobody))
        windows = [
            _Progress(math.exp(one), limit) for one, limit in zip(nobody_speaks, most, strict=True)
        ]
        pieces, at = np.array(rest).T, 1
        while not all(window.ended for window in windows):
            logits, past = self._next(pieces, at, memory, past)
            at += pieces.shape[1]
            pieces = self._chosen(logits, windows, end)
        return [
            LikeliestText(window.pieces, window.log_probability, window.no_speech_probability)
            for window in windows
        ]

    def _chosen(self, logits: Floats, windows: Sequence[_Progress], end: int) -> NDArray[np.int64]:
        """Each window's likeliest next piece, shape (windows, 1), noted unless it has ended."""
        logits[:, self._suppressed] = _HIDDEN
        likeliest = logits.argmax(axis=1)
        scores = _log_probabilities(logits, likeliest)
        for window, piece, score in zip(windows, likeliest.tolist(), scores, strict=True):
            if window.ended:
                continue
            window.log_probability += score
            if piece != end:
                window.pieces.append(piece)
            window.ended = piece == end or len(window.pieces) >= window.most
        chosen: NDArray[np.int64] = likeliest[:, None]
        return chosen

    def _next(
        self, pieces: NDArray[np.int64], at: int, memory: dict[str, Any], past: dict[str, Any]
    ) -> tuple[Floats, dict[str, Any]]:
        """What comes after these pieces, the first of which is number `at` of the text."""
        count = pieces.shape[1]
        embedded = self._embeddings[pieces].astype(np.float32) + self._positions[at : at + count]
        mask = np.triu(np.full((count, at + count), _HIDDEN, np.float32), at + 1)
        given = {
            "pieces": OrtValue.ortvalue_from_numpy(embedded),
            "mask": OrtValue.ortvalue_from_numpy(mask[None, None]),
        }
        made = self._piece.run(given | memory | past)
        logits: Floats = made.pop("logits").numpy()[:, 0]
        return logits, {name.replace("new_", "past_"): value for name, value in made.items()}

    def _no_past(self, windows: int) -> dict[str, Any]:
        heads, width = self._sizes.heads, self._sizes.head_width
        shapes = {"keys": (windows, heads, width, 0), "values": (windows, heads, 0, width)}
        return {
            f"past_{kind}_{layer}": OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32))
            for kind, shape in shapes.items()
            for layer in range(self._sizes.layers)
        }


class _Session:
    def __init__(self, session: Any) -> None:
        self._session = session
        self._names = [output.name for output in session.get_outputs()]

    def run(self, given: dict[str, Any]) -> dict[str, Any]:
        """The outputs by name."""
        made = self._session.run_with_ort_values(self._names, given)
        return dict(zip(self._names, made, strict=True))


def _log_probabilities(logits: Floats, pieces: NDArray[np.int64]) -> list[float]:
    """Of one piece in each row."""
    above = logits - logits.max(axis=1, keepdims=True)
    chosen = above[np.arange(len(pieces)), pieces]
    logs: list[float] = (chosen - np.log(np.exp(above).sum(axis=1))).tolist()
    return logs


def _adds_exactly() -> bool:
    try:
        told = _CPU_INFO.read_text()
    except OSError:
        return False
    return bool(_DOT_PRODUCTS & {*told.split()})
