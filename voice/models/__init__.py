"""Models that are too large for the project: what there is, where it comes from, where it lies.

The catalogue (`catalogue.yaml`) names each model's files with their hashes and the sources that
have them; `pull` installs one below the user's data folder, whole and verified or not at all;
`at_hand` sees to it that the models of the settings are there before a service starts, and
`chosen_voices` says which voice speaks which language. `publish` packs a dialect variant for
others, who `install` it without any connection.
"""

from voice.models.bundles import install
from voice.models.card import percent
from voice.models.catalogue import Catalogue
from voice.models.entries import CatalogueModel, ModelFile
from voice.models.errors import SourceUnavailable, WrongHash
from voice.models.first_use import (
    ModelsAtHand,
    answers_at_hand,
    at_hand,
    embedding_at_hand,
    models_named,
)
from voice.models.licences import licence_terms
from voice.models.publishing import publish
from voice.models.pulling import Origins, PullProgress, pull
from voice.models.store import InstalledModel, ModelStore
from voice.models.voice_choice import ChosenVoice, chosen_voices
from voice.models.voices import CARDS, VoiceAtHand, card_row, voices_at_hand
from voice.models.whisper_folders import convert

__all__ = [
    "CARDS",
    "Catalogue",
    "CatalogueModel",
    "ChosenVoice",
    "InstalledModel",
    "ModelFile",
    "ModelStore",
    "ModelsAtHand",
    "Origins",
    "PullProgress",
    "SourceUnavailable",
    "VoiceAtHand",
    "WrongHash",
    "answers_at_hand",
    "at_hand",
    "card_row",
    "chosen_voices",
    "convert",
    "embedding_at_hand",
    "install",
    "licence_terms",
    "models_named",
    "percent",
    "publish",
    "pull",
    "voices_at_hand",
]
