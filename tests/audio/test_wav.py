"""WAV files, whole and growing."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from voice.audio import (
    AudioFileError,
    StereoWriter,
    from_bytes,
    read_stereo,
    read_wav,
    to_bytes,
    write_wav,
)

RAMP = np.arange(-8000, 8000, dtype=np.int16)


def test_mono_file_reads_back(tmp_path: Path) -> None:
    write_wav(tmp_path / "ramp.wav", RAMP, 8000)
    pcm, rate = read_wav(tmp_path / "ramp.wav")
    assert np.array_equal(pcm, RAMP) and rate == 8000
    assert [file.name for file in tmp_path.iterdir()] == ["ramp.wav"]


def test_stereo_file_has_its_sides(tmp_path: Path) -> None:
    with StereoWriter(tmp_path / "call.wav", 8000) as writer:
        writer.append(RAMP, RAMP[:100])
    left, right, rate = read_stereo(tmp_path / "call.wav")
    assert rate == 8000
    assert np.array_equal(left, RAMP)
    assert np.array_equal(right[:100], RAMP[:100]) and not right[100:].any()


def test_file_of_a_killed_writer_can_be_read_to_the_last_second(tmp_path: Path) -> None:
    writer = StereoWriter(tmp_path / "call.wav", 8000)
    for start in range(0, 16000, 160):
        writer.append(RAMP[start : start + 160], RAMP[start : start + 160])
        left, _, _ = read_stereo(tmp_path / "call.wav")
        assert len(left) >= start + 160 - 8000
        assert np.array_equal(left, RAMP[: len(left)])
    writer.close()
    writer.close()
    assert len(read_stereo(tmp_path / "call.wav")[0]) == 16000


def test_eight_bit_and_stereo_files_are_read_as_mono(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "old.wav"), "wb") as file:
        file.setparams((2, 1, 8000, 0, "NONE", ""))
        file.writeframes(bytes([0, 255, 128, 128]))
    pcm, rate = read_wav(tmp_path / "old.wav")
    assert rate == 8000 and pcm.tolist() == [-128, 0]


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a sound file at all", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0"]
)
def test_what_is_no_wav_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.wav"
    path.write_bytes(content)
    with pytest.raises(AudioFileError, match=r"bad\.wav"):
        read_wav(path)


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match=r"none\.wav"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(AudioFileError, match="No such file"):
        StereoWriter(tmp_path / "no" / "call.wav", 8000)
    with pytest.raises(AudioFileError, match="No such file"):
        write_wav(tmp_path / "no" / "call.wav", RAMP, 8000)
    write_wav(tmp_path / "mono.wav", RAMP, 8000)
    with pytest.raises(AudioFileError, match="1 channels"):
        read_stereo(tmp_path / "mono.wav")


def test_bytes_are_little_endian_and_whole_samples() -> None:
    assert to_bytes(np.array([1, -2], np.int16)) == b"\x01\x00\xfe\xff"
    assert from_bytes(b"\x01\x00\xfe\xff").tolist() == [1, -2]
    with pytest.raises(ValueError, match="within a sample"):
        from_bytes(b"\x01\x00\xfe")
