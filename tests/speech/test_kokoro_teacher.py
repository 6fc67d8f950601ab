"""Kokoro as a teacher: espeak-ng's phonemes in its symbols, and the time of each."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.torch
for module in ("torch", "pyworld", "onnx", "kokoro_onnx"):
    pytest.importorskip(module)

import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from kokoro_onnx.config import DEFAULT_VOCAB  # noqa: E402
from piper.phonemize_espeak import EspeakPhonemizer  # noqa: E402

from training.voice.accent import FRENCH, US_ENGLISH, Accent  # noqa: E402
from training.voice.corpus import prepare, read  # noqa: E402
from training.voice.kokoro import KokoroTeacher, timed, units_of  # noqa: E402
from training.voice.patterns import PatternWriter  # noqa: E402
from training.voice.sentences import SentenceWriter  # noqa: E402
from training.voice.teacher import phonemes_of  # noqa: E402
from voice.errors import ModelError  # noqa: E402


def test_phonemes_share_the_time_of_kokoros_symbols() -> None:
    phonemes = ["^", "ˈ", "o", "ʊ", "v", "ɚ", " ", "n", "ˈ", "ɜ", "ː", "s", ".", "$"]
    units = units_of(phonemes, US_ENGLISH, DEFAULT_VOCAB)
    assert units is not None
    assert [(unit.symbols, unit.members) for unit in units] == [
        ("ˈO", (2, 3)), ("v", (4,)), ("əɹ", (5,)), (" ", (6,)), ("n", (7,)),
        ("ˈɜɹ", (9, 10)), ("s", (11,)), (".", (12,)),
    ]  # fmt: skip


def test_nasal_vowels_keep_their_mark() -> None:
    units = units_of(["^", "b", "ɔ", "̃", "$"], FRENCH, DEFAULT_VOCAB)
    assert units is not None and [unit.symbols for unit in units] == ["b", "ɔ̃"]


def test_a_sound_without_a_symbol_leaves_the_sentence_out() -> None:
    assert units_of(["^", "ǂ", "$"], US_ENGLISH, DEFAULT_VOCAB) is None


@pytest.mark.parametrize(
    ("accent", "sentences"),
    [(US_ENGLISH, SentenceWriter(5).write(80)), (FRENCH, PatternWriter("fr", 5).write(80))],
    ids=["en", "fr"],
)
def test_nearly_all_training_sentences_can_be_said(accent: Accent, sentences: list[str]) -> None:
    phonemizer = EspeakPhonemizer()
    spoken = [phonemes_of(text, accent, phonemizer) for text in sentences]
    said = [units_of(phonemes or [], accent, DEFAULT_VOCAB) for phonemes in spoken]
    assert sum(map(bool, said)) >= 60
    for phonemes, units in zip(spoken, said, strict=True):
        if phonemes and units:
            timed_ones = {member for unit in units for member in unit.members}
            rest = [phonemes[i] for i in range(1, len(phonemes) - 1) if i not in timed_ones]
            assert set(rest) <= {"ˈ", "ˌ"}


def model_with_durations(path: Path, rounded: bool = True) -> Path:
    """As Kokoro ends its durations: rounded, then at least one frame."""
    kind = onnx.TensorProto.FLOAT
    helper = onnx.helper
    nodes = [
        helper.make_node("Round" if rounded else "Neg", ["tokens"], ["rounded"]),
        helper.make_node("Clip", ["rounded", "least"], ["frames"]),
        helper.make_node("Neg", ["frames"], ["audio"]),
    ]
    graph = helper.make_graph(
        nodes, "durations",
        [helper.make_tensor_value_info("tokens", kind, [1, "n"])],
        [helper.make_tensor_value_info("audio", kind, [1, "n"])],
        [helper.make_tensor("least", kind, [], [1.0])],
    )  # fmt: skip
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), path)
    return path


def test_the_models_durations_become_an_output(tmp_path: Path) -> None:
    target = timed(model_with_durations(tmp_path / "kokoro.onnx"), tmp_path / "work" / "timed.onnx")
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    given = {"tokens": np.array([[0.2, 2.6, 7.0]], np.float32)}
    (frames,) = session.run(["duration"], given)
    assert frames.dtype == np.int64 and frames.tolist() == [[1, 3, 7]]
    assert [output.name for output in session.get_outputs()] == ["audio", "duration"]
    changed = target.stat().st_mtime_ns
    timed(tmp_path / "kokoro.onnx", target)
    assert target.stat().st_mtime_ns == changed


def test_a_model_without_durations_is_named(tmp_path: Path) -> None:
    other = model_with_durations(tmp_path / "other.onnx", rounded=False)
    with pytest.raises(ModelError, match=r"other\.onnx: the durations .* are not found"):
        timed(other, tmp_path / "timed.onnx")


def test_a_folder_without_the_weights_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds 0 files \*\.onnx, not Kokoro's model alone"):
        KokoroTeacher.of("kokoro-en", tmp_path, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text"),
    [("kokoro-en", "The bill is due on Monday."), ("kokoro-fr", "La facture arrive lundi matin.")],
)
def test_its_speech_becomes_examples(name: str, text: str, tmp_path: Path) -> None:
    """With the real weights: VOICE_KOKORO names their folder."""
    folder = os.environ.get("VOICE_KOKORO")
    if not folder:
        pytest.skip("VOICE_KOKORO does not name the folder of Kokoro's model and voices")
    teacher = KokoroTeacher.of(name, Path(folder), tmp_path)
    (shard,) = prepare(teacher, [text], tmp_path / "corpus")
    (example,) = read(shard)
    assert 80 < example.length < 500
    assert 0.4 < example.features[:, 1].mean() < 0.95
    assert example.frames.max() < 60
