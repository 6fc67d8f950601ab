"""A voice that does not speak the callers' language is refused at the start, with one that does."""

from __future__ import annotations

import pytest

from voice.calls.engines import load_speaker
from voice.errors import ConfigError
from voice.settings import Recognition, Settings


def in_language(language: str) -> Settings:
    return Settings().model_copy(update={"recognition": Recognition(language=language)})


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("fr", "for fr there is fr_FR-siwis-medium"),
        ("sw", "for sw there is sw_CD-lanfrica-medium"),
    ],
)
def test_a_language_that_the_voice_does_not_speak_is_refused(language: str, says: str) -> None:
    with pytest.raises(ConfigError) as error:
        load_speaker(in_language(language))
    assert str(error.value) == (
        f"speech.voice: embedded-en speaks en, but recognition.language is {language}: {says}"
    )


@pytest.mark.parametrize("language", ["en", "EN", "en-GB"])
def test_a_voice_of_the_same_language_is_loaded(language: str) -> None:
    load_speaker(in_language(language)).close()
