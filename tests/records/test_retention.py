"""How long records are kept, and what is never deleted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voice.cli.app import app
from voice.errors import ConfigError
from voice.records import EVENTS, RECORDING, call_folders, delete_old

DAY = 86_400.0
NOW = 100 * DAY


def make_call(directory: Path, name: str, age_days: float, *files: str) -> Path:
    folder = directory / name
    folder.mkdir(parents=True)
    for file in files or (EVENTS, RECORDING):
        (folder / file).write_bytes(b"x" * 1000)
        os.utime(folder / file, (NOW - age_days * DAY, NOW - age_days * DAY))
    return folder


def test_old_calls_go_and_it_is_said_which(tmp_path: Path) -> None:
    old, young = make_call(tmp_path, "old", 31), make_call(tmp_path, "young", 29)
    assert [call.call for call in delete_old(tmp_path, 30, NOW, dry_run=True)] == ["old"]
    assert old.exists()
    (deleted,) = delete_old(tmp_path, 30, NOW)
    assert (deleted.call, round(deleted.age_days), deleted.size_bytes) == ("old", 31, 2000)
    assert not old.exists() and young.exists()
    assert delete_old(tmp_path, 30, NOW) == []


def test_what_is_not_a_call_is_left_alone(tmp_path: Path) -> None:
    make_call(tmp_path, "with-notes", 99, EVENTS, "notes.txt")
    make_call(tmp_path, "elsewhere/call", 99)
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "call")
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    assert list(call_folders(tmp_path)) == []
    assert delete_old(tmp_path, 1, NOW) == []
    assert (tmp_path / "elsewhere" / "call" / EVENTS).exists()


def test_a_call_that_goes_on_is_as_young_as_its_last_change(tmp_path: Path) -> None:
    folder = make_call(tmp_path, "long", 31)
    os.utime(folder / RECORDING, (NOW, NOW))
    assert delete_old(tmp_path, 30, NOW) == []


def test_without_a_directory_there_is_nothing(tmp_path: Path) -> None:
    assert delete_old(tmp_path / "none", 1, NOW) == []


def test_the_command_says_what_it_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    assert isinstance(run(app, ["records", "clean"]).exception, ConfigError)
    (tmp_path / "voice.toml").write_text('[records]\ndirectory = "records"\n')
    assert "keep_days" in str(run(app, ["records", "clean"]).exception)
    make_call(tmp_path / "records", "old", 31)
    shown = run(app, ["records", "clean", "--keep-days", "30", "--dry-run"]).output
    assert "1 call of more than 30 days: to delete" in shown
    shown = run(app, ["records", "clean", "--keep-days", "30"]).output
    assert shown.startswith("old: ") and "1 call of more than 30 days: deleted" in shown
