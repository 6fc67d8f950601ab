"""Starting the edge: what it imports, and what keeps it from listening."""

from __future__ import annotations

import resource
import socket
import sys
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import calling
from tests.telephony.edge.edge_programs import EdgeProcess, Program, running

pytestmark = pytest.mark.calls

HEAVY = ("pipecat", "ctranslate2", "onnxruntime", "torch", "faster_whisper", "piper", "scipy")


async def outcome(settings: Path) -> tuple[int, list[str]]:
    command = [sys.executable, "-m", "voice.telephony.edge", "--settings", str(settings)]
    async with running(command) as program:
        status = await program.wait()
        return status, program.lines


async def test_edge_imports_nothing_heavy() -> None:
    show = "import sys, voice.telephony.edge.__main__; print(*sys.modules)"
    async with running([sys.executable, "-c", show]) as program:
        assert await program.wait() == 0
        imported = set(program.lines[-1].split())
    assert "voice.telephony.edge.call" in imported
    assert imported.isdisjoint(HEAVY)


def mapped_files(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()


async def test_running_edge_has_mapped_no_engine(edge: EdgeProcess) -> None:
    mapped = mapped_files(edge.program.pid)
    assert "soxr" in mapped
    assert not any(f"/{name}/" in mapped for name in HEAVY)


async def test_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        file = tmp_path / "voice.toml"
        file.write_text(f'[sip]\nlisten = "{address}"\n[runtime]\ndirectory = "{tmp_path / "run"}"')
        status, lines = await outcome(file)
    assert status == 2
    assert lines == [f"cannot-start {file}: sip.listen: {address}: Address already in use"]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            '[sip]\nlisten = "0.0.0.0:0"\nadvertised_address = "192.0.2.1"',
            "sip.trunks or sip.users",
        ),
        ('[sip]\nlisten = "0.0.0.0:0"', "sip.advertised_address"),
        (
            '[sip]\nlisten = "198.51.100.7:0"\nusers = [{name = "a", password = "b"}]',
            "198.51.100.7",
        ),
        ('[sip]\nlisen = "127.0.0.1:0"', "did you mean listen"),
        ('[runtime]\ndirectory = "/proc/none"', "runtime.directory"),
        ('[records]\ndirectory = "/proc/none"', "records.directory: /proc/none: "),
        ('[records]\ndirectory = "/dev/null"', "records.directory: /dev/null: "),
        (
            "[sip]\nlisten = '127.0.0.1:0'\n[rtp]\nport_min = 30000\nport_max = 30003",
            "rtp.port_max: 2 pairs",
        ),
        (
            '[sip]\nlisten = "127.0.0.1:0"\nmax_calls = 2\nperson = "sip:a@192.0.2.1"\n'
            "[rtp]\nport_min = 30000\nport_max = 30005",
            "needs 4 (two a call",
        ),
        ("[sip.outgoing]\nusername = 'a'", "sip.outgoing: needs password"),
        (
            "[sip]\nlisten = '127.0.0.1:5999'\nperson = 'sip:a@127.0.0.1:5999'",
            "sip.person: sip:a@127.0.0.1:5999 would be a call to Voice itself",
        ),
        (
            "[sip]\nlisten = '127.0.0.1:5999'\n[calls]\nemergency_target = 'sip:a@127.0.0.1:5999'",
            "calls.emergency_target: sip:a@127.0.0.1:5999 would be a call to Voice itself",
        ),
        (
            "[sip]\nperson = 'sip:a@[2001:db8::1]'",
            "our own address, 127.0.0.1, differ in IP version",
        ),
    ],
)
async def test_setting_that_cannot_be_used_is_one_line(
    tmp_path: Path, text: str, part: str
) -> None:
    file = tmp_path / "voice.toml"
    runtime = "" if "[runtime]" in text else f'\n[runtime]\ndirectory = "{tmp_path / "run"}"'
    file.write_text(text + runtime)
    status, lines = await outcome(file)
    assert status == 2
    assert len(lines) == 1 and lines[0].startswith(f"cannot-start {file}: ") and part in lines[0]


async def test_rtp_ports_in_use_are_counted(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1] // 2 * 2
        file = tmp_path / "voice.toml"
        file.write_text(
            f"[sip]\nlisten = '127.0.0.1:0'\nmax_calls = 1\n[rtp]\nport_min = {port}\n"
            f"port_max = {port + 1}\n[runtime]\ndirectory = '{tmp_path / 'run'}'"
        )
        status, lines = await outcome(file)
    assert status == 2
    assert "rtp.port_max: 0 pairs of ports are free" in lines[0]


async def test_a_disk_that_fills_up_is_seen_before_the_next_call_is_told_of_a_recording(
    edge: EdgeProcess, call_process: Program
) -> None:
    async with calling(edge.address, "recorded"):
        await call_process.line("Recording(on=True)")
        # The kernel now refuses this process's larger files, as it would on a full disk.
        resource.prlimit(edge.program.pid, resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    async with calling(edge.address, "recorded"):
        await call_process.line("Recording(on=False)")
