"""What `voice demo` starts with and what it leaves in ./demo/."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from voice.audio import StereoWriter, read_stereo_flac
from voice.records import EVENTS, RECORDING

FOLDER = Path("demo")
"""Where the recording, the events and the report are left."""
REPORT = "report.json"
LOOPBACK = "127.0.0.1"
_WAV = "call.wav"
"""The recording once more, for programs that do not read FLAC."""


def trial_settings(address: str = f"{LOOPBACK}:0", user: tuple[str, str] | None = None) -> str:
    """Settings of the demonstration as TOML; `user` is a softphone's name and password."""
    lines = ['log_level = "warning"', "[supervision]", "enabled = false"]
    lines += ["[sip]", f'listen = "{address}"']
    if user:
        name, password = user
        lines += ["[[sip.users]]", f'name = "{name}"', f'password = "{password}"']
    return "\n".join(lines) + "\n"


def leave_records(records: Path) -> None:
    """Copy a call's recording and events, also as WAV; an earlier call's report goes away."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / REPORT).unlink(missing_ok=True)
    for name in (RECORDING, EVENTS):
        if (records / name).exists():
            shutil.copyfile(records / name, FOLDER / name)
    if (FOLDER / RECORDING).exists():
        caller, assistant, sample_rate = read_stereo_flac(FOLDER / RECORDING)
        with StereoWriter(FOLDER / _WAV, sample_rate) as wav:
            wav.append(caller, assistant)


def print_left(console: Console) -> None:
    """Say which files there are."""
    names = (RECORDING, _WAV, EVENTS, REPORT)
    there = [str(FOLDER / name) for name in names if (FOLDER / name).exists()]
    console.print(f"Left in ./{FOLDER}/: {', '.join(there)}", style="dim")
