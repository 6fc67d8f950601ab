"""What the settings are for is looked at, and nothing that the command does not start."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doctor.test_peers import ALLOW, silent_port_tcp
from voice.doctor import Finding, Purpose
from voice.doctor.peers import peers
from voice.doctor.ports import ports
from voice.doctor.purpose import purpose_of
from voice.settings import Settings

BOARD = """
[supervision]
listen = "127.0.0.1:0"
accounts = "accounts.json"
[supervision.region]
url = "redis://127.0.0.1:{redis}"
[runtime]
directory = "run"
[network]
allow = ["127.0.0.1"]
"""
ENGINES = """
[engines]
listen = "127.0.0.1:0"
[recognition]
model = "embedded-en"
[speech]
voice = "embedded-en"
[telemetry]
listen = "127.0.0.1:0"
"""
OF_CALLS = {"sip.listen", "rtp", "priority", "rtp.real_time_priority", "identity.database"}


def examined(folder: Path, text: str, *more: str) -> dict[str, list[Finding]]:
    """What the command finds, by its subject."""
    (folder / "voice.toml").write_text(text)
    command = [sys.executable, "-m", "voice", "doctor", "--json", "--settings", "voice.toml", *more]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    found: dict[str, list[Finding]] = {}
    for one in json.loads(done.stdout):
        found.setdefault(one["subject"], []).append(Finding(**one))
    return found


def test_a_board_is_not_told_of_telephones_and_models(tmp_path: Path) -> None:
    found = examined(tmp_path, BOARD.format(redis=silent_port_tcp()))
    assert found.keys().isdisjoint(OF_CALLS | {"recognition.model", "models"})
    assert {"supervision.listen", "runtime.directory", "supervision.accounts"} <= found.keys()
    assert "voice supervise" in found["settings"][0].found
    assert "was not looked at" in found["settings"][0].found
    # Without its Redis a node answers calls, and a board shows nothing.
    assert found["supervision.region"][0].level == "fault"
    assert [one.level for one in found["settings"]] == ["ok", "ok"]


def test_engines_for_others_are_not_told_of_telephones_and_pages(tmp_path: Path) -> None:
    found = examined(tmp_path, ENGINES)
    assert found.keys().isdisjoint(OF_CALLS | {"supervision.listen", "response.model"})
    assert {"engines.listen", "telemetry.listen", "recognition.model", "models"} <= found.keys()
    assert "voice engines serve" in found["settings"][0].found
    assert not any(one.level == "fault" for of_one in found.values() for one in of_one)


def test_where_the_settings_do_not_tell_it_the_command_may_be_named(tmp_path: Path) -> None:
    found = examined(tmp_path, "[runtime]\ndirectory = 'run'\n", "--for", "supervise")
    assert [one.level for one in found["settings"]] == ["ok", "fault"]
    assert "names no Redis" in found["settings"][1].found
    assert "sip.listen" not in found


@pytest.mark.parametrize(
    ("settings", "purpose"),
    [
        ({}, Purpose.CALLS),
        ({"supervision": {"region": {"url": "redis://127.0.0.1:9"}}}, Purpose.BOARD),
        (
            {"supervision": {"region": {"url": "redis://127.0.0.1:9", "node": "one"}}},
            Purpose.CALLS,
        ),
        ({"engines": {"listen": "127.0.0.1:10300"}}, Purpose.ENGINES),
        ({"engines": {"connect_seconds": 1.0}}, Purpose.CALLS),
        (
            {
                "engines": {"listen": "127.0.0.1:10300"},
                "recognition": {"at": "tcp://127.0.0.1:10300"},
                "network": ALLOW,
            },
            Purpose.CALLS,
        ),
        (
            {"engines": {"listen": "127.0.0.1:10300"}, "sip": {"listen": "127.0.0.1:5060"}},
            Purpose.CALLS,
        ),
    ],
)
def test_what_settings_are_for(settings: dict[str, object], purpose: Purpose) -> None:
    assert purpose_of(Settings.model_validate(settings)) is purpose


async def test_engines_that_are_served_are_not_asked_for_elsewhere() -> None:
    settings = Settings.model_validate(
        {"telemetry": {"traces": "http://127.0.0.1:9"}, "network": ALLOW}
    )
    assert await peers(settings, Purpose.ENGINES) == []


def test_a_port_of_engines_that_is_taken_may_be_their_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        settings = Settings.model_validate(
            {"engines": {"listen": listen}, "telemetry": {"enabled": False}}
        )
        (found,) = ports(settings, 0.0, Purpose.ENGINES)
    assert found.level == "advice" and "the service itself" in found.remedy
