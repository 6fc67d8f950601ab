"""Ports, priority, models and disks, as they are on this machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from voice.doctor.finding import Finding
from voice.doctor.machine import clock, disks, priority, user
from voice.doctor.models import models
from voice.doctor.ports import ports
from voice.doctor.secret_files import secret_files
from voice.settings import EMBEDDED, Settings
from voice.settings.response import BY_HEART

EMBEDDED_MODELS = {
    "recognition": {"model": EMBEDDED},
    "response": {"engine": BY_HEART},
    "speech": {"voice": EMBEDDED},
}


LOOKED_AT_BY_ANOTHER = """
import os, sys
from pathlib import Path
from voice.doctor.machine import disks
from voice.doctor.models import models
from voice.settings import load_settings

settings = load_settings(Path(sys.argv[1]))
os.setuid(4711)
for found in (*disks(settings), *models(settings)):
    if found.level == "fault":
        print(found.level, found)
"""


def of(subject: str, findings: Iterator[Finding]) -> Finding:
    (found,) = [one for one in findings if one.subject == subject]
    return found


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{other.getsockname()[1]}"


def test_a_port_that_somebody_has_is_a_fault(taken: str, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"sip": {"listen": taken}, "runtime": {"directory": tmp_path}}
    )
    found = of("sip.listen", ports(settings, now=0.0))
    assert found.level == "fault" and "ss -lunp" in found.remedy


def test_a_port_that_the_running_service_has_is_right(taken: str, tmp_path: Path) -> None:
    settings = Settings.model_validate(
        {"sip": {"listen": taken}, "runtime": {"directory": tmp_path}}
    )
    figures = settings.runtime.statistics("edge")
    figures.touch()
    os.utime(figures, (1000.0, 1000.0))
    assert of("sip.listen", ports(settings, now=1003.0)).level == "ok"
    assert of("sip.listen", ports(settings, now=1100.0)).level == "fault"


def test_a_tcp_port_on_which_somebody_listens_is_a_fault(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        listen = f"127.0.0.1:{other.getsockname()[1]}"
        settings = Settings.model_validate(
            {"telemetry": {"listen": listen}, "runtime": {"directory": tmp_path}}
        )
        found = of("telemetry.listen", ports(settings, now=0.0))
    assert found.level == "fault" and "ss -ltnp" in found.remedy


def test_an_address_of_another_machine_is_a_fault() -> None:
    settings = Settings.model_validate({"supervision": {"listen": "192.0.2.7:8060"}})
    found = of("supervision.listen", ports(settings, now=0.0))
    assert found.level == "fault" and "address of this machine" in found.remedy


def test_too_few_pairs_for_audio_are_a_fault(tmp_path: Path) -> None:
    few = {"rtp": {"port_min": 40000, "port_max": 40007}, "runtime": {"directory": tmp_path}}
    found = of("rtp", ports(Settings.model_validate(few), now=0.0))
    assert found.level == "fault" and "40 are needed" in found.found


def test_the_priority_is_asked_for_and_this_process_keeps_its_own() -> None:
    before = os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)
    found = priority(Settings())
    assert found.level in ("ok", "advice") and bool(found.remedy) == (found.level == "advice")
    assert (os.sched_getscheduler(0), os.getpriority(os.PRIO_PROCESS, 0)) == before


def test_the_clock_is_looked_at() -> None:
    assert clock().level in ("ok", "advice")


def test_the_models_that_come_along_are_there() -> None:
    found = list(models(Settings.model_validate(EMBEDDED_MODELS)))
    assert {one.subject for one in found} == {"recognition.model", "speech.voice", "response.model"}
    assert {one.level for one in found} == {"ok"}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installed voice of one file, with the right hash of it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "voice" / "models" / "mine"
    folder.mkdir(parents=True)
    (folder / "mine.onnx").write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    record = {"name": "mine", "kind": "voice", "licence": "MIT", "source": "a folder"}
    (folder / "installed.json").write_text(json.dumps({**record, "files": {"mine.onnx": empty}}))
    return folder


def test_a_model_that_changed_since_it_was_installed_is_a_fault(installed: Path) -> None:
    settings = Settings.model_validate({"speech": {"voice": "mine"}})
    assert of("speech.voice", models(settings)).level == "ok"
    (installed / "mine.onnx").write_bytes(b"changed")
    found = of("speech.voice", models(settings))
    assert found.level == "fault" and "changed since it was installed" in found.found
    assert "voice models pull mine" in found.remedy


def test_a_model_of_the_catalogue_is_fetched_and_one_of_nobody_is_a_fault(installed: Path) -> None:
    settings = Settings.model_validate({"speech": {"voice": "nobody"}})
    assert of("recognition.model", models(settings)).level == "advice"
    assert of("speech.voice", models(settings)).level == "fault"


def test_a_model_that_may_not_be_fetched_is_a_fault(installed: Path) -> None:
    settings = Settings.model_validate({"network": {"allow": ["pypi.example"]}})
    found = of("recognition.model", models(settings))
    assert found.level == "fault" and "voice models pull whisper-base" in found.remedy


def test_a_store_of_documents_has_to_be_built(tmp_path: Path) -> None:
    settings = Settings.model_validate({"knowledge": {"store": tmp_path / "gone.sqlite"}})
    assert "voice knowledge build" in of("knowledge.store", models(settings)).remedy


def test_a_folder_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = Settings.model_validate({"records": {"directory": tmp_path / "file" / "records"}})
    found = of("records.directory", disks(settings))
    assert found.level == "fault" and not (tmp_path / "file" / "records").exists()


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that another user may look into; those of pytest are ours alone."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="root makes what belongs to another user")
def test_what_belongs_to_another_user_is_a_fault_wherever_it_lies(open_to_all: Path) -> None:
    for folder in ("run", "state", "data/voice/models/whisper-base"):
        (open_to_all / folder).mkdir(parents=True)
    (open_to_all / "data/voice/models/whisper-base").chmod(0o700)
    (open_to_all / "state" / "tries.sqlite").touch(0o600)
    (open_to_all / "voice.toml").write_text(
        f"""
        runtime.directory = "{open_to_all}/run"
        identity.database = "{open_to_all}/state/tries.sqlite"
        supervision.accounts = "{open_to_all}/state/accounts.json"
        demo.database = "{open_to_all}/not/yet"
        recognition.model = "whisper-base"
        speech.voice = "{EMBEDDED}"
        """
    )
    command = [sys.executable, "-c", LOOKED_AT_BY_ANOTHER, str(open_to_all / "voice.toml")]
    ours = {**os.environ, "XDG_DATA_HOME": str(open_to_all / "data")}
    done = subprocess.run(command, env=ours, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    remedy = "make it one of uid 4711"
    model = "data/voice/models/whisper-base"
    assert done.stdout.replace(f"{open_to_all}/", "").splitlines() == [
        f"fault runtime.directory: run belongs to another user; {remedy}",
        f"fault models: data/voice/models cannot be written to; {remedy}",
        f"fault identity.database: state/tries.sqlite cannot be written to; {remedy}",
        f"fault supervision.accounts: state cannot be written to; {remedy}",
        f"fault demo.database: {open_to_all} cannot be written to; {remedy}",
        f"fault recognition.model: {model}: Permission denied; let uid 4711 read it",
    ]


def test_secrets_that_everybody_may_read_are_told_of_wherever_they_are_named(
    tmp_path: Path,
) -> None:
    file = tmp_path / "secret"
    file.write_text("secret")
    tmp_path.chmod(0o755)
    tool = {"hosts": ["a.example"], "headers": {"Authorization": {"file": file}}, "tools": {}}
    settings = Settings.model_validate(
        {
            "sip": {"users": [{"name": "alice", "password_file": file}]},
            "supervision": {"certificate": file, "key": file},
            "tools": {"mcp": {"crm": {**tool, "url": "https://a.example"}}},
        }
    )
    file.chmod(0o644)
    found = list(secret_files(settings))
    assert {one.subject for one in found} == {
        "sip.users.0.password_file",
        "supervision.key",
        "tools.mcp.crm.headers.Authorization.file",
    }
    assert {one.level for one in found} == {"advice"} and f"chmod o= {file}" in found[0].remedy
    file.chmod(0o640)
    assert list(secret_files(settings)) == []
    file.chmod(0o644)
    tmp_path.chmod(0o750)
    assert list(secret_files(settings)) == []


def test_a_file_system_to_read_only_is_told_from_a_folder_of_somebody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.model_validate({"supervision": {"accounts": tmp_path / "accounts.json"}})
    assert of("supervision.accounts", disks(settings)).level != "fault"
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    found = of("supervision.accounts", disks(settings))
    assert found.level == "fault" and "to read only" in found.found


@pytest.mark.parametrize(
    ("free", "level"), [(1 << 20, "fault"), (1 << 28, "advice"), (1 << 34, "ok")]
)
def test_a_disk_is_full_when_nothing_more_can_be_recorded(
    free: int, level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    settings = Settings.model_validate({"records": {"directory": tmp_path}})
    assert of("records.directory", disks(settings)).level == level


def test_root_is_told_that_it_sees_more_than_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert of("user", user()).level == "advice"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert list(user()) == []


def doctor(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voice", "doctor", "--settings", "voice.toml", *more]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


def test_the_command_says_what_is_wrong_and_fails(tmp_path: Path) -> None:
    (tmp_path / "voice.toml").write_text("[sip]\nlisten = '0.0.0.0:0'\n")
    done = doctor(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert any(line.startswith("fault  settings: sip.listen:") for line in done.stdout.splitlines())
    found = json.loads(doctor(tmp_path, "--json").stdout)
    assert all(set(one) == {"level", "subject", "found", "remedy"} for one in found)


def test_settings_that_cannot_be_read_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "voice.toml").write_text("[spi]\n")
    done = doctor(tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "did you mean sip?" in done.stdout


def test_settings_that_work_have_no_fault(tmp_path: Path) -> None:
    (tmp_path / "voice.toml").write_text(
        "[sip]\nlisten = '127.0.0.1:0'\n[supervision]\nlisten = '127.0.0.1:0'\n"
        "[telemetry]\nlisten = '127.0.0.1:0'\n[runtime]\ndirectory = 'run'\n"
        f"[recognition]\nmodel = '{EMBEDDED}'\n[speech]\nvoice = '{EMBEDDED}'\n"
        "[records]\ndirectory = 'records'\n"
    )
    done = doctor(tmp_path)
    assert done.returncode == 0, done.stdout
    assert not any(line.startswith("fault") for line in done.stdout.splitlines())
    # Folders are for the service's user to make, whoever looks.
    assert [file.name for file in tmp_path.iterdir()] == ["voice.toml"]
