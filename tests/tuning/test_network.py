"""The network that learns computes what the engine computes, before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
import pytest

from tests.tuning.tiny_whisper import BINS, tiny_whisper
from voice.errors import ModelError
from voice.models.ctranslate2_weights import Ctranslate2Weights

pytestmark = pytest.mark.torch

EXTRA = "needs the train extra: pip install -e '.[train]'"
torch = pytest.importorskip("torch", reason=EXTRA)
pytest.importorskip("scipy", reason=EXTRA)

from voice.tuning.development import merged  # noqa: E402


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_whisper(tmp_path / "tiny")


def heard() -> Any:
    return np.random.default_rng(0).normal(0, 0.5, (1, BINS, 300)).astype(np.float32)


def learned(base: Path, *, halves: list[str], scale: float = 0.1) -> Any:
    """A network with changes that are far from nothing."""
    from voice.tuning.network import WhisperNetwork

    torch.manual_seed(1)
    network = WhisperNetwork(base / "model.bin", tuned=halves, rank=4)  # type: ignore[arg-type]
    with torch.no_grad():
        for name, change in network.changes.items():
            if name.endswith("out"):
                change.normal_(0, scale)
    return network


def greedy(network: Any, states: Any, prompt: list[int], most: int) -> list[int]:
    """So many pieces, as a greedy search of the engine finds them."""
    pieces = list(prompt)
    with torch.no_grad():
        for _ in range(most):
            hidden = network.decode(torch.tensor([pieces]), states)
            pieces.append(int(network.scores(hidden[:, -1]).argmax()))
    return pieces[len(prompt) :]


@pytest.mark.parametrize("halves", [["encoder"], ["decoder"], ["encoder", "decoder"]])
def test_merged_the_engine_computes_what_was_learned(
    base: Path, tmp_path: Path, halves: list[str]
) -> None:
    network = learned(base, halves=halves)
    prompt = [258, 260, 262, 266]
    with torch.no_grad():
        states = network.encode(torch.from_numpy(heard()))
    wanted = greedy(network, states, prompt, 8)

    folder = merged(base, network.difference(), tmp_path / "merged")

    engine = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    view = ctranslate2.StorageView.from_array(heard())
    encoded = np.array(engine.encode(view, to_cpu=True))
    np.testing.assert_allclose(encoded, states.numpy(), atol=0.02)
    found = engine.generate(
        ctranslate2.StorageView.from_array(states.numpy()), [prompt], beam_size=1,
        max_length=16, suppress_blank=False, suppress_tokens=[-1],
    )  # fmt: skip
    assert found[0].sequences_ids[0][:8] == wanted


def test_changes_of_nothing_are_the_base(base: Path) -> None:
    network = learned(base, halves=["encoder", "decoder"])
    untouched = learned(base, halves=["encoder"], scale=0.0)
    mel = torch.from_numpy(heard())

    with torch.no_grad(), network.unchanged():
        first = network.encode(mel)
    with torch.no_grad():
        np.testing.assert_allclose(first, untouched.encode(mel), atol=1e-6)
        assert not np.allclose(first, network.encode(mel), atol=0.01)


def test_a_network_goes_on_from_a_difference(base: Path) -> None:
    known = learned(base, halves=["decoder"])
    other = learned(base, halves=["encoder", "decoder"], scale=0.0)

    other.take(known.difference())

    taken = other.difference()
    assert all(np.array_equal(taken[name], array) for name, array in known.difference().items())


def test_a_base_in_int8_is_tuned_as_well(tmp_path: Path) -> None:
    embedded = Path(__file__).parents[2] / "asr_models" / "embedded-en"
    network = learned(embedded, halves=["encoder", "decoder"], scale=0.2)
    mel = torch.from_numpy(heard())
    with torch.no_grad():
        states = network.encode(mel).numpy()
        with network.unchanged():
            before = network.encode(mel).numpy()

    folder = merged(embedded, network.difference(), tmp_path / "merged")

    plain, tuned = (encoded_by(model) for model in (embedded, folder))
    np.testing.assert_allclose(plain, before, atol=0.02)
    assert np.linalg.norm(tuned - states) < 0.2 * np.linalg.norm(states - before), "rounded anew"


def encoded_by(folder: Path) -> Any:
    engine = ctranslate2.models.Whisper(str(folder), compute_type="float32")
    return np.array(engine.encode(ctranslate2.StorageView.from_array(heard()), to_cpu=True))


def test_weights_of_another_kind_are_refused(base: Path) -> None:
    weights = Ctranslate2Weights.read(base / "model.bin")
    name = "decoder/embeddings/weight"
    integers = {**weights.variables, name: np.ones((4, 4), np.int16)}
    Ctranslate2Weights("WhisperSpec", 3, integers, {}).write(base / "model.bin")

    with pytest.raises(ModelError, match="neither floats nor int8 with its scales"):
        learned(base, halves=["decoder"])
