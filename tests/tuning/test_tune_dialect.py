"""`voice tune dialect` on a tiny model: from a manifest to a variant with its card and figures."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from typer.testing import CliRunner, Result

from tests.tuning.corpora_on_disk import SENTENCES, sound, write_table
from tests.tuning.tiny_whisper import tiny_whisper
from tests.tuning.told_progress import Told
from voice.cli.app import app
from voice.errors import VoiceError
from voice.languages import language
from voice.models.catalogue import read_variant
from voice.models.dialects import described, require_base_encoder
from voice.models.difference import DIFFERENCE, merge
from voice.models.download import hash_of
from voice.recognition import WhisperRecogniser

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300)]

EXTRA = "needs the train extra: pip install -e '.[train]'"
for _module in ("torch", "scipy"):
    pytest.importorskip(_module, reason=EXTRA)


def speech(folder: Path, speakers: int = 1, count: int = 24) -> Path:
    """Tones with sentences, every one another; and one row that cannot be used."""
    rows = []
    for number in range(count):
        sound(folder / f"{number}.wav", 1.0, 8000, 150.0 + 20 * number)
        text = f"{SENTENCES[number % len(SENTENCES)][:-1]} {chr(97 + number)}"
        rows.append([f"{number}.wav", text, f"s{number % speakers}", "coast"])
    rows.append(["missing.wav", "Haipo.", "s0", "coast"])
    write_table(folder / "manifest.csv", ["path", "text", "speaker", "dialect"], rows)
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_whisper(tmp_path / "tiny")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["tune", "dialect", *map(str, arguments)])


def small(base: Path, data: Path, out: Path, *more: object) -> tuple[object, ...]:
    return ("--base", base, "--data", data, "--dialect", "sw-KE", "--out", out, "--passes", 2,
            "--copies", 2, "--rank", 8, "--threads", 1, "--device", "cpu", *more)  # fmt: skip


def test_from_a_manifest_to_a_variant(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "tiny-sw-KE"
    english = speech(tmp_path / "english", count=6)

    plain = small(base, speech(tmp_path / "data"), out, "--learn", "decoder")
    result = run(*plain, "--licence", "MIT", "--statement", "Tones.", "--also", f"en={english}")

    assert result.exit_code == 0, result.output
    about = yaml.safe_load((out / "variant.yaml").read_text("utf-8"))
    assert (about["name"], about["base"], about["languages"]) == ("tiny-sw-KE", "tiny", ["sw-KE"])
    told = about["dialect"]
    assert (told["tag"], told["language"], told["token"]) == ("sw-KE", "sw", "sw")
    assert told["shares_encoder"] is True
    assert "1 speaker" in told["data"] and "Tones." in told["data"]
    assert "The same speaker is trained and tested" in told["data"]
    names = [group["name"] for group in told["groups"]]
    assert names == ["coast, the speakers of the training", "English"]
    assert all(group["utterances"] and group["words"] for group in told["groups"])
    card = (out / "README.md").read_text("utf-8")
    assert "WER before" in card and "coast, the speakers of the training" in card
    assert (out / "problems.txt").read_text("utf-8").startswith("manifest.csv row 25: ")
    assert not (tmp_path / "tiny-sw-KE.work").exists()


def test_a_variant_wants_to_be_used_as_its_base(base: Path, tmp_path: Path) -> None:
    (base / "voice.json").write_text('{"minimum_window_seconds": 4.0, "confidence_slope": 9.0}')

    run(*small(base, speech(tmp_path / "data"), tmp_path / "variant", "--learn", "decoder"))

    about = read_variant(tmp_path / "variant").description
    assert about["minimum_window_seconds"] == 4.0
    assert about["confidence_slope"] != 9.0, "how sure it may be is its own"


def test_with_speech_prepared_by_workers_it_is_the_same_variant(base: Path, tmp_path: Path) -> None:
    data, apart = speech(tmp_path / "data"), tmp_path / "apart"
    apart.mkdir()
    for out, more in ((tmp_path / "variant", ()), (apart / "variant", ("--jobs", 1))):
        result = run(*small(base, data, out, "--learn", "decoder", *more))
        assert result.exit_code == 0, result.output

    here, there = ((folder / "variant" / DIFFERENCE).read_bytes() for folder in (tmp_path, apart))
    assert here == there


async def test_the_variant_is_one_that_the_recogniser_reads_with(
    base: Path, tmp_path: Path
) -> None:
    out = tmp_path / "variant"
    run(*small(base, speech(tmp_path / "data"), out, "--learn", "decoder"))

    variant = read_variant(out)
    require_base_encoder(variant, out)
    whole = shutil.copytree(base, tmp_path / "whole")
    merge(base / "model.bin", out / DIFFERENCE, whole / "model.bin")
    (whole / "voice.json").write_text(json.dumps(described(variant)))

    recogniser = WhisperRecogniser.load(whole, languages=[language("sw")])
    heard = await recogniser.transcribe(np.full(8000, 3000, np.int16), 8000)
    recogniser.close()
    assert heard.language == "sw"


def test_the_difference_fits_its_base_and_changes_the_decoder_alone(
    base: Path, tmp_path: Path
) -> None:
    from voice.models.ctranslate2_weights import Ctranslate2Weights

    out = tmp_path / "variant"
    run(*small(base, speech(tmp_path / "data"), out, "--learn", "decoder"))

    merge(base / "model.bin", out / DIFFERENCE, tmp_path / "merged.bin")

    before = Ctranslate2Weights.read(base / "model.bin").variables
    after = Ctranslate2Weights.read(tmp_path / "merged.bin").variables
    changed = {name for name in before if not np.array_equal(before[name], after[name])}
    assert changed and all(name.startswith("decoder/layer_0/") for name in changed)


def test_with_low_rank_on_all_the_encoder_is_its_own(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "variant"

    result = run(*small(base, speech(tmp_path / "data", speakers=8), out, "--learn", "all"))

    assert result.exit_code == 0, result.output
    told = yaml.safe_load((out / "variant.yaml").read_text("utf-8"))["dialect"]
    assert told["shares_encoder"] is False
    assert "are in neither training nor development" in told["data"]


def test_by_measurement_the_encoder_is_tried_after_the_decoder(base: Path, tmp_path: Path) -> None:
    result = run(*small(base, speech(tmp_path / "data"), tmp_path / "variant"))

    assert result.exit_code == 0, result.output
    assert "Tuning decoder," in result.output and "Tuning encoder and decoder," in result.output


def test_a_borrowed_token_serves_a_language_that_whisper_lacks(base: Path, tmp_path: Path) -> None:
    out = tmp_path / "variant"
    plain = small(base, speech(tmp_path / "data"), out, "--learn", "decoder")

    refused = run(*plain, "--dialect", "wo", "--language", "fr")
    assert "has no token wo" in str(refused.exception)
    refused = run(*plain, "--dialect", "wo", "--token", "sw")
    assert "--language names the one in which a call goes on" in str(refused.exception)
    borrowed = run(*plain, "--dialect", "wo", "--token", "sw", "--language", "fr")
    assert borrowed.exit_code == 0
    told = yaml.safe_load((out / "variant.yaml").read_text("utf-8"))["dialect"]
    assert (told["tag"], told["language"], told["token"]) == ("wo", "fr", "sw")


@pytest.fixture
def plan(base: Path, tmp_path: Path) -> Any:
    from voice.tuning.plan import TuningPlan

    return TuningPlan(
        base=base, base_name="tiny", data=speech(tmp_path / "data"), dialect="sw", token="sw",
        out=tmp_path / "variant", tuned="decoder", passes=3, copies=2, rank=8, threads=1,
    )  # fmt: skip


def test_a_run_that_was_stopped_goes_on_where_it_was(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    with pytest.raises(KeyboardInterrupt):
        tune_dialect(plan, Told(stop="Pass 2"))
    windows = {file: file.stat().st_mtime_ns for file in plan.work.rglob("*.npy")}

    again = Told(stop="Rank")
    with pytest.raises(KeyboardInterrupt):
        tune_dialect(plan, again)

    passes = [line for line in again.lines if line.startswith("Pass")]
    assert [line.partition(":")[0] for line in passes] == ["Pass 2 of 3", "Pass 3 of 3"]
    assert "Judging before" not in again.stretches
    assert {file: file.stat().st_mtime_ns for file in plan.work.rglob("*.npy")} == windows


def test_the_loss_falls(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    told = Told()
    tune_dialect(replace(plan, passes=6, rate=5e-3), told)

    passes = [line for line in told.lines if line.startswith("Pass")]
    losses = [float(line.split("loss ")[1].split(",")[0]) for line in passes]
    assert losses[-1] < losses[0] - 0.2


def test_another_plan_does_not_go_on_in_its_folder(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    with pytest.raises(KeyboardInterrupt):
        tune_dialect(plan, Told(stop="Pass 1"))

    with pytest.raises(VoiceError, match="holds a run of other speech or options"):
        tune_dialect(replace(plan, seed=2), Told())


def test_a_run_that_goes_on_may_be_judged_by_other_speech(plan: Any, tmp_path: Path) -> None:
    from voice.tuning.dialect import tune_dialect

    with pytest.raises(KeyboardInterrupt):
        tune_dialect(plan, Told(stop="Pass 2"))

    others = {"en": speech(tmp_path / "english", count=6)}
    made = tune_dialect(replace(plan, others=others), Told())

    assert [(group.name, len(group.heard)) for group in made.others] == [("English", 6)]


def test_a_run_that_goes_on_may_learn_otherwise(plan: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from voice.tuning import dialect

    monkeypatch.setattr(dialect, "fitted", stopped)
    with pytest.raises(KeyboardInterrupt):
        dialect.tune_dialect(plan, Told())
    monkeypatch.undo()

    again = Told()
    made = dialect.tune_dialect(replace(plan, tuned="all"), again)

    assert not made.shares_encoder
    assert "Judging after" in again.stretches, "the other model was judged, not this one"


def stopped(readings: object) -> dict[str, float]:
    raise KeyboardInterrupt


def test_a_sound_of_the_test_that_is_damaged_is_listed(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    rows = [[f"{number}.flac", SENTENCES[number], "test"] for number in range(3)]
    rows += [[f"{number}.wav", f"{SENTENCES[number % 6]} {number}", "train"] for number in range(9)]
    for number in range(3):
        noise = np.random.default_rng(number).normal(0, 0.1, 16000)
        soundfile.write(plan.data / f"{number}.flac", noise, 8000)
    whole = (plan.data / "0.flac").read_bytes()
    (plan.data / "0.flac").write_bytes(whole[: len(whole) // 2])
    write_table(plan.data / "manifest.csv", ["path", "text", "part"], rows)

    made = tune_dialect(plan, Told())

    assert len(made.parts.test) == 2
    assert "manifest.csv row 1: " in (plan.out / "problems.txt").read_text("utf-8")


def test_what_lies_in_the_variants_place_is_not_written_over(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    with pytest.raises(VoiceError, match=r"holds 0\.wav already"):
        tune_dialect(replace(plan, out=plan.data), Told())


def test_a_damaged_checkpoint_is_named(plan: Any) -> None:
    from voice.tuning.dialect import tune_dialect

    with pytest.raises(KeyboardInterrupt):
        tune_dialect(plan, Told(stop="Pass 2"))
    (plan.work / "decoder.pt").write_bytes(b"PK\x03\x04 nothing")

    with pytest.raises(VoiceError, match=r"decoder\.pt: no checkpoint of this run"):
        tune_dialect(plan, Told())


def test_the_base_is_named_with_its_hash(plan: Any) -> None:
    from safetensors import safe_open

    from voice.tuning.dialect import tune_dialect

    tune_dialect(plan, Told())

    with safe_open(plan.out / DIFFERENCE, "np") as opened:
        about = opened.metadata()
    assert about["base_sha256"] == hash_of(plan.base / "model.bin")
