"""How an embedded voice is made: sentences, alignment, vocoder, resumable training, export."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.torch
for module in ("torch", "pyworld", "soundfile", "onnx", "kokoro_onnx"):
    pytest.importorskip(module)

import torch  # noqa: E402
from piper import PiperVoice  # noqa: E402

from training.voice.accent import FRENCH  # noqa: E402
from training.voice.acoustic import AcousticModel  # noqa: E402
from training.voice.alignment import Segment, align  # noqa: E402
from training.voice.corpus import Example, prepare, read  # noqa: E402
from training.voice.export import export  # noqa: E402
from training.voice.features import CEPSTRA, HOP, SAMPLE_RATE, SIZE  # noqa: E402
from training.voice.learning import Trainer, load_average  # noqa: E402
from training.voice.sentences import SentenceWriter, cardinal, ordinal  # noqa: E402
from training.voice.teachers import TEACHERS  # noqa: E402
from training.voice.vocoder import SourceFilterVocoder  # noqa: E402


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def test_sentences_are_reproducible_different_and_without_figures() -> None:
    sentences = SentenceWriter(3).write(400)
    assert sentences == SentenceWriter(3).write(400) != SentenceWriter(4).write(400)
    assert len(set(sentences)) == 400
    assert not any(character.isdigit() for sentence in sentences for character in sentence)
    assert {sentence[-1] for sentence in sentences} == set(".?!")
    assert any(";" in sentence for sentence in sentences)
    assert any(len(sentence.split()) == 1 for sentence in sentences)


def test_numbers_in_words() -> None:
    assert cardinal(2317) == "two thousand three hundred and seventeen"
    assert [ordinal(day) for day in (3, 20, 21, 30)] == [
        "third", "twentieth", "twenty first", "thirtieth"
    ]  # fmt: skip


def segments(*phones: str) -> list[Segment]:
    return [Segment(phone, 0.1 * i, 0.1 * (i + 1)) for i, phone in enumerate(phones)]


def test_phonemes_take_the_time_of_the_teachers_phones() -> None:
    alignment = align(["^", "h", "ə", "l", "ˈ", "o", "ʊ", ".", "$"],
                      segments("pau", "hh", "ax", "l", "ow", "pau"))  # fmt: skip
    assert alignment is not None and alignment.cost == 0
    assert np.allclose(alignment.seconds[[1, 2, 3]], 0.1)
    assert np.allclose(alignment.seconds[[5, 6]], 0.05)
    assert alignment.seconds[4] == 0
    assert alignment.seconds.sum() == pytest.approx(0.6)


def test_front_ends_that_disagree_cost_more() -> None:
    near = align(["^", "k", "ˈ", "æ", "t", "$"], segments("pau", "k", "eh", "t", "pau"))
    far = align(["^", "k", "ˈ", "æ", "t", "$"], segments("pau", "m", "uw", "sh", "pau"))
    assert near is not None and far is not None
    assert 0 < near.cost < 0.2 < far.cost


def test_an_unknown_sound_is_not_aligned() -> None:
    assert align(["^", "ʘ", "$"], segments("pau", "k", "pau")) is None


def test_the_vocoder_sounds_at_the_pitch_that_it_is_given() -> None:
    frames = 100
    cepstrum = torch.zeros(1, frames, CEPSTRA)
    cepstrum[..., 0] = -3.0
    wave = SourceFilterVocoder()(
        torch.full((1, frames), float(np.log(125.0))),
        torch.ones(1, frames),
        cepstrum,
        torch.full((1, frames), -40.0),
        torch.tensor(1.0),
    )
    assert wave.shape == (1, 1, frames * HOP)
    spectrum = np.abs(np.fft.rfft(wave[0, 0].numpy() * np.hanning(frames * HOP)))
    hertz = np.arange(len(spectrum)) * SAMPLE_RATE / (frames * HOP)
    low = hertz < 180
    assert hertz[low][spectrum[low].argmax()] == pytest.approx(125, abs=3)


def invented_examples(count: int) -> list[Example]:
    random = np.random.default_rng(5)
    examples = []
    for _ in range(count):
        ids = np.array([1, *random.integers(14, 60, 12), 2])
        frames = random.integers(1, 9, len(ids))
        features = random.standard_normal((2 * int(frames.sum()), SIZE)).astype(np.float32)
        features[:, 1] = features[:, 1] > 0
        examples.append(Example(ids, frames, features))
    return examples


def test_interrupted_training_ends_with_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.voice.learning.CHECKPOINT_EVERY", 2)
    examples = invented_examples(60)

    def train(checkpoint: str, until: int) -> dict[str, torch.Tensor]:
        trainer = Trainer(examples, tmp_path / checkpoint, steps=6)
        for block in trainer.model.modules():
            if isinstance(block, torch.nn.Dropout):
                block.p = 0.0
        trainer.run(until=until)
        return load_average(tmp_path / checkpoint)

    whole = train("whole.pt", 6)
    train("parts.pt", 4)
    parts = train("parts.pt", 6)
    for name, value in whole.items():
        assert torch.allclose(value, parts[name], atol=1e-6), name


def test_an_exported_model_speaks_in_piper(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = AcousticModel().eval()
    model.mean[0] = float(np.log(120.0))
    voice = PiperVoice.load(export(model, set(range(14, 60)), tmp_path, "test", FRENCH))
    chunk = next(iter(voice.synthesize("Hello.")))
    assert chunk.sample_rate == SAMPLE_RATE
    assert np.isfinite(chunk.audio_float_array).all()
    assert voice.config.espeak_voice == "fr"


@pytest.mark.parametrize(
    ("name", "program"), [("festival-slt", "festival"), ("flite-rms", "flite")]
)
def test_a_teachers_speech_becomes_examples(tmp_path: Path, name: str, program: str) -> None:
    if not shutil.which(program):
        pytest.skip(f"needs {program}: apt-get install {program}")
    texts = ["Yes.", "The bill is due on Monday; thank you!"]
    shards = list(prepare(TEACHERS[name], texts, tmp_path))
    examples = read(shards[0])
    assert len(shards) == 1 and len(examples) == 2
    for example in examples:
        assert example.features.shape == (2 * example.length, SIZE)
        assert 0.3 < example.features[:, 1].mean() < 0.95
    assert examples[0].length < examples[1].length < 500
    changed = shards[0].stat().st_mtime_ns
    assert next(iter(prepare(TEACHERS[name], texts, tmp_path))).stat().st_mtime_ns == changed
