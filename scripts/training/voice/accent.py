"""What a voice speaks: a language as people of one country say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Accent:
    """One language of one country, as espeak-ng and Piper name it."""

    language: str
    """The tag of the language's folder in voice/languages."""
    espeak: str
    """The voice of espeak-ng that turns text into phonemes."""
    code: str
    """Of Piper's configuration, for instance en_US."""
    english_name: str
    own_name: str
    country: str

    @property
    def described(self) -> str:
        """As a model card says it."""
        return f"{self.english_name} ({self.country})"


US_ENGLISH: Final = Accent("en", "en-us", "en_US", "English", "English", "United States")
FRENCH: Final = Accent("fr", "fr", "fr_FR", "French", "Français", "France")
