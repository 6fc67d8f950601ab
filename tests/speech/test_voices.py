"""Any Piper voice loads; a missing or damaged one is named in one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from piper import PiperVoice

from voice.errors import ModelError
from voice.speech import PiperSpeaker


@pytest.fixture(params=["embedded-en", "embedded-caller-en"])
def voice_path(request: pytest.FixtureRequest, embedded_voice_path: Path) -> Path:
    return embedded_voice_path.parent / str(request.param) / "voice.onnx"


@pytest.fixture
def copy(embedded_voice_path: Path, tmp_path: Path) -> Path:
    for name in ("voice.onnx", "voice.onnx.json"):
        shutil.copy(embedded_voice_path / name, tmp_path / name)
    return tmp_path


def test_an_unmodified_piper_speaks_our_voices(voice_path: Path) -> None:
    voice = PiperVoice.load(voice_path, include_alignments=True)
    chunks = list(voice.synthesize("Hello there. How are you?", include_alignments=True))
    assert len(chunks) == 2
    for chunk in chunks:
        assert 0.3 < len(chunk.audio_float_array) / chunk.sample_rate < 3
        assert np.isfinite(chunk.audio_float_array).all()
        assert chunk.phoneme_alignments is not None
        aligned = sum(part.num_samples for part in chunk.phoneme_alignments)
        assert aligned == len(chunk.audio_float_array)


def test_speaking_twice_gives_the_same_samples(voice_path: Path) -> None:
    voice = PiperVoice.load(voice_path)
    one, two = (next(iter(voice.synthesize("The same."))).audio_int16_array for _ in range(2))
    assert np.array_equal(one, two)


def test_length_scale_slows_speech_down(voice_path: Path) -> None:
    from piper import SynthesisConfig

    voice = PiperVoice.load(voice_path)
    lengths = [
        len(next(iter(voice.synthesize("A sentence.", SynthesisConfig(length_scale=scale))))
            .audio_float_array)
        for scale in (0.7, 1.0, 1.4)
    ]  # fmt: skip
    assert lengths[0] * 1.2 < lengths[1] < lengths[2] / 1.2


def test_the_two_voices_are_a_woman_and_a_man(
    embedded_voice_path: Path, embedded_caller_voice_path: Path
) -> None:
    pitches = [pitch_hz(path / "voice.onnx") for path in
               (embedded_voice_path, embedded_caller_voice_path)]  # fmt: skip
    assert 150 < pitches[0] < 220
    assert 80 < pitches[1] < 140


def pitch_hz(voice: Path) -> float:
    """The median over loud frames of the autocorrelation's peak."""
    chunk = next(iter(PiperVoice.load(voice).synthesize("You will hear from me again on Monday.")))
    rate = chunk.sample_rate
    frames = np.lib.stride_tricks.sliding_window_view(chunk.audio_float_array, rate // 20)
    frames = frames[:: rate // 100]
    loud = frames[(frames**2).mean(axis=1) > np.median((frames**2).mean(axis=1))]
    lags = range(rate // 300, rate // 60)
    scores = np.array([[np.corrcoef(f[:-lag], f[lag:])[0, 1] for lag in lags] for f in loud[::3]])
    return rate / float(np.median(scores.argmax(axis=1) + lags[0]))


@pytest.mark.parametrize("part", ["", "voice.onnx"])
async def test_a_folder_or_its_file_may_be_named(copy: Path, part: str) -> None:
    speaker = PiperSpeaker.load(copy / part)
    assert (await speaker.synthesise("Hello.")).pcm.any()
    speaker.close()


async def test_an_embedded_voice_is_found_by_name() -> None:
    speaker = PiperSpeaker.load("embedded-en")
    assert (await speaker.synthesise("Hello.")).pcm.any()
    speaker.close()


async def test_a_voice_without_alignments_gets_proportional_times(copy: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load(copy / "voice.onnx")
    del model.graph.output[1]
    onnx.save(model, copy / "voice.onnx")
    speaker = PiperSpeaker.load(copy)
    clause = await speaker.synthesise("Half of the words are heard by now.")
    speaker.close()
    assert len(clause.words) == 8
    assert clause.heard(clause.duration_ms / 2).count(" ") in (2, 3, 4)
    assert clause.words[-1].end_ms <= clause.duration_ms


@pytest.mark.parametrize("rate", [16000, 44100])
async def test_a_voice_of_another_rate_sounds_as_long_as_its_rate_says(
    copy: Path, rate: int
) -> None:
    """The same samples, said to be of another rate, are slower or faster on the telephone."""
    file = copy / "voice.onnx.json"
    config = json.loads(file.read_text())
    seconds = []
    for own in (config["audio"]["sample_rate"], rate):
        config["audio"]["sample_rate"] = own
        file.write_text(json.dumps(config))
        speaker = PiperSpeaker.load(copy)
        clause = await speaker.synthesise("The bill has not been paid.", 8000)
        speaker.close()
        assert clause.sample_rate == 8000 and clause.pcm.any()
        seconds.append((own, clause.words[-1].end_ms - clause.words[0].start_ms))
    (first, long), (second, other) = seconds
    assert other / long == pytest.approx(first / second, rel=0.15)


def damage_missing(folder: Path) -> str:
    shutil.rmtree(folder)
    return "no such voice"


def damage_no_model(folder: Path) -> str:
    (folder / "voice.onnx").unlink()
    return "no ONNX files"


def damage_many_models(folder: Path) -> str:
    for name in ("a.onnx", "b.onnx"):
        shutil.copy(folder / "voice.onnx", folder / name)
    (folder / "voice.onnx").unlink()
    return "several ONNX files"


def damage_cut(folder: Path) -> str:
    data = (folder / "voice.onnx").read_bytes()
    (folder / "voice.onnx").write_bytes(data[: len(data) // 2])
    return "not a readable ONNX model"


def damage_empty(folder: Path) -> str:
    (folder / "voice.onnx").write_bytes(b"")
    return "not a readable ONNX model"


def damage_no_json(folder: Path) -> str:
    (folder / "voice.onnx.json").unlink()
    return "is missing"


def damage_bad_json(folder: Path) -> str:
    (folder / "voice.onnx.json").write_text("{")
    return "JSON"


def damage_other_json(folder: Path) -> str:
    (folder / "voice.onnx.json").write_text("[]")
    return "JSON"


def damage_lacking_json(folder: Path) -> str:
    (folder / "voice.onnx.json").write_text(json.dumps({"num_symbols": 256}))
    return "JSON"


def damage_no_symbols(folder: Path) -> str:
    path = folder / "voice.onnx.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "phoneme_id_map": {}}))
    return "phoneme_id_map"


def damage_other_language_front_end(folder: Path) -> str:
    path = folder / "voice.onnx.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "phoneme_type": "pinyin"}))
    return "pinyin"


def damage_other_model(folder: Path) -> str:
    onnx = pytest.importorskip("onnx")
    kind = onnx.TensorProto.FLOAT
    ends = [onnx.helper.make_tensor_value_info(name, kind, [1]) for name in ("x", "y")]
    node = onnx.helper.make_node("Relu", ["x"], ["y"])
    graph = onnx.helper.make_graph([node], "other", ends[:1], ends[1:])
    opset = [onnx.helper.make_opsetid("", 17)]
    model = onnx.helper.make_model(graph, opset_imports=opset, ir_version=8)
    onnx.save(model, folder / "voice.onnx")
    return "not a Piper voice"


DAMAGES = [value for name, value in list(globals().items()) if name.startswith("damage_")]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_damaged_voice_is_named_in_one_line(copy: Path, damage: object) -> None:
    assert callable(damage)
    fault = damage(copy)
    with pytest.raises(ModelError) as caught:
        PiperSpeaker.load(copy)
    message = str(caught.value)
    assert fault in message
    assert str(copy) in message
    assert "\n" not in message
