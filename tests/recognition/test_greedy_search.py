"""The greedy search by ONNX Runtime finds what CTranslate2 finds with the same weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from voice.audio import Pcm, resample, silence
from voice.engine_steps import Share, alone
from voice.languages import language
from voice.models.ctranslate2_weights import Ctranslate2Weights
from voice.recognition import ANYTHING, folder, greedy_search
from voice.recognition.decoder_graph import Sizes, sizes_of
from voice.recognition.decoding import Decoder
from voice.recognition.encoding import Encoded, Encoder
from voice.recognition.folder import LoadedWhisper
from voice.recognition.greedy_search import GreedySearch, LikeliestText

SENTENCES = ("How can I help you?", "Are you still there?", "I cannot hear you. Goodbye.")


def in_floats(weights: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The embedded model's weights, which are stored as integers, as Whisper's are."""
    return {
        name: value.astype(np.float32) / weights[f"{name}_scale"].reshape(-1, 1)
        if name.startswith("decoder/") and f"{name}_scale" in weights
        else value
        for name, value in weights.items()
    }


@pytest.fixture(scope="module")
def loaded(embedded_recogniser_path: Path) -> LoadedWhisper:
    return folder.load(embedded_recogniser_path, workers=1, compute_type="int8")


@pytest.fixture(scope="module")
def greedy(embedded_recogniser_path: Path) -> GreedySearch:
    weights = in_floats(Ctranslate2Weights.read(embedded_recogniser_path / "model.bin").variables)
    sizes = sizes_of(weights)
    assert sizes is not None
    return GreedySearch(weights, sizes, embedded_recogniser_path)


@pytest.fixture
def windows(loaded: LoadedWhisper, spoken: Callable[[str], Pcm]) -> list[Encoded]:
    """Encoded, equally long."""
    sounds = [resample(spoken(sentence), 8000, 16000) for sentence in SENTENCES]
    longest = max(map(len, sounds))
    encoder = Encoder(loaded)
    return [
        encoder.encode(np.concatenate([sound, silence(longest - len(sound))])) for sound in sounds
    ]


def asked(decoder: Decoder, window: Encoded) -> Share:
    return next(decoder.read(window, ANYTHING))


def test_it_finds_the_same_as_ctranslate2(
    loaded: LoadedWhisper, greedy: GreedySearch, windows: list[Encoded]
) -> None:
    own = Decoder(replace(loaded, greedy=greedy), language(), 1)
    other = Decoder(loaded, language(), 1)
    for window in windows:
        found, expected = alone(own.read(window, ANYTHING)), alone(other.read(window, ANYTHING))
        assert found.text == expected.text != ""
        assert found.pieces == expected.pieces
        assert found.log_probability == pytest.approx(expected.log_probability, abs=0.5)
        nobody = expected.no_speech_probability
        assert found.no_speech_probability == pytest.approx(nobody, abs=0.05)


def test_windows_that_are_searched_together_are_read_as_if_alone(
    loaded: LoadedWhisper, greedy: GreedySearch, windows: list[Encoded]
) -> None:
    decoder = Decoder(replace(loaded, greedy=greedy), language(), 1)
    shares = [asked(decoder, window) for window in windows]
    together: list[LikeliestText] = list(shares[0].do([share.request for share in shares]))
    each: list[LikeliestText] = [share.do([share.request])[0] for share in shares]
    assert [found.pieces for found in together] == [found.pieces for found in each]
    assert len({len(found.pieces) for found in each}) > 1, "texts of several lengths"


def test_each_text_has_a_limit_of_its_own(
    loaded: LoadedWhisper, greedy: GreedySearch, windows: list[Encoded]
) -> None:
    decoder = Decoder(replace(loaded, greedy=greedy), language(), 1)
    requests = [asked(decoder, window).request for window in windows]
    do = asked(decoder, windows[0]).do
    whole = do(requests)
    cut = do([replace(requests[0], most_pieces=2), *requests[1:]])
    assert cut[0].pieces == whole[0].pieces[:2]
    assert [found.pieces for found in cut[1:]] == [found.pieces for found in whole[1:]]


def test_a_small_model_is_left_to_ctranslate2(
    embedded_recogniser_path: Path, loaded: LoadedWhisper
) -> None:
    assert GreedySearch.of(embedded_recogniser_path) is None
    assert loaded.greedy is None


def test_a_file_of_an_older_layout_is_left_to_ctranslate2(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes((3).to_bytes(4, "little") + bytes(64))
    assert GreedySearch.of(tmp_path) is None


def test_of_a_model_the_decoder_alone_is_kept(embedded_recogniser_path: Path) -> None:
    file = embedded_recogniser_path / "model.bin"
    whole = Ctranslate2Weights.read(file).variables
    decoder = Ctranslate2Weights.read(file, only="decoder/").variables
    assert decoder.keys() == {name for name in whole if name.startswith("decoder/")}
    assert all(np.array_equal(value, whole[name]) for name, value in decoder.items())


@pytest.mark.parametrize(
    ("flags", "exact"),
    [
        ("flags\t\t: fpu avx2 avx512f avx512_vnni", True),
        ("flags\t\t: fpu avx2 avx_vnni", True),
        ("Features\t: fp asimd asimddp", True),
        ("flags\t\t: fpu avx2 avx512f", False),
    ],
)
def test_a_processor_that_would_cut_off_sums_is_left_to_ctranslate2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, exact: bool
) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(f"processor\t: 0\n{flags}\n")
    monkeypatch.setattr(greedy_search, "_CPU_INFO", file)
    assert greedy_search._adds_exactly() == exact
    monkeypatch.setattr(greedy_search, "_CPU_INFO", tmp_path / "none")
    assert not greedy_search._adds_exactly()


def test_a_decoder_of_another_kind_is_none_of_its() -> None:
    embeddings = np.zeros((9, 4), np.float16)
    kind = {"decoder/pre_norm": np.array(1), "decoder/activation": np.array(3)}
    heads = {"decoder/num_heads": np.array(2), "decoder/embeddings/weight": embeddings}
    assert sizes_of({**kind, **heads}) == Sizes(layers=0, heads=2, width=4)
    assert sizes_of({**kind, **heads, "decoder/activation": np.array(0)}) is None
    assert sizes_of({**kind, **heads, "decoder/pre_norm": np.array(0)}) is None
    integers = embeddings.astype(np.int8)
    assert sizes_of({**kind, **heads, "decoder/embeddings/weight": integers}) is None
    assert sizes_of({}) is None
