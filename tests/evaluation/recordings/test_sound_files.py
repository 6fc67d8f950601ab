"""Sound files of every kind become the same frames; damaged ones are one clear line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from voice.audio import AudioFileError, Pcm, StereoWriter, encode_alaw, encode_ulaw, silence
from voice.evaluation.recordings.sound_files import Side, open_sound, silent_side

RATE = 8000


def tone(seconds: float = 1.0, rate: int = RATE, hz: float = 440.0) -> Pcm:
    wave = np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return (wave * 8000).astype(np.int16)


def read(path: Path, side: Side = "left") -> Pcm:
    return np.concatenate(list(open_sound(path).frames(side, RATE)))


def pitch(pcm: Pcm) -> float:
    middle = pcm[len(pcm) // 4 : -len(pcm) // 4].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum) * RATE / len(middle))


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100, 48_000, 7999])
@pytest.mark.parametrize(
    ("ending", "subtype"),
    [
        (".wav", "PCM_U8"), (".wav", "PCM_16"), (".wav", "PCM_24"), (".wav", "PCM_32"),
        (".wav", "FLOAT"), (".wav", "ULAW"), (".wav", "ALAW"), (".flac", "PCM_16"),
        (".ogg", "VORBIS"),
    ],
)  # fmt: skip
def test_any_rate_and_width(tmp_path: Path, ending: str, subtype: str, rate: int) -> None:
    file = tmp_path / f"tone{ending}"
    soundfile.write(file, tone(1.0, rate) / np.float32(32768), rate, subtype)
    sound = read(file)
    assert len(sound) == pytest.approx(RATE, abs=RATE // 50)
    assert pitch(sound) == pytest.approx(440, abs=4)
    assert np.abs(sound).max() == pytest.approx(8000, rel=0.1)


def test_mp3(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "tone.mp3", tone(1.0, 16_000), 16_000)
    assert pitch(read(tmp_path / "tone.mp3")) == pytest.approx(440, abs=4)


@pytest.mark.parametrize(("ending", "encode"), [(".ul", encode_ulaw), (".alaw", encode_alaw)])
def test_bare_g711(tmp_path: Path, ending: str, encode: Callable[[Pcm], bytes]) -> None:
    (tmp_path / f"tone{ending}").write_bytes(encode(tone()))
    assert pitch(read(tmp_path / f"tone{ending}")) == pytest.approx(440, abs=4)


def test_bare_gsm(tmp_path: Path) -> None:
    file = tmp_path / "tone.gsm"
    soundfile.write(file, tone(), RATE, format="RAW", subtype="GSM610")
    assert pitch(read(file)) == pytest.approx(440, abs=4)


@pytest.mark.parametrize(
    ("ending", "codec", "rate"), [(".m4a", "aac", 44_100), (".webm", "libopus", 48_000)]
)
def test_what_telephones_and_browsers_record(
    tmp_path: Path, ending: str, codec: str, rate: int
) -> None:
    file = tmp_path / f"both{ending}"
    write_container(file, codec, rate, [tone(2.0, rate, 300), tone(2.0, rate, 900)])
    assert open_sound(file).seconds == pytest.approx(2, abs=0.1)
    assert pitch(read(file, "left")) == pytest.approx(300, abs=4)
    assert pitch(read(file, "right")) == pytest.approx(900, abs=4)


def write_container(file: Path, codec: str, rate: int, sides: list[Pcm]) -> None:
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.stack(sides, axis=1).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate = rate
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize(
    ("sides", "chosen", "said"),
    [
        ([tone(), silence(RATE)], "left", ""),
        ([silence(RATE), tone()], "left", "channel .left. is silent.*--caller right"),
        ([tone(), silence(RATE)], "right", "channel .right. is silent.*--caller left"),
        ([silence(RATE), silence(RATE)], "left", "nothing on either channel"),
        ([silence(RATE)], "left", "nothing in it is louder"),
        ([tone() // 50], "left", ""),
    ],
)
def test_a_channel_without_a_caller_is_named(
    tmp_path: Path, sides: list[Pcm], chosen: Side, said: str
) -> None:
    soundfile.write(tmp_path / "both.wav", np.stack(sides, axis=1), RATE)
    found = silent_side(open_sound(tmp_path / "both.wav"), chosen)
    assert re.search(said, found) if said else not found


def test_the_side_is_chosen(tmp_path: Path) -> None:
    both = np.stack([tone(hz=300), tone(hz=900)], axis=1)
    soundfile.write(tmp_path / "both.wav", both, RATE)
    assert pitch(read(tmp_path / "both.wav", "left")) == pytest.approx(300, abs=4)
    assert pitch(read(tmp_path / "both.wav", "right")) == pytest.approx(900, abs=4)


def test_a_recording_whose_process_was_killed_is_read(tmp_path: Path) -> None:
    writer = StereoWriter(tmp_path / "call.wav", RATE)
    writer.append(tone(2.5), tone(2.5))
    assert len(read(tmp_path / "call.wav")) >= 2 * RATE
    writer.close()


def test_samples_that_are_no_numbers_are_silence(tmp_path: Path) -> None:
    samples = np.full(RATE, np.nan, np.float32)
    samples[0] = np.inf
    soundfile.write(tmp_path / "nan.wav", samples, RATE, "FLOAT")
    assert np.abs(read(tmp_path / "nan.wav")[1000:]).max() == 0


def cut(file: Path, share: float) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])


def write_bad(file: Path) -> None:
    match file.stem:
        case "empty":
            file.write_bytes(b"")
        case "text":
            file.write_text("no sound at all, but long enough to look at" * 20)
        case "header":
            soundfile.write(file, tone()[:0], RATE)
        case "surround":
            soundfile.write(file, np.zeros((RATE, 6), np.int16), RATE)
        case "cut":
            soundfile.write(file, tone(5), RATE)
            cut(file, 0.5)
        case "noise":
            file.write_bytes(np.random.default_rng(1).bytes(5000))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone.wav", "no such file"),
        ("empty.wav", "is empty"),
        ("empty.ul", "is empty"),
        ("text.wav", "not a sound file"),
        ("noise.mp3", "not a sound file|truncated|holds no sound"),
        ("header.wav", "holds no sound"),
        ("surround.wav", "6 channels"),
        ("text.m4a", "not a sound file"),
        ("empty.webm", "not a sound file"),
        ("text.ra", "sound of this kind cannot be read"),
        ("cut.wav", "truncated"),
        ("cut.flac", "truncated|not a sound file"),
    ],
)
def test_bad_files_are_one_clear_line(tmp_path: Path, name: str, reason: str) -> None:
    write_bad(tmp_path / name)
    with pytest.raises(AudioFileError, match=reason) as raised:
        read(tmp_path / name)
    assert name in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_hours_are_read_in_pieces(tmp_path: Path) -> None:
    file = tmp_path / "long.wav"
    minute = tone(60)
    with soundfile.SoundFile(file, "w", RATE, 1, "PCM_U8") as writing:
        for _ in range(120):
            writing.write(minute)
    sound = open_sound(file)
    assert sound.seconds == 7200
    frames = sound.frames("left", RATE)
    assert len(next(frames)) == 160
