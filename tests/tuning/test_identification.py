"""What tells languages apart knows the speech: it is judged by sources that it never heard."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.recognition.conftest import spoken as spoken  # a fixture
from voice.audio import Pcm, write_wav
from voice.cli.app import app
from voice.errors import ModelError, VoiceError
from voice.evaluation.recordings.manifest import ManifestError
from voice.recognition import Identifier, IdentifierCard

pytestmark = pytest.mark.torch
pytest.importorskip("scipy", reason="needs the extra train")

RATE = 8000
CARD = IdentifierCard((), "a base", "0" * 64)
SOURCES = ("studio", "street", "synthesizer")


def examples(language_strength: float, line_strength: float, labels: str = "ab") -> object:
    """States of two languages over three lines; each shifts the states its own way."""
    from voice.tuning.identification.examples import Examples

    random = np.random.default_rng(1)
    rows: list[NDArray[np.float32]] = []
    told: list[tuple[str, str]] = []
    lines = random.normal(size=(len(SOURCES), 8)) * line_strength
    for number, source in enumerate(SOURCES):
        for label in labels:
            for _ in range(40):
                row = random.normal(size=8) + lines[number]
                row[0] += language_strength * (1 if label == "a" else -1)
                rows.append(row.astype(np.float32))
                told.append((label, source))
    found_labels, sources = (np.array(column) for column in zip(*told, strict=True))
    return Examples(np.stack(rows), [{}] * len(rows), found_labels, sources)


def test_speech_is_known_over_a_line_that_was_never_heard() -> None:
    from voice.tuning.identification.training import fitted

    made = fitted(examples(6.0, 2.0), CARD)  # type: ignore[arg-type]
    assert made.test.overall().value > 0.97
    assert made.identifier.card.labels == ("a", "b")
    assert made.identifier.card.figures["accuracy_on_sources_unheard"]["n"] == 240


def test_where_there_is_nothing_to_hear_it_is_not_sure() -> None:
    from voice.tuning.identification.training import fitted

    made = fitted(examples(0.0, 1.0), CARD)  # type: ignore[arg-type]
    sure = made.identifier.probabilities(np.zeros((1, 8), np.float32)).max()
    assert made.test.overall().value == pytest.approx(0.5, abs=0.1)
    assert sure < 0.7


def test_it_is_as_sure_as_it_is_right() -> None:
    """On sources that it was not trained on, of which it mistakes a part."""
    from voice.tuning.identification.training import fitted

    made = fitted(examples(0.8, 3.0), CARD)  # type: ignore[arg-type]
    logits = made.test.logits / made.temperature
    shares = np.exp(logits - logits.max(1, keepdims=True))
    sure = float(np.mean(shares.max(1) / shares.sum(1)))
    assert sure == pytest.approx(made.test.overall().value, abs=0.06)


def test_the_language_head_is_listened_to_where_that_tells_more() -> None:
    """It hears one of the languages as the other in part; lines move the states at random."""
    from voice.tuning.identification.examples import Examples
    from voice.tuning.identification.training import fitted

    random = np.random.default_rng(2)
    labels = np.array(["en", "sw"] * 90)
    sources = np.repeat(SOURCES, 60)
    swahili = np.where(labels == "sw", random.uniform(0.3, 0.8, 180), random.uniform(0, 0.03, 180))
    heads = [{"sw": share, "en": 0.9 * (1 - share), "yo": 0.1} for share in swahili.tolist()]
    noise = random.normal(size=(180, 8)).astype(np.float32)
    made = fitted(Examples(noise, heads, labels, sources), CARD)
    assert made.identifier.card.listens_to == "head"
    heard_so = np.mean([head["sw"] > head["en"] for head in heads[1::2]])
    right = made.test.accuracy()["sw", "studio"].value
    assert right > heard_so + 0.05, "Swahili is heard more readily than by the head itself"


@pytest.fixture
def manifest(tmp_path: Path, spoken: Callable[[str], Pcm]) -> Path:
    """English of two sources, and the same backwards, which is another language."""
    sentences = ("How can I help you?", "I want to pay my bill.", "Good morning, what is my plan?")
    file = tmp_path / "manifest.csv"
    with file.open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["path", "language", "source"])
        for number in range(20):
            said = spoken(sentences[number % 3])
            for label, sound in (("en", said), ("xx", said[::-1])):
                for source, pitch in (("a", 8000), ("b", 7600)):
                    path = tmp_path / f"{label}-{source}-{number}.wav"
                    write_wav(path, np.ascontiguousarray(sound), pitch)
                    table.writerow([path.name, label, source])
    return file


def test_one_command_makes_it_judges_it_and_writes_its_card(
    manifest: Path, tmp_path: Path, embedded_recogniser_path: Path
) -> None:
    out = tmp_path / "made"
    done = CliRunner().invoke(
        app,
        ["tune", "identification", "--data", str(manifest), "--out", str(out),
         "--base", str(embedded_recogniser_path)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    made = Identifier.load(out)
    made.require_base(embedded_recogniser_path)
    assert made.card.labels == ("en", "xx")
    assert made.card.figures["accuracy_on_sources_unheard"]["value"] > 0.9
    card = (out / "README.md").read_text()
    assert "| en | a | 20 |" in card and "manifest.csv" in card


@pytest.mark.parametrize("base", ["whisper-nowhere", "./nowhere"])
def test_a_base_that_is_not_installed_is_named_with_the_command_that_brings_it(
    manifest: Path, tmp_path: Path, base: str
) -> None:
    out = tmp_path / "made"
    command = ["tune", "identification", "--data", str(manifest), "--out", str(out), "--base", base]
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, ModelError), error
    assert f"{Path(base)}: neither a folder nor an installed model; `voice models pull`" in str(
        error
    )
    assert not out.exists()


def test_without_the_extra_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    error = (
        CliRunner()
        .invoke(
            app,
            ["tune", "identification", "--data", str(tmp_path), "--out", str(tmp_path / "made")],
        )
        .exception
    )
    assert isinstance(error, VoiceError), error
    assert "this needs scipy: pip install 'voice[train]'" in str(error)


def row(folder: Path, label: str) -> list[str]:
    path = folder / "one.wav"
    write_wav(path, np.zeros(8000, np.int16), RATE)
    return [str(path), label, "a"]


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        (["English"], r"row 1: language: 'English' is no BCP 47 tag"),
        ([], r"names no recordings"),
        (["en"] * 30, r"two languages or dialects at least .*'en'"),
        (["en"] * 30 + ["fr"] * 3, r"fr: 3 recordings; 20 are the least"),
    ],
)
def test_speech_that_cannot_teach_is_refused_with_the_reason(
    tmp_path: Path, labels: list[str], complaint: str
) -> None:
    from voice.tuning.identification import read_labelled

    file = tmp_path / "manifest.csv"
    with file.open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(["path", "language", "source"])
        table.writerows(row(tmp_path, label) for label in labels)
    with pytest.raises(ManifestError, match=complaint):
        read_labelled([file])


def test_languages_from_one_source_each_are_refused() -> None:
    """Nothing would show whether the speech is known or the line."""
    from voice.tuning.identification.examples import Examples
    from voice.tuning.identification.training import fitted

    labels = np.array(["a"] * 30 + ["b"] * 30)
    features = np.random.default_rng(1).normal(size=(60, 4)).astype(np.float32)
    with pytest.raises(ManifestError, match="from one source alone"):
        fitted(Examples(features, [{}] * 60, labels, labels), CARD)


def test_the_card_is_data(tmp_path: Path) -> None:
    """What an identifier says of itself can be read without it."""
    Identifier(
        IdentifierCard(("a", "b"), "base", "0" * 64, data="Some speech."),
        np.zeros((8, 2), np.float32), np.zeros(2, np.float32),
    ).save(tmp_path)  # fmt: skip
    told = json.loads((tmp_path / "identification.json").read_text())
    assert told["data"] == "Some speech." and told["labels"] == ["a", "b"]
