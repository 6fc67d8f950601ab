"""The thread that writes all recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.audio import FlacWriter, read_stereo_flac
from voice.audio.pcm import Pcm
from voice.audio.wav import AudioFileError
from voice.telephony.edge.recording import RecordingThread

SOUND = np.full(1600, 1000, np.int16)


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
    thread = RecordingThread()
    failing, healthy = kind(tmp_path / "a.flac", 8000), FlacWriter(tmp_path / "b.flac", 8000)
    for _ in range(5):
        for writer in (failing, healthy):
            assert thread.submit((writer, SOUND, SOUND))
    for writer in (failing, healthy):
        thread.submit(writer)
    thread.close()
    assert len(caplog.records) == 1
    left, right, _ = read_stereo_flac(tmp_path / "b.flac")
    assert len(left) == len(right) == 8000 and left.all()
