"""Voices that can speak now, and the card of each voice: what it was made of, and its figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from voice.errors import ModelError
from voice.model_folders import shipped_models
from voice.models.store import ModelStore
from voice.piper_files import find_voice

CARDS = Path(__file__).with_name("cards")
"""Of the catalogue's voices; those that come along have theirs in their folder."""


@dataclass(frozen=True)
class VoiceAtHand:
    """A voice that comes along with Voice, or was pulled."""

    name: str
    folder: Path
    card: Path

    @property
    def language(self) -> str:
        """What it speaks, as the first part of a BCP 47 tag; raises ModelError."""
        return find_voice(self.folder).language

    @property
    def sample_rate(self) -> int:
        """Hertz; raises ModelError."""
        return find_voice(self.folder).sample_rate

    @property
    def licence(self) -> str:
        """As its card names it; raises ModelError."""
        return card_row(self.card, "licence")


def voices_at_hand() -> list[VoiceAtHand]:
    """Those that come along, then those that were pulled."""
    shipped = [
        VoiceAtHand(folder.name, folder, folder / "README.md")
        for folder in shipped_models("tts_voices")
    ]
    store = ModelStore()
    pulled = [
        VoiceAtHand(model.name, store.path(model.name), CARDS / f"{model.name}.md")
        for model in store.installed()
        if model.kind == "voice"
    ]
    return [*shipped, *pulled]


def card_row(card: Path, row: str) -> str:
    """What a card's table says in that row; raises ModelError where it does not."""
    try:
        text = card.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{card}: {error.strerror}") from None
    found = re.search(rf"^\| {re.escape(row)} \| (.+?) \|$", text, re.MULTILINE)
    if not found:
        raise ModelError(f"{card}: has no row {row!r}")
    return found[1]
