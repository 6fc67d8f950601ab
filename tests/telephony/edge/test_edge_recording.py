"""Recordings, and the thread that writes them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.audio import FlacWriter, read_stereo_flac
from voice.audio.pcm import Pcm
from voice.audio.wav import AudioFileError
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.recording import EdgeRecording, open_recording

FRAME = np.full(160, 1000, np.int16)


class FullDisk(FlacWriter):
    def append(self, left: Pcm, right: Pcm) -> None:
        raise AudioFileError("No space left on device")


class Broken(FlacWriter):
    def append(self, left: Pcm, right: Pcm) -> None:
        raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("kind", [FullDisk, Broken])
def test_recording_that_fails_says_so_once_and_harms_no_other(
    kind: type[FlacWriter], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    thread = FileThread("recordings")
    failing = EdgeRecording(thread, lambda: kind(tmp_path / "a.flac", 8000), "a")
    healthy = EdgeRecording(thread, lambda: open_recording(tmp_path, "b/b.flac", 8000), "b")
    for recording in (failing, healthy):
        for _ in range(51):
            recording.add(FRAME, FRAME)
        recording.close()
    thread.close()
    assert [vars(record)["call_id"] for record in caplog.records] == ["a"]
    left, right, _ = read_stereo_flac(tmp_path / "b" / "b.flac")
    assert len(left) == len(right) == 51 * 160 and left.all()


@pytest.mark.parametrize(
    ("directory", "asked", "complaint"),
    [
        (None, "c/call.flac", "records.directory is not set"),
        ("records", "../c/call.flac", "outside records.directory"),
        ("records", "/etc/call.flac", "outside records.directory"),
        ("records", ".", "outside records.directory"),
        ("file", "c/call.flac", "Not a directory"),
    ],
)
def test_recording_that_cannot_be_made_is_logged_with_its_call(
    directory: str | None,
    asked: str,
    complaint: str,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").touch()
    root = tmp_path / directory if directory else None
    thread = FileThread("recordings")
    recording = EdgeRecording(thread, lambda: open_recording(root, asked, 8000), "c")
    for _ in range(30):
        recording.add(FRAME, FRAME)
    recording.close()
    thread.close()
    (record,) = caplog.records
    assert complaint in record.getMessage() and vars(record)["call_id"] == "c"


def test_recording_on_a_disk_that_is_too_slow_is_completed_without_what_is_missing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    thread = FileThread("recordings", capacity=3)
    recording = EdgeRecording(thread, lambda: FlacWriter(tmp_path / "a.flac", 8000), "a")
    recording.add(FRAME, FRAME)
    recording.close()
    thread.close()
    assert len(read_stereo_flac(tmp_path / "a.flac")[0]) == 160

    full = FileThread("recordings", capacity=0)
    late = EdgeRecording(full, lambda: FlacWriter(tmp_path / "b.flac", 8000), "b")
    late.add(FRAME, FRAME)
    late.close()
    full.close()
    assert not (tmp_path / "b.flac").exists() and "too slow" in caplog.text
