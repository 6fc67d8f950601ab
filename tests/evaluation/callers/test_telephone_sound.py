"""What surroundings and line make of a caller's sound: as much as was asked for, by seed."""

from __future__ import annotations

import numpy as np
import pytest

from voice.audio import Pcm, dbfs, silence
from voice.evaluation.callers.telephone_sound import TelephoneSound
from voice.evaluation.suites.presets import LinePart, NoisePart

FRAME = 160


def carried(noise: NoisePart, line: LinePart, frames: int, seed: int = 1) -> list[Pcm | None]:
    sound = TelephoneSound(noise, line, seed)
    return [sound.sent(silence(FRAME)) for _ in range(frames)]


def test_a_clean_line_in_a_quiet_room_changes_nothing() -> None:
    assert all(
        frame is not None and not frame.any() for frame in carried(NoisePart(), LinePart(), 50)
    )


def test_noise_has_its_level_and_does_not_stop() -> None:
    heard = [
        frame
        for frame in carried(NoisePart(kind="hum", dbfs=-40), LinePart(), 1000)
        if frame is not None
    ]
    assert dbfs(np.concatenate(heard)) == pytest.approx(-40, abs=0.5)
    assert all(frame.any() for frame in heard)


def test_packets_are_lost_in_bursts() -> None:
    lost = [frame is None for frame in carried(NoisePart(), LinePart(loss=0.1, burst=3), 20_000)]
    assert np.mean(lost) == pytest.approx(0.1, abs=0.02)
    begins = sum(now and not before for before, now in zip([False, *lost], lost, strict=False))
    assert sum(lost) / begins == pytest.approx(3, abs=0.4)


def test_the_seed_decides() -> None:
    line = LinePart(loss=0.2, burst=2)
    same = [
        [frame is None for frame in carried(NoisePart(), line, 200, seed)] for seed in (1, 1, 2)
    ]
    assert same[0] == same[1] != same[2]
