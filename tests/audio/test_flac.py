"""The FLAC file that grows during a call: right while it grows, and after a kill -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from voice.audio import AudioFileError, FlacWriter, read_stereo_flac

RAMP = np.arange(-4000, 4000, dtype=np.int16)
CHUNK = 1600


def test_both_sides_come_back_sample_by_sample(tmp_path: Path) -> None:
    with FlacWriter(tmp_path / "call.flac", 8000) as writer:
        writer.append(RAMP, RAMP[::-1])
        writer.append(RAMP[:100], RAMP[:50])
        assert writer.seconds == 8100 / 8000
    left, right, rate = read_stereo_flac(tmp_path / "call.flac")
    assert rate == 8000 and len(left) == len(right) == 8100
    assert (left[:8000] == RAMP).all() and (right[:8000] == RAMP[::-1]).all()
    assert not right[8050:].any()


def test_the_file_can_be_read_while_it_grows(tmp_path: Path) -> None:
    writer = FlacWriter(tmp_path / "call.flac", 8000)
    noise = np.random.default_rng(1).integers(-9000, 9000, CHUNK).astype(np.int16)
    for number in range(1, 40):
        writer.append(noise, noise)
        if number > 3:
            left, _, _ = read_stereo_flac(tmp_path / "call.flac")
            assert number * CHUNK - len(left) < 6000  # three quarters of a second
            assert (left[:CHUNK] == noise).all()
    writer.close()
    writer.close()
    assert len(read_stereo_flac(tmp_path / "call.flac")[0]) == 39 * CHUNK


def test_a_killed_process_loses_less_than_a_second(tmp_path: Path) -> None:
    script = f"""
import os, numpy as np
from pathlib import Path
from voice.audio import FlacWriter
writer = FlacWriter(Path({str(tmp_path / "call.flac")!r}), 8000)
noise = np.random.default_rng(1).integers(-9000, 9000, {CHUNK}).astype(np.int16)
for _ in range(50):
    writer.append(noise, noise)
os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    left, right, _ = read_stereo_flac(tmp_path / "call.flac")
    assert 9.2 * 8000 < len(left) <= 80_000 and (left == right).all() and left.any()


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    FlacWriter(tmp_path / "call.flac", 8000).close()
    assert os.stat(tmp_path / "call.flac").st_mode & 0o777 == 0o600


def test_what_cannot_be_read_or_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="No such file"):
        FlacWriter(tmp_path / "no" / "call.flac", 8000)
    (tmp_path / "text.flac").write_text("not sound")
    for name in ("text.flac", "none.flac"):
        with pytest.raises(AudioFileError, match=name):
            read_stereo_flac(tmp_path / name)


def test_a_full_disk_is_said() -> None:
    def write() -> None:
        with FlacWriter(Path("/dev/full"), 8000) as writer:
            for _ in range(20):
                writer.append(RAMP, RAMP)

    with pytest.raises(AudioFileError, match="/dev/full"):
        write()
