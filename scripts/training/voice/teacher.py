"""What a voice learns from: a synthesizer that tells how long each phoneme lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.phonemize_espeak import EspeakPhonemizer

from training.voice.accent import Accent
from training.voice.features import PitchRange

START: Final = "^"
END: Final = "$"
STRESS: Final = frozenset("ˈˌ")
MARKS: Final = frozenset("ː̩̃˞̪ʲʰ̧ˑ")
"""They belong to the sound before them."""
PUNCTUATION: Final = frozenset(" ,.;:?!-'\"()")


@dataclass(frozen=True)
class Utterance:
    """A sentence as a teacher spoke it."""

    audio: NDArray[np.float64]
    """At 16 kHz, -1 to 1."""
    phonemes: Sequence[str]
    """espeak-ng's, between ^ and $."""
    seconds: NDArray[np.float64]
    """Of each phoneme; the silence around the sentence belongs to ^ and $."""


class Teacher(Protocol):
    """A synthesizer that can be learned from."""

    @property
    def accent(self) -> Accent:
        """What it speaks."""
        ...

    @property
    def pitch(self) -> PitchRange:
        """Where the F0 lies."""
        ...

    @property
    def sex(self) -> str:
        """As a model card says it."""
        ...

    @property
    def credit(self) -> str:
        """Its name and its source."""
        ...

    @property
    def licence(self) -> str:
        """Under which terms its speech may be used."""
        ...

    @property
    def origin(self) -> str:
        """Whose recordings it was made from, in a sentence."""
        ...

    def speak(self, texts: list[str]) -> Iterator[Utterance | None]:
        """Speak each text; None for what it cannot say, or says otherwise than espeak-ng."""
        ...


def phonemes_of(text: str, accent: Accent, phonemizer: EspeakPhonemizer) -> list[str] | None:
    """What Piper would say, between ^ and $; None unless it takes the text for one sentence."""
    sentences = phonemizer.phonemize(accent.espeak, text)
    if len(sentences) != 1:
        return None
    return [START, *(sound for sound in sentences[0] if sound in DEFAULT_PHONEME_ID_MAP), END]
