"""`voice tune response` on tiny models: from dialogues to a folder that answers calls."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from tests.models.gpt_oss.small_models import gpt_oss_config, gpt_oss_tensors, save_checkpoint
from tests.models.gpt_oss.test_installing import entry
from tests.models.gpt_oss.test_llama import CONTROL, save_gguf, save_llama
from tests.models.loopback_sources import Told as PullTold
from tests.tuning.response.dialogues_on_disk import write_dialogues
from tests.tuning.told_progress import Told
from voice.cli.app import app
from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.languages import language
from voice.models import Catalogue, ModelStore, Origins, install, publish, pull
from voice.response.engines.ctranslate2_engine import CTranslate2Engine
from voice.response.engines.engine import BadReply, End
from voice.response.engines.generation import Hardware
from voice.response.prompts.briefing import Briefing, Style
from voice.response.prompts.harmony import CallerSaid
from voice.tuning.response.judging import Judgement

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300)]
pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")


@pytest.fixture
def mixture(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path / "mixture", gpt_oss_config(), gpt_oss_tensors())


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    return write_dialogues(tmp_path / "calls.jsonl")


@pytest.fixture
def plan(mixture: Path, dialogues: Path, tmp_path: Path) -> Any:
    from voice.tuning.response.plan import ResponsePlan

    return ResponsePlan(
        source=mixture, base="", dialogues=dialogues, out=tmp_path / "desk",
        language=language("en"), passes=2, threads=1,
    )  # fmt: skip


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["tune", "response", *map(str, arguments)])


def mistake(*arguments: object) -> str:
    result = run(*arguments)
    assert isinstance(result.exception, VoiceError), result.output
    assert "\n" not in str(result.exception)
    return str(result.exception)


def divergence(judgement: Judgement) -> float:
    assert judgement.divergence is not None
    return judgement.divergence.value


async def answers(folder: Path) -> bool:
    """Whether the engine of calls loads it and writes to an end."""
    engine = CTranslate2Engine.load(
        folder, Briefing("Help."), style=Style("none", 20), hardware=Hardware()
    )
    try:
        pieces = [piece async for piece in engine.reply([[CallerSaid("hello")]], Priority.FINAL)]
        return isinstance(pieces[-1], End)
    except BadReply:  # an untaught model writes what is no message; it wrote, though
        return True
    finally:
        engine.close()


async def test_from_a_mixture_of_experts_to_folders_with_figures(
    mixture: Path, dialogues: Path, tmp_path: Path
) -> None:
    out = tmp_path / "desk"

    result = run(
        mixture, "--dialogues", dialogues, "--out", out, "--experts", 1, "--experts", 2,
        "--passes", 3, "--threads", 1, "--device", "cpu", "--licence", "Apache-2.0",
        "--statement", "Made-up calls.",
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "The original is read a layer at a time:" in result.output
    assert "| K | MB | tokens/s | KL before | KL after |" in result.output
    for experts in (1, 2):
        folder = tmp_path / f"desk-k{experts}"
        told = json.loads((folder / "voice.json").read_text("utf-8"))
        assert told["format"] == "harmony" and told["prefix_tokens"]
        assert [len(layer) for layer in told["card"]["experts"]] == [experts, experts]
        assert 0 <= told["card"]["tuned"]["same"] <= 1
        card = (folder / "README.md").read_text("utf-8")
        assert f"with {experts} of its experts a layer" in card and "Made-up calls." in card
        assert "Tuned on 24 dialogues in English, chosen by 3 and judged by 3 others." in card
        assert await answers(folder)
    assert not (tmp_path / "desk.work").exists()


def test_with_an_original_read_by_workers_it_is_the_same_student(
    mixture: Path, dialogues: Path, tmp_path: Path
) -> None:
    for out, more in ((tmp_path / "here", ()), (tmp_path / "there", ("--jobs", 1))):
        result = run(
            mixture, "--dialogues", dialogues, "--out", out, "--passes", 2, "--threads", 1,
            "--device", "cpu", *more,
        )  # fmt: skip
        assert result.exit_code == 0, result.output

    for name in ("routing.json", "model.bin"):
        here, there = ((tmp_path / folder / name).read_bytes() for folder in ("here", "there"))
        assert here == there, name


def test_the_student_comes_nearer_to_its_teacher(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    (made,) = tune_response(replace(plan, passes=8, rate=5e-3), Told())

    assert divergence(made.after) < 0.7 * divergence(made.before)
    assert made.after.same.value > made.before.same.value


def test_in_low_rank_and_without_windows(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    (made,) = tune_response(replace(plan, rank=4, full_attention=True, rate=5e-3), Told())

    assert made.rank == 4
    told = json.loads((plan.out / "voice.json").read_text("utf-8"))
    assert told["prefix_tokens"] == ["<|ct2_sink|>"] and told["sliding_window"] is None
    assert divergence(made.after) < divergence(made.before)


def test_a_run_that_was_stopped_goes_on_where_it_was(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    plan = replace(plan, passes=3, experts=(1, 2))
    with pytest.raises(KeyboardInterrupt):
        tune_response(plan, Told(stop="Pass 2 of 3"))
    read = (plan.work / "states.npy").stat().st_mtime_ns

    again = Told(stop="The student with 2")
    with pytest.raises(KeyboardInterrupt):
        tune_response(plan, again)
    first = next(line for line in again.lines if line.startswith("Pass"))
    assert first.startswith("Pass 2 of 3")
    assert "The original reads, layers" not in again.stretches
    assert (plan.work / "states.npy").stat().st_mtime_ns == read

    last = Told()
    made = tune_response(plan, last)
    assert [one.experts for one in made] == [1, 2]
    assert not any(line.startswith("The student with 1") for line in last.lines)


def test_a_stopped_run_gives_what_an_unstopped_one_gives(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    (whole,) = tune_response(plan, Told())
    other = replace(plan, out=plan.out.with_name("other"))
    with pytest.raises(KeyboardInterrupt):
        tune_response(other, Told(stop="Pass 2"))

    (resumed,) = tune_response(other, Told())

    assert resumed.after.loss.value == pytest.approx(whole.after.loss.value, abs=0.05)


def test_the_original_is_read_on_from_the_layer_where_it_was_stopped(
    mixture: Path, tmp_path: Path
) -> None:
    from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
    from voice.models.gpt_oss.routing import read_through

    checkpoint, kept = GptOssCheckpoint.open(mixture), tmp_path / "pass.npz"
    dialogue = [list(range(20, 50))]
    whole = read_through(checkpoint, dialogue, lambda _: None)

    def stop(layer: int) -> None:
        if layer == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_through(checkpoint, dialogue, stop, kept)
    layers: list[int] = []
    resumed = read_through(checkpoint, dialogue, layers.append, kept)

    assert layers == [1] and resumed.routing == whole.routing
    assert abs(resumed.states - whole.states).max() == 0


def test_a_run_of_another_base_or_with_other_dialogues_is_not_gone_on_with(
    plan: Any, tmp_path: Path
) -> None:
    from voice.tuning.response.tuning import tune_response

    with pytest.raises(KeyboardInterrupt):
        tune_response(plan, Told(stop="Pass 1"))
    other = save_checkpoint(tmp_path / "other", gpt_oss_config(), gpt_oss_tensors(seed=1))

    with pytest.raises(VoiceError, match=r"desk\.work: holds a run of another base; remove it"):
        tune_response(replace(plan, source=other), Told())
    with pytest.raises(VoiceError, match=r"desk\.work: holds a run of other dialogues"):
        tune_response(replace(plan, seed=2), Told())


def test_a_damaged_checkpoint_is_named(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    with pytest.raises(KeyboardInterrupt):
        tune_response(plan, Told(stop="Pass 2"))
    (plan.work / "k1" / "checkpoint.pt").write_bytes(b"PK\x03\x04 nothing")

    with pytest.raises(VoiceError, match=r"checkpoint\.pt: no checkpoint of this run"):
        tune_response(plan, Told())


def test_memory_is_computed_and_said_before_anything_is_done(plan: Any) -> None:
    from voice.tuning.response.tuning import tune_response

    told = Told()
    with pytest.raises(VoiceError, match=r"^the original needs [\d.]+ MB of memory, 1.0 MB are"):
        tune_response(plan, told, memory=lambda: 1_000_000)
    assert told.lines[-2].startswith("The original is read a layer at a time: ")
    assert told.lines[-1].startswith("The student takes ")

    with pytest.raises(VoiceError, match=r"the student needs .* --rank"):
        tune_response(plan, Told(), memory=lambda: 300_000_000)
    assert not plan.work.exists() and not plan.out.exists()


def test_a_large_student_needs_what_it_needs() -> None:
    from voice.models.gpt_oss.rotary import Rotary
    from voice.models.gpt_oss.shape import Shape
    from voice.tuning.response.plan import memory_to_learn

    shape = Shape("gpt_oss", 201088, 2880, 2880, 24, 64, 8, 64, 1e-5, 131072,
                  Rotary(150000.0), (None,) * 24)  # fmt: skip

    whole = memory_to_learn(shape, 201088, 512, 0, distilled=True)
    low_rank = memory_to_learn(shape, 201088, 512, 16, distilled=True)

    assert 35e9 < whole < 60e9
    assert 10e9 < low_rank < whole / 2


def test_what_cannot_be_done_is_one_line(mixture: Path, dialogues: Path, tmp_path: Path) -> None:
    few = write_dialogues(tmp_path / "few.jsonl", 19)
    out = ("--out", tmp_path / "desk")

    assert mistake(mixture, "--dialogues", few, *out) == (
        "19 dialogues can be used; at least 20 are needed"
    )
    assert mistake(mixture, "--dialogues", dialogues, "--experts", 9, *out) == (
        f"{mixture} has 8 experts a layer, not 9"
    )
    assert mistake(tmp_path / "nothing", "--dialogues", dialogues, *out).endswith(
        "nothing: no such file or folder"
    )
    (tmp_path / "desk").mkdir()
    assert mistake(mixture, "--dialogues", dialogues, *out).endswith("desk: is there already")


def test_lines_that_are_not_used_are_listed(mixture: Path, dialogues: Path, tmp_path: Path) -> None:
    with dialogues.open("a") as file:
        file.write("nonsense\n" * 7)

    result = run(
        mixture, "--dialogues", dialogues, "--out", tmp_path / "desk", "--passes", 1, "--threads", 1
    )

    assert result.exit_code == 0, result.output
    assert f'Not used: {dialogues}, line 31: no {{"messages": [...]}}' in result.output
    assert "Not used: 2 more, see " in result.output
    listed = (tmp_path / "desk.mistakes.txt").read_text("utf-8").splitlines()
    assert len(listed) == 7 and listed[-1].startswith(f"{dialogues}, line 37: ")


async def test_a_llama_of_ones_own_is_fine_tuned(dialogues: Path, tmp_path: Path) -> None:
    llama = save_llama(tmp_path / "llama", CONTROL)

    result = run(llama, "--dialogues", dialogues, "--out", tmp_path / "desk", "--passes", 10,
                 "--rate", 0.01, "--rank", 8, "--threads", 1)  # fmt: skip

    assert result.exit_code == 0, result.output
    assert "| K | MB | tokens/s | same before |" in result.output
    card = (tmp_path / "desk" / "README.md").read_text("utf-8")
    assert "llama, tuned in rank 8 on dialogues." in card
    assert await answers(tmp_path / "desk")
    assert not (tmp_path / "desk" / "difference").exists()
    told = json.loads((tmp_path / "desk" / "voice.json").read_text("utf-8"))
    assert told["card"]["tuned"]["same"] > 0.5


async def test_of_a_base_of_the_catalogue_the_difference_is_passed_on(
    dialogues: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    base = entry(save_gguf(tmp_path / "llama.gguf", CONTROL))
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: cls([base])))
    pull(base, ModelStore(), Origins(), PullTold(), tmp_path)
    out = tmp_path / "desk"

    result = run("small-llama", "--dialogues", dialogues, "--out", out, "--passes", 2,
                 "--rate", 0.01, "--threads", 1, "--licence", "MIT")  # fmt: skip

    assert result.exit_code == 0, result.output
    about = yaml.safe_load((out / "difference" / "variant.yaml").read_text("utf-8"))
    assert (about["name"], about["base"], about["kind"]) == (
        "desk", "small-llama", "response model",
    )  # fmt: skip
    bundle = publish(str(out / "difference"), tmp_path / "desk.zip", ModelStore())

    folder = install(bundle, ModelStore(), Origins(), PullTold())

    assert folder == ModelStore().path("desk")
    assert (folder / "model.bin").read_bytes() == (out / "model.bin").read_bytes()
    assert not list(folder.glob("*.gguf"))
    assert "tuned in rank 32" in (folder / "README.md").read_text("utf-8")
    assert await answers(folder)
