"""The unit: what systemd makes of it, and what the service relies on in it."""

from __future__ import annotations

import configparser
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNIT = DEPLOY / "systemd" / "voice.service"
MOST_EXPOSED = 20
"""Of 100: what `systemd-analyze security` calls OK begins below 50."""


@pytest.fixture
def service() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=True, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT)
    return parser["Service"]


def analysed(*command: str) -> str:
    done = subprocess.run(["systemd-analyze", *command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr
    return done.stdout + done.stderr


def test_systemd_finds_nothing_wrong_and_little_exposed(
    tmp_path: Path, require_peer: Callable[[str], str]
) -> None:
    require_peer("systemd-analyze")
    installed = tmp_path / UNIT.name
    installed.write_text(UNIT.read_text().replace("/opt/voice/bin/voice", "/bin/true"))
    assert analysed("verify", "--man=no", str(installed)) == ""
    analysed("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}",
             str(installed))  # fmt: skip


def test_a_stop_reaches_the_parent_alone_and_waits_for_its_calls(
    service: configparser.SectionProxy,
) -> None:
    assert service["KillMode"] == "mixed"
    for profile in (DEPLOY / "profiles").glob("*.toml"):
        limit = tomllib.loads(profile.read_text())["calls"]["shutdown_seconds"]
        assert limit < int(service["TimeoutStopSec"])


def test_what_a_killed_service_needs_is_there_when_it_is_back(
    service: configparser.SectionProxy,
) -> None:
    assert service["Restart"] == "always" and service["OOMPolicy"] == "continue"
    assert service["RuntimeDirectoryPreserve"] == "restart"
    for profile in (DEPLOY / "profiles").glob("*.toml"):
        settings = tomllib.loads(profile.read_text())
        assert settings["runtime"]["directory"] == f"/run/{service['RuntimeDirectory']}"
        state = f"/var/lib/{service['StateDirectory']}/"
        assert settings["records"]["directory"].startswith(state)
        assert settings["supervision"]["accounts"].startswith(state)
        assert settings["identity"]["database"].startswith(state)


def test_audio_may_have_real_time_priority(service: configparser.SectionProxy) -> None:
    assert service["AmbientCapabilities"] == service["CapabilityBoundingSet"] == "CAP_SYS_NICE"
    assert "RestrictRealtime" not in service


def test_it_is_started_again_however_often_a_start_fails() -> None:
    assert "\nStartLimitIntervalSec=0\n" in UNIT.read_text()


def test_what_root_types_runs_as_the_service_does(
    tmp_path: Path, service: configparser.SectionProxy
) -> None:
    shown = tmp_path / "systemd-run"
    shown.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    shown.chmod(0o755)
    ours = {"PATH": f"{tmp_path}:/usr/bin:/bin", "VOICE_NETWORK__ALLOW": '["pypi.org", "a.org"]'}
    command = [str(UNIT.with_name("voice")), "accounts", "add", "a b"]
    done = subprocess.run(command, env=ours, capture_output=True, text=True, timeout=20)
    words = done.stdout.splitlines()
    given = {words[at + 1] for at, word in enumerate(words) if word in ("--property", "--setenv")}
    same = ("RuntimeDirectory", "RuntimeDirectoryMode", "UMask", "AmbientCapabilities")
    assert {f"{key}={service[key]}" for key in (*same, "EnvironmentFile")} <= given
    # Or the folder of a running service would go when the command is over.
    assert "RuntimeDirectoryPreserve=yes" in given
    assert set(service["Environment"].split()) < given
    assert 'VOICE_NETWORK__ALLOW=["pypi.org", "a.org"]' in given
    assert words[words.index("--uid") + 1] == service["User"]
    assert words[-4:] == [service["ExecStart"].split()[0], "accounts", "add", "a b"]
    folder = words[words.index("--working-directory") + 1]
    assert f"--settings {folder}/voice.toml" in service["ExecStart"]
