"""Missing or damaged models and tasks are refused in one clear line."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.response.conftest import CUSTOMER, ROOT, Office
from voice.errors import ConfigError, ModelError
from voice.response import Responder, ToolBox
from voice.tasks import load_tasks

TASKS = ROOT / "tasks"


@pytest.fixture
def model_copy(embedded_responder_path: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(embedded_responder_path, tmp_path / "model"))


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nowhere"):
        Responder.load(tmp_path / "nowhere", TASKS)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "harmony.json"])
def test_a_missing_file_is_named(model_copy: Path, name: str) -> None:
    (model_copy / name).unlink()
    with pytest.raises(ModelError, match=name):
        Responder.load(model_copy, TASKS)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "harmony.json"])
def test_a_damaged_file_is_refused(model_copy: Path, name: str) -> None:
    (model_copy / name).write_bytes(b"not what it should be")
    with pytest.raises(ModelError) as refused:
        Responder.load(model_copy, TASKS)
    assert "\n" not in str(refused.value)


def test_a_truncated_model_is_refused(model_copy: Path) -> None:
    weights = model_copy / "model.bin"
    weights.write_bytes(weights.read_bytes()[:100_000])
    with pytest.raises(ModelError):
        Responder.load(model_copy, TASKS)


def test_an_empty_tasks_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no task files"):
        load_tasks(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("description:", "descripton:", "descripton"),
        ("{amount} euros, due", "{sum} euros, due", "sum"),
        ("identity: verified", "identity: trusted", "unknown identity level trusted"),
        ("paid: [nothing_due]", "paid: [nothing]", "nothing"),
        ("name: balance", "name: [balance", "YAML"),
    ],
)
def test_a_mistake_in_a_task_is_explained(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    folder = Path(shutil.copytree(TASKS, tmp_path / "tasks"))
    file = folder / "balance.yaml"
    file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(ConfigError, match=complaint) as refused:
        load_tasks(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("right", "wrong", "reason"),
    [
        ("tool: unblock_sim", "tool: unlock", "tool block_sim: undo.tool: no task asks before it"),
        ("after: [blocked]", "after: [gone]", "tool block_sim: undo.after: no status gone"),
        ("told: can_unblock", "told: nothing", "act nothing is named but has no wording"),
        ("for good | permanently", "for (good", r"tool block_sim: answered: reason: .* is missing"),
    ],
)
def test_a_mistake_in_what_is_said_of_an_act_is_explained(
    tmp_path: Path, right: str, wrong: str, reason: str
) -> None:
    folder = Path(shutil.copytree(TASKS, tmp_path / "tasks"))
    file = folder / "block_sim.yaml"
    assert right in file.read_text()
    file.write_text(file.read_text().replace(right, wrong))
    with pytest.raises(ConfigError, match=reason):
        load_tasks(folder)


def test_tasks_say_in_which_language_they_are_written(tmp_path: Path) -> None:
    assert load_tasks(TASKS).language.tag == "en"
    folder = Path(shutil.copytree(TASKS, tmp_path / "tasks"))
    for file in folder.glob("*.yaml"):
        file.write_text(f"language: FR\n{file.read_text()}")
    assert load_tasks(folder).language.tag == "fr"


def test_a_task_without_the_words_of_a_language_or_in_none_is_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TASKS, tmp_path / "tasks"))
    file = folder / "balance.yaml"
    text = file.read_text()
    task = yaml.safe_load(text)
    del task["answers"]["nothing_due"]["en"]
    file.write_text(yaml.safe_dump(task, allow_unicode=True))
    with pytest.raises(ConfigError, match=r"act nothing_due: no wording in English \(en\)"):
        load_tasks(folder)
    file.write_text(f"language: frensh\n{text}")
    with pytest.raises(ConfigError, match=r"balance\.yaml:1: language: .*did you mean fr\?"):
        load_tasks(folder)


def test_every_task_needs_its_tool(responder: Responder) -> None:
    with pytest.raises(ConfigError, match="there is no tool"):
        responder.session(ToolBox([]), CUSTOMER)


def test_no_two_tools_of_one_name(office: Office) -> None:
    tool = office.tools().get("get_plan")
    assert tool is not None
    with pytest.raises(ConfigError, match="get_plan"):
        ToolBox([tool, tool])


def test_a_process_that_answered_ends_cleanly(embedded_responder_path: Path) -> None:
    program = f"""
import asyncio
from voice.response import Responder
from voice.tasks import load_tasks
responder = Responder.load({str(embedded_responder_path)!r}, {str(TASKS)!r})
asyncio.run(responder.warm_up())
responder.close()
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 0
