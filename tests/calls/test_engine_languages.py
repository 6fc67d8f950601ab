"""A voice for each language that is offered: which one, and what is refused at the start."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voice.calls.engines import load_voices
from voice.engine_queue import EngineQueue
from voice.errors import ConfigError, VoiceError
from voice.settings import Recognition, Settings, Speech

OtherVoice = Callable[..., Path]
"""A copy of the embedded voice that speaks another language, or says another rate."""


def in_language(language: str, **speech: Any) -> Settings:
    own = {"recognition": Recognition(language=language), "speech": Speech(**speech)}
    return Settings().model_copy(update=own)


@pytest.fixture
def other_voice(embedded_voice_path: Path, tmp_path: Path) -> OtherVoice:
    def make(language: str = "fr", sample_rate: int = 16000) -> Path:
        folder = tmp_path / f"{language}-{sample_rate}"
        shutil.copytree(embedded_voice_path, folder)
        file = folder / "voice.onnx.json"
        config = json.loads(file.read_text())
        config["espeak"]["voice"] = language
        config["audio"]["sample_rate"] = sample_rate
        file.write_text(json.dumps(config))
        return folder

    return make


@pytest.mark.parametrize(
    ("recognition", "says"),
    [
        (
            {"language": "fr"},
            "recognition.language: nobody speaks fr (embedded-en speaks en): "
            "set speech.voice; for fr there is embedded-fr, fr_FR-siwis-medium",
        ),
        (
            {"languages": "sw"},
            "recognition.languages: nobody speaks sw (embedded-en speaks en): "
            "set speech.voice; for sw there is sw_CD-lanfrica-medium",
        ),
        (
            {"languages": ["en", "fr"]},
            "recognition.languages: nobody speaks fr: "
            "set speech.voices.fr; for fr there is embedded-fr, fr_FR-siwis-medium",
        ),
    ],
)
def test_where_a_language_was_set_and_no_voice_for_it_the_language_is_named(
    recognition: dict[str, Any], says: str
) -> None:
    own = {"recognition": Recognition(**recognition), "speech": Speech(voice="embedded-en")}
    with pytest.raises(ConfigError) as error:
        load_voices(Settings().model_copy(update=own))
    assert str(error.value) == says


def test_where_a_voice_was_set_that_does_not_fit_the_voice_is_named(
    other_voice: OtherVoice,
) -> None:
    voice = str(other_voice("fr"))
    with pytest.raises(ConfigError) as error:
        load_voices(in_language("en", voice=voice))
    assert str(error.value).startswith(
        f"speech.voice: {voice} speaks fr, but recognition.language is en: for en there is "
    )


@pytest.mark.parametrize("language", ["en", "EN", "en-GB"])
def test_a_voice_of_the_same_language_is_loaded(language: str) -> None:
    voices = load_voices(in_language(language, voice="embedded-en"))
    assert voices.languages == ("en",)
    voices.close()


async def test_each_language_has_its_own_voice_and_its_own_cache(other_voice: OtherVoice) -> None:
    settings = in_language("en", voice="embedded-en", voices={"fr-FR": str(other_voice())})
    voices = load_voices(settings)
    english, french = voices.speaker_for("en"), voices.speaker_for("fr")
    text = "Merci."
    assert not (await english.synthesise(text)).cached
    assert not (await french.synthesise(text)).cached
    assert (await english.synthesise(text)).cached and (await french.synthesise(text)).cached
    assert (await french.synthesise("17")).spoken_text == "dix-sept"
    voices.forget()
    assert not (await french.synthesise(text)).cached
    voices.close()


def test_all_voices_share_one_queue(other_voice: OtherVoice) -> None:
    made: list[tuple[str, int, int]] = []

    def make(name: str, workers: int, capacity: int) -> EngineQueue:
        made.append((name, workers, capacity))
        return EngineQueue(name, workers, capacity)

    voices = load_voices(
        in_language("en", voice="embedded-en", voices={"fr": str(other_voice())}, workers=2), make
    )
    assert made == [("speech", 2, 64)]
    assert voices.depth == 0
    voices.close()


async def test_voices_of_different_rates_all_sound_at_the_rate_of_the_call(
    other_voice: OtherVoice,
) -> None:
    other = other_voice(sample_rate=22050)
    voices = load_voices(in_language("en", voice="embedded-en", voices={"fr": str(other)}))
    clauses = [
        await voices.speaker_for(language).synthesise("Samantha.", 8000)
        for language in voices.languages
    ]
    assert [clause.sample_rate for clause in clauses] == [8000, 8000]
    assert all(300 < clause.duration_ms < 2000 and clause.pcm.any() for clause in clauses)
    voices.close()


def test_a_voice_of_another_language_is_refused_with_its_place(other_voice: OtherVoice) -> None:
    voice = str(other_voice("de"))
    with pytest.raises(ConfigError) as error:
        load_voices(in_language("en", voice="embedded-en", voices={"fr": voice}))
    assert str(error.value) == (
        f"speech.voices.fr: {voice} speaks de, not fr: "
        "for fr there is embedded-fr, fr_FR-siwis-medium"
    )


def damage_missing(folder: Path) -> str:
    shutil.rmtree(folder)
    return "there is no such voice"


def damage_cut(folder: Path) -> str:
    data = (folder / "voice.onnx").read_bytes()
    (folder / "voice.onnx").write_bytes(data[: len(data) // 2])
    return "is not a readable ONNX model"


def damage_rate(folder: Path) -> str:
    file = folder / "voice.onnx.json"
    config = json.loads(file.read_text())
    file.write_text(json.dumps({**config, "audio": {"sample_rate": 4000}}))
    return "sample_rate is 4000; voices have 8000 to 48000 Hz"


@pytest.mark.parametrize(
    "damage", [damage_missing, damage_cut, damage_rate], ids=["missing", "damaged", "another rate"]
)
def test_a_voice_that_cannot_speak_is_refused_with_its_place_and_leaves_nothing_running(
    damage: Callable[[Path], str], other_voice: OtherVoice
) -> None:
    queues: list[EngineQueue] = []

    def make(name: str, workers: int, capacity: int) -> EngineQueue:
        queues.append(EngineQueue(name, workers, capacity))
        return queues[-1]

    folder = other_voice()
    says = damage(folder)
    with pytest.raises(VoiceError) as error:
        load_voices(in_language("en", voice="embedded-en", voices={"fr": str(folder)}), make)
    message = str(error.value)
    assert message.startswith(f"speech.voices.fr: {folder}") and says in message
    assert "\n" not in message
    for queue in queues:
        with pytest.raises(VoiceError, match="shut down"):
            queue.submit(lambda: None)
