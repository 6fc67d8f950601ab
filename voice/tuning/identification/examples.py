"""From recordings to what an identifier weighs: telephone lines laid over, encoded, heard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, resample
from voice.evaluation.recordings.sound_files import open_sound
from voice.recognition.encoding import Encoder
from voice.recognition.features import RATE_HZ
from voice.recognition.identifier import of_states
from voice.tuning.identification.labelled_speech import LabelledSpeech
from voice.tuning.telephone_line import RATE_HZ as LINE_HZ
from voice.tuning.telephone_line import TelephoneLine

_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.5, 6.0
"""An utterance of a call; of longer recordings each copy is another piece."""


@dataclass(frozen=True)
class Examples:
    """What is heard in each utterance, with what is known of it; all have as many rows."""

    states: NDArray[np.float32]
    """Statistics of the encoder's states, shape (rows, features)."""
    heads: list[dict[str, float]]
    """What the language head says; empty dictionaries where the model has none."""
    labels: NDArray[np.str_]
    sources: NDArray[np.str_]

    def where(self, chosen: NDArray[np.bool_]) -> Examples:
        """Some of the rows."""
        heads = [self.heads[row] for row in np.flatnonzero(chosen)]
        return Examples(self.states[chosen], heads, self.labels[chosen], self.sources[chosen])


def examples_of(
    speech: Sequence[LabelledSpeech],
    encoder: Encoder,
    copies: int,
    done: Callable[[int], None] = lambda count: None,
) -> Examples:
    """Each recording `copies` times, over another line each time; `done` is told of every one.

    Raises AudioFileError.
    """
    random = np.random.default_rng(1)
    line = TelephoneLine(random)
    rows, heads = [], []
    for count, one in enumerate(speech, 1):
        clean = np.concatenate(list(open_sound(one.path).frames("left", LINE_HZ)))
        for _ in range(copies):
            window = _over(line, _piece(clean, random))
            encoded = encoder.encode(window)
            heads.append(encoder.languages(encoded) if encoder.identifies else {})
            rows.append(of_states(encoded, window))
        done(count)
    return Examples(
        np.stack(rows),
        heads,
        np.repeat([one.label for one in speech], copies),
        np.repeat([one.source for one in speech], copies),
    )


def _piece(clean: Pcm, random: np.random.Generator) -> Pcm:
    wanted = round(LINE_HZ * random.uniform(_SHORTEST_SECONDS, _LONGEST_SECONDS))
    if len(clean) <= wanted:
        return clean
    start = int(random.integers(len(clean) - wanted))
    return clean[start : start + wanted]


def _over(line: TelephoneLine, clean: Pcm) -> Pcm:
    """At the encoder's rate; what is silent stays silent."""
    if not clean.any():
        return resample(clean, LINE_HZ, RATE_HZ)
    heard, _ = line((clean / 32768).astype(np.float32))
    return resample((np.clip(heard, -1, 1) * 32767).astype(np.int16), LINE_HZ, RATE_HZ)
