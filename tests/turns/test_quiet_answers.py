"""One recorded word by a quiet caller is a turn: yes, no, a digit, a command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from voice.audio import Pcm, dbfs, decode_ulaw, encode_ulaw, resample
from voice.settings.turns import Turns
from voice.turns import EndOfTurn, TurnTracker

RATE = 8000


@pytest.fixture(scope="module")
def words(recorded_data: Path) -> list[Pcm]:
    """Sixty, of about fifty people, without silence at their ends."""
    files = [
        *sorted((recorded_data / "speech" / "gsc").glob("*.ogg"))[::8],
        *sorted((recorded_data / "speech" / "arabic").glob("*.ogg"))[::6],
        *sorted((recorded_data / "digits").glob("*.wav"))[::14],
    ][:60]
    return [word(file) for file in files]


def word(file: Path) -> Pcm:
    samples, rate = soundfile.read(file, dtype="int16")
    pcm = resample(samples, rate, RATE) if rate != RATE else samples
    loud = np.flatnonzero(np.abs(pcm.astype(int)) > max(200, 0.03 * np.abs(pcm).max()))
    return pcm[loud[0] : loud[-1] + 1]


@pytest.mark.parametrize("noise_dbfs", [None, -65.0], ids=["silent line", "line noise"])
@pytest.mark.parametrize(("level_dbfs", "most_missed"), [(-23, 0), (-35, 0), (-45, 2)])
def test_a_quiet_word_is_a_turn(
    words: list[Pcm], level_dbfs: float, most_missed: int, noise_dbfs: float | None
) -> None:
    missed = [
        number for number, said in enumerate(words) if not heard(said, level_dbfs, noise_dbfs)
    ]
    assert len(words) == 60
    assert len(missed) <= most_missed, missed


def heard(said: Pcm, level_dbfs: float, noise_dbfs: float | None) -> bool:
    loud = said * 10 ** ((level_dbfs - dbfs(said)) / 20)
    sound = np.concatenate([np.zeros(2 * RATE), loud, np.zeros(RATE)])
    if noise_dbfs is not None:
        spread = 32768 * 10 ** (noise_dbfs / 20)
        sound += np.random.default_rng(3).normal(0, spread, len(sound))
    line = decode_ulaw(encode_ulaw(np.clip(sound, -32768, 32767).astype(np.int16)))
    tracker = TurnTracker(Turns(), RATE)
    signals = [tracker.push(line[at : at + 160]) for at in range(0, len(line) - 159, 160)]
    return any(isinstance(signal, EndOfTurn) for signal in signals)
