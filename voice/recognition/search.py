"""The search for the likeliest text of encoded windows, several at once where they are alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np
from ctranslate2.models import Whisper, WhisperGenerationResult

from voice.engine_steps import Steps, shared
from voice.recognition.greedy_search import GreedySearch, LikeliestText


@dataclass(frozen=True)
class WindowSearch:
    """What is searched for one window."""

    model: Whisper
    states: ctranslate2.StorageView
    """The encoder's, shape (1, positions, width)."""
    prompt: Sequence[int]
    beam_size: int
    length_penalty: float
    most_pieces: int
    """Found beside longer windows, a text may be longer."""
    end: int
    """The piece that ends a text."""
    nobody: int
    """The piece that says that nobody speaks."""
    greedy: GreedySearch | None
    """Of the same model; None where it does that itself."""

    @property
    def alike(self) -> Hashable:
        """Where it is equal, windows are searched in one go."""
        shape, length = tuple(self.states.shape), len(self.prompt)
        return id(self.model), shape, length, self.beam_size, self.length_penalty

    def found(self) -> Steps[LikeliestText]:
        """The likeliest text."""
        return shared(_found, self, self.alike)


def _found(searches: Sequence[WindowSearch]) -> list[LikeliestText]:
    first = searches[0]
    most = [search.most_pieces for search in searches]
    prompts = [list(search.prompt) for search in searches]
    if first.greedy is not None and first.beam_size == 1:
        states = np.concatenate([np.asarray(search.states) for search in searches])
        return first.greedy.find(states, prompts, most, first.end, first.nobody)
    results = first.model.generate(
        _together([search.states for search in searches]),
        prompts,
        beam_size=first.beam_size,
        length_penalty=first.length_penalty,
        max_length=2 * max(most),  # CTranslate2 allows half of it for new pieces
        return_scores=True,
        return_no_speech_prob=True,
        suppress_blank=False,
        suppress_tokens=[-1],
    )
    return [_read(result, first.length_penalty) for result in results]


def _read(result: WhisperGenerationResult, length_penalty: float) -> LikeliestText:
    pieces = list(result.sequences_ids[0])
    log_probability = result.scores[0] * max(1, len(pieces)) ** length_penalty
    return LikeliestText(pieces, log_probability, float(result.no_speech_prob))


def _together(states: Sequence[ctranslate2.StorageView]) -> ctranslate2.StorageView:
    if len(states) == 1:
        return states[0]
    arrays = [np.asarray(one.to_device(ctranslate2.Device.cpu)) for one in states]
    return ctranslate2.StorageView.from_array(np.concatenate(arrays))
