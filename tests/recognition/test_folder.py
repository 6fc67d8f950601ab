"""Which folders load, and what is said about those that do not."""

from __future__ import annotations

import json
import shutil
import wave
from collections.abc import Callable
from pathlib import Path

import faster_whisper
import numpy as np
import pytest

from voice.audio import Pcm, resample, to_bytes
from voice.errors import ModelError
from voice.languages import language
from voice.recognition import WhisperRecogniser

FILES = (
    "config.json",
    "model.bin",
    "tokenizer.json",
    "vocabulary.json",
    "preprocessor_config.json",
)


@pytest.fixture
def copy(embedded_recogniser_path: Path, tmp_path: Path) -> Path:
    """A folder that a test may damage."""
    for name in FILES:
        shutil.copyfile(embedded_recogniser_path / name, tmp_path / name)
    return tmp_path


def refusal(model: str | Path) -> str:
    with pytest.raises(ModelError) as error:
        WhisperRecogniser.load(model)
    message = str(error.value)
    assert "\n" not in message
    return message


def test_an_unmodified_faster_whisper_reads_the_embedded_model(
    embedded_recogniser_path: Path, spoken: Callable[[str], Pcm], tmp_path: Path
) -> None:
    recording = tmp_path / "help.wav"
    with wave.open(str(recording), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(to_bytes(resample(spoken("How can I help you?"), 8000, 16000)))

    model = faster_whisper.WhisperModel(str(embedded_recogniser_path))
    segments, _ = model.transcribe(str(recording))

    assert "help you" in " ".join(segment.text for segment in segments)


def test_an_embedded_model_is_found_by_its_name() -> None:
    WhisperRecogniser.load("embedded-en").close()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "neither a folder nor" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()

    assert name in refusal(copy)


def test_another_kind_of_model_is_refused(copy: Path, embedded_responder_path: Path) -> None:
    shutil.copyfile(embedded_responder_path / "model.bin", copy / "model.bin")

    assert "not a CTranslate2 Whisper model" in refusal(copy)


def test_a_voice_is_no_recogniser(embedded_voice_path: Path) -> None:
    assert "lacks model.bin" in refusal(embedded_voice_path)


def test_a_truncated_model_is_refused(copy: Path) -> None:
    data = (copy / "model.bin").read_bytes()
    (copy / "model.bin").write_bytes(data[: len(data) // 2])

    assert "damaged" in refusal(copy)


def test_random_bytes_are_no_model(copy: Path) -> None:
    (copy / "model.bin").write_bytes(bytes(range(256)) * 64)

    assert "not a CTranslate2 Whisper model" in refusal(copy)


@pytest.mark.parametrize("name", ["tokenizer.json", "config.json"])
def test_a_damaged_description_is_refused(copy: Path, name: str) -> None:
    (copy / name).write_text("{ no json")

    assert str(copy) in refusal(copy)


@pytest.mark.parametrize("name", ["enormous", "nobody/whisper-of-nobody"])
def test_a_model_that_is_not_here_is_refused_with_what_to_do(name: str) -> None:
    said = refusal(name)

    assert said.startswith(f"recogniser {name}: neither a folder nor an installed model")
    assert "voice models pull" in said and "[network] allow" in said


def test_a_device_that_is_not_there_is_named(copy: Path) -> None:
    with pytest.raises(ModelError, match=r"cuda with int8: CUDA"):
        WhisperRecogniser.load(copy, device="cuda")


@pytest.mark.parametrize("states", [np.zeros(4), np.full((4, 4), np.nan), np.array(["x"])])
def test_states_of_silence_that_are_none_are_refused(copy: Path, states: np.ndarray) -> None:
    np.save(copy / "silence.npy", states)

    assert "silence.npy" in refusal(copy)


@pytest.mark.parametrize("tag", ["fr", "sw"])
def test_a_language_that_the_model_does_not_know_is_refused(
    embedded_recogniser_path: Path, tag: str
) -> None:
    with pytest.raises(ModelError, match=f"{language(tag).name}.*{tag}"):
        WhisperRecogniser.load(embedded_recogniser_path, languages=[language(tag)])


@pytest.mark.parametrize("told", [{"unheard_of": 1}, {"no_speech_threshold": "high"}, [1]])
def test_a_mistake_in_the_models_description_is_named(copy: Path, told: object) -> None:
    (copy / "voice.json").write_text(json.dumps(told))

    assert "voice.json" in refusal(copy)


async def test_a_model_without_a_description_gets_the_window_that_openais_models_need(
    copy: Path, spoken: Callable[[str], Pcm]
) -> None:
    engine = WhisperRecogniser.load(copy)
    try:
        transcript = await engine.transcribe(spoken("How can I help you?"), 8000)
    finally:
        engine.close()

    assert "help you" in transcript.text


@pytest.mark.parametrize("seconds", [0, -3, 29.5, 1e9])
def test_a_window_that_no_whisper_model_has_room_for_is_refused(copy: Path, seconds: float) -> None:
    (copy / "voice.json").write_text(json.dumps({"longest_window_seconds": seconds}))

    assert refusal(copy).endswith("longest_window_seconds must be above 0 and at most 29")


@pytest.mark.parametrize("seconds", [-1, 30.5, float("nan")])
def test_a_least_window_that_is_none_is_refused(copy: Path, seconds: float) -> None:
    (copy / "voice.json").write_text(json.dumps({"minimum_window_seconds": seconds}))

    assert refusal(copy).endswith("minimum_window_seconds must be at least 0 and at most 30")
