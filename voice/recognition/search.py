"""The search for the likeliest text of encoded windows, several at once where they are alike."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np
from ctranslate2.models import Whisper, WhisperGenerationResult

from voice.engine_steps import Steps, shared


@dataclass(frozen=True)
class Search:
    """What is searched for one window."""

    model: Whisper
    states: ctranslate2.StorageView
    """The encoder's, shape (1, positions, width)."""
    prompt: Sequence[int]
    beam_size: int
    length_penalty: float
    most_pieces: int
    """Found beside longer windows, a text may be longer."""

    @property
    def alike(self) -> Hashable:
        """Where it is equal, windows are searched in one go."""
        shape, length = tuple(self.states.shape), len(self.prompt)
        return id(self.model), shape, length, self.beam_size, self.length_penalty

    def found(self) -> Steps[WhisperGenerationResult]:
        """The likeliest text."""
        return shared(_found, self, self.alike)


def _found(searches: Sequence[Search]) -> list[WhisperGenerationResult]:
    first = searches[0]
    found: list[WhisperGenerationResult] = first.model.generate(
        _together([search.states for search in searches]),
        [list(search.prompt) for search in searches],
        beam_size=first.beam_size,
        length_penalty=first.length_penalty,
        # CTranslate2 allows half of it for new pieces
        max_length=2 * max(search.most_pieces for search in searches),
        return_scores=True,
        return_no_speech_prob=True,
        suppress_blank=False,
        suppress_tokens=[-1],
    )
    return found


def _together(states: Sequence[ctranslate2.StorageView]) -> ctranslate2.StorageView:
    if len(states) == 1:
        return states[0]
    arrays = [np.asarray(one.to_device(ctranslate2.Device.cpu)) for one in states]
    return ctranslate2.StorageView.from_array(np.concatenate(arrays))
