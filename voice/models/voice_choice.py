"""Which voice speaks each language: settled by the settings before any is fetched or loaded."""

from __future__ import annotations

from dataclasses import dataclass

from voice.errors import ConfigError
from voice.languages import language
from voice.models.catalogue import Catalogue
from voice.models.voices import voices_at_hand
from voice.piper_files import find_voice
from voice.settings import EMBEDDED, REAL_VOICE, Settings
from voice.settings.places import blamed_on


@dataclass(frozen=True)
class ChosenVoice:
    """A voice, and the setting that names it."""

    name: str
    """Of a voice, or a folder or file."""
    key: str


def chosen_voices(settings: Settings) -> dict[str, ChosenVoice]:
    """By tag, the voice of each language that is offered or spoken besides.

    Raises ConfigError for a language without a voice and a voice of another language, ModelError
    for a voice that is missing or none; each names the key that has to be mended.
    """
    tags = dict.fromkeys([*settings.recognition.offered, *settings.speech.voices])
    return {tag: _chosen(settings, tag) for tag in tags}


def _chosen(settings: Settings, tag: str) -> ChosenVoice:
    recognition, speech = settings.recognition, settings.speech
    is_main = tag == recognition.language
    key = "speech.voice" if is_main else f"speech.voices.{tag}"
    name = speech.voice if is_main else speech.voices.get(tag)
    with blamed_on(key):
        speaks = _language_of(name) if name else None
    code = language(tag).code
    if name and speaks == code:
        return ChosenVoice(name, key)
    at_hand = [voice.name for voice in voices_at_hand() if voice.language == code]
    names = ", ".join(dict.fromkeys([*at_hand, *Catalogue.shipped().voices_for(code)]))
    known = f"for {code} there is {names}" if names else "see docs/models.md"
    if name is None or (is_main and name in (REAL_VOICE, EMBEDDED)):  # the language was set, alone
        asked = "recognition.languages" if recognition.languages else "recognition.language"
        but = f" ({name} speaks {speaks})" if name else ""
        raise ConfigError(f"{asked}: nobody speaks {tag}{but}: set {key}; {known}")
    wanted = f"but recognition.language is {tag}" if is_main else f"not {tag}"
    raise ConfigError(f"{key}: {name} speaks {speaks}, {wanted}: {known}")


def _language_of(name: str) -> str:
    """The first part of a BCP 47 tag; raises ModelError."""
    listed = Catalogue.shipped().of_kind(name, "voice")
    if listed is not None:
        return listed.languages[0].partition("-")[0]
    return find_voice(name).language
