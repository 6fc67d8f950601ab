"""Tasks and tools are tried in writing, as calls use them."""

from __future__ import annotations

import datetime
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from voice.cli.written_call import WrittenCall
from voice.demo.customers import seeded_customers
from voice.errors import ConfigError
from voice.settings import load_settings

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs" / "tasks.md").read_text("utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The documented library, on a machine that has pulled no model."""
    for name, kind in (("tasks/renewal.yaml", "yaml"), ("library.py", "python"),
                       ("voice.toml", "toml")):  # fmt: skip
        block = re.search(rf"```{kind}\n(.*?)```", DOCUMENT, re.DOTALL)
        assert block is not None
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(block[1], "utf-8")
    monkeypatch.delenv("VOICE_RESPONSE__ENGINE")
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_each_line_is_a_turn_and_tools_are_shown(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voice", "tasks", "try"],
        input="can I keep my book a bit longer?\ntwo zero four, double seven one\ngoodbye\nhello\n",
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[1] == "Which number is on the book's label? It has six digits."
    assert lines[3] == "  [renew_book label=204771]"
    assert lines[4].startswith("  [renew_book: status=renewed due=")
    assert lines[5].startswith("Done. You can keep it until ")
    assert lines[-1].endswith("(the call ends)") and "hello" not in done.stdout
    assert "requests are found by their letters" in done.stderr


async def test_changed_task_files_are_those_of_a_new_call(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = await WrittenCall.load(load_settings())
    await call.say("can I keep my book a bit longer")
    file = folder / "tasks" / "renewal.yaml"
    file.write_text(file.read_text("utf-8").replace("Which number is", "What stands"), "utf-8")
    await call.say("can I keep my book a bit longer")
    await call.aclose()

    first, changed, second = capsys.readouterr().out.splitlines()
    assert first.startswith("Which number is on") and "a new call" in changed
    assert second.startswith("What stands on the book's label?")


async def test_a_caller_proves_who_they_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "voice.toml").write_text("")
    (folder / "tasks" / "renewal.yaml").unlink()
    (folder / "tasks").rmdir()
    person = seeded_customers(1, datetime.date.today())[0]
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{person.customer_number}\n{person.pin}\n"))
    call = await WrittenCall.load(load_settings())
    await call.say("how much is my bill")
    await call.aclose()

    said = capsys.readouterr().out
    assert "(get_bill needs a caller who is verified)" in said
    assert "[get_bill: status=" in said


async def test_nobody_is_verified_by_a_wrong_pin(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "voice.toml").write_text(
        '[response]\ntasks = "tasks/municipality"\n'
        '[tools]\npackages = ["voice.demo.municipality.tools"]\n'
    )
    monkeypatch.setattr(sys, "stdin", io.StringIO("100000\n0000\n"))
    call = await WrittenCall.load(load_settings())
    await call.say("when is my next instalment of the tax due")
    await call.aclose()

    said = capsys.readouterr().out
    assert said.endswith("(that is nobody)\n") and "status=" not in said


async def test_a_tool_that_is_missing_stops_the_start(folder: Path) -> None:
    (folder / "library.py").write_text(
        "from voice.tools import ToolBox\n\n\ndef load(settings):\n    return ToolBox([])\n"
    )
    with pytest.raises(ConfigError, match=r"^tasks: renewal: there is no tool renew_book; those"):
        await WrittenCall.load(load_settings())
