"""Accounts, sessions and the limit on guesses."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from voice.cli.app import app
from voice.errors import ConfigError, VoiceError
from voice.supervision.accounts import FIRST_NAME, Accounts
from voice.supervision.sessions import (
    FIRST_WAIT_SECONDS,
    TRIES_PER_ADDRESS,
    Attempts,
    Sessions,
)


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_first_password_is_made_once_and_kept_only_as_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "state" / "accounts.json"
    password = Accounts(file).issue_first()
    assert password and password not in file.read_text() and "$argon2id$" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = Accounts(file)
    assert again.issue_first() is None
    assert again.verify(FIRST_NAME, password)
    assert not again.verify(FIRST_NAME, password + "x")
    assert not again.verify("somebody", password)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"accounts": {"a": 1}}', '{"accounts": []}'])
def test_a_damaged_file_is_one_clear_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "accounts.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match="not a file of accounts"):
        Accounts(file).names()


def test_the_command_adds_and_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "accounts.json"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VOICE_SUPERVISION__ACCOUNTS", str(file))
    run = CliRunner().invoke
    shown = run(app, ["accounts", "add", "ana"]).output
    assert Accounts(file).verify("ana", shown.split()[1])
    assert run(app, ["accounts", "list"]).output == "ana\n"
    assert run(app, ["accounts", "remove", "ana"]).exit_code == 0
    assert isinstance(run(app, ["accounts", "remove", "ana"]).exception, VoiceError)
    assert isinstance(run(app, ["accounts", "add", "<b>"]).exception, VoiceError)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files that are not its own")
def test_what_root_adds_stays_a_file_of_the_service(tmp_path: Path) -> None:
    os.chown(tmp_path, 4711, 4712)
    file = tmp_path / "accounts.json"
    Accounts(file).issue("ana")
    assert (file.stat().st_uid, file.stat().st_gid) == (4711, 4712)
    os.chown(file, 4713, 4714)
    Accounts(file).issue("ben")
    assert (file.stat().st_uid, file.stat().st_gid) == (4713, 4714)


def test_a_session_ends_with_its_time_its_account_or_its_password(tmp_path: Path) -> None:
    accounts, clock = Accounts(tmp_path / "accounts.json"), Clock()
    accounts.issue("ana")
    sessions = Sessions(accounts, hours=1, clock=clock)
    token = sessions.begin("ana")
    assert sessions.find(token) and not sessions.find("other")
    clock.now += 3601
    assert sessions.find(token) is None
    token = sessions.begin("ana")
    accounts.issue("ana")
    assert sessions.find(token) is None
    token = sessions.begin("ana")
    accounts.remove("ana")
    assert sessions.find(token) is None


def test_wrong_passwords_have_to_wait_longer_each_time() -> None:
    clock = Clock()
    attempts = Attempts(clock)
    for _ in range(TRIES_PER_ADDRESS):
        assert attempts.wait_seconds("a", "ana") == 0
        attempts.failed("a", "ana")
    assert attempts.wait_seconds("a", "ana") == FIRST_WAIT_SECONDS
    assert attempts.wait_seconds("a", "other name") == FIRST_WAIT_SECONDS
    assert attempts.wait_seconds("other address", "ana") == 0
    attempts.failed("a", "ana")
    assert attempts.wait_seconds("a", "ana") == 2 * FIRST_WAIT_SECONDS
    clock.now += 2 * FIRST_WAIT_SECONDS
    assert attempts.wait_seconds("a", "ana") == 0
    attempts.succeeded("a", "ana")
    attempts.failed("a", "ana")
    assert attempts.wait_seconds("a", "ana") == 0
