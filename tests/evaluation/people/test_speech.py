"""Which recordings there are, whose they are, and how they sound over the telephone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voice.audio import decode_ulaw, encode_ulaw, silence
from voice.errors import VoiceError
from voice.evaluation.people.speech import (
    AFTER_MS,
    BEFORE_MS,
    SAMPLE_RATE,
    data_folder,
    read_speech,
    without_edges,
)


def test_a_group_is_the_first_language_and_for_english_the_country(people: Path) -> None:
    found = read_speech(people, "saa")
    assert [speech.group for speech in found] == [
        "english (uk)", "english (elsewhere)", "arabic",
    ]  # fmt: skip
    assert [speech.native for speech in found] == [True, False, False]


def test_the_sound_went_through_g711_at_8_khz(people: Path) -> None:
    sound = read_speech(people, "saa")[0].sound()
    assert 3 < len(sound) / SAMPLE_RATE < 6
    assert np.array_equal(decode_ulaw(encode_ulaw(sound)), sound)


def test_the_silence_around_what_is_said_is_left_out(people: Path) -> None:
    sound = read_speech(people, "saa")[0].sound()
    turn = without_edges(sound)
    assert len(turn) < len(sound) - 2 * SAMPLE_RATE
    margin = BEFORE_MS * SAMPLE_RATE // 1000 // 2, AFTER_MS * SAMPLE_RATE // 1000 // 2
    loud = np.flatnonzero(np.abs(turn.astype(int)) > 500)
    assert loud[0] > margin[0]
    assert len(turn) - loud[-1] > margin[1]
    assert len(without_edges(silence(800))) == 800


@pytest.mark.parametrize("named", [None, "", "/nowhere/at/all"])
def test_without_a_folder_of_people_one_line_says_so(
    monkeypatch: pytest.MonkeyPatch, named: str | None
) -> None:
    if named is None:
        monkeypatch.delenv("VOICE_TEST_DATA", raising=False)
    else:
        monkeypatch.setenv("VOICE_TEST_DATA", named)
    with pytest.raises(VoiceError, match="VOICE_TEST_DATA has to name a folder"):
        data_folder()


def test_a_folder_without_recordings_is_one_line(people: Path, tmp_path: Path) -> None:
    with pytest.raises(VoiceError, match=r"manifest\.csv: no table of recorded people"):
        read_speech(tmp_path, "saa")
    with pytest.raises(VoiceError, match="holds no recordings of coffee"):
        read_speech(people, "coffee")
