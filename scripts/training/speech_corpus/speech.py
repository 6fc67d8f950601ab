"""One synthesised utterance with the times of its phones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Speech:
    """Mono samples (-1..1) and what is spoken when."""

    samples: NDArray[np.float32]
    rate_hz: int
    phones: tuple[tuple[float, str], ...]
    """(start in seconds, phone); "" is silence. Empty where the synthesizer tells no times."""
    inventory: str
    """Which phone set: "e" espeak-ng's IPA, "f" the radio phones, "p" none."""
