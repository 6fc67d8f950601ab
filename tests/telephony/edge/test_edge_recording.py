"""The thread that writes all recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.audio import read_stereo
from voice.audio.pcm import Pcm
from voice.audio.wav import AudioFileError, StereoWriter
from voice.telephony.edge.recording import RecordingThread

SOUND = np.full(1600, 1000, np.int16)


class FullDisk(StereoWriter):
    def append(self, left: Pcm, right: Pcm) -> None:
        raise AudioFileError("No space left on device")


class Broken(StereoWriter):
    def append(self, left: Pcm, right: Pcm) -> None:
        raise RuntimeError("a fault of ours")


@pytest.mark.parametrize("kind", [FullDisk, Broken])
def test_recording_that_fails_says_so_once_and_harms_no_other(
    kind: type[StereoWriter], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    thread = RecordingThread()
    failing, healthy = kind(tmp_path / "a.wav", 8000), StereoWriter(tmp_path / "b.wav", 8000)
    for _ in range(5):
        for writer in (failing, healthy):
            assert thread.submit((writer, SOUND, SOUND))
    for writer in (failing, healthy):
        thread.submit(writer)
    thread.close()
    assert len(caplog.records) == 1
    left, right, _ = read_stereo(tmp_path / "b.wav")
    assert len(left) == len(right) == 8000 and left.all()
