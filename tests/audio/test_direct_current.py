"""A faulty line's DC offset is taken out; voices are left as they are."""

from __future__ import annotations

import numpy as np

from voice.audio import OffsetRemover, Pcm, dbfs

RATE, FRAME = 8000, 160


def removed(pcm: Pcm) -> Pcm:
    remover = OffsetRemover()
    frames = [pcm[start : start + FRAME] for start in range(0, len(pcm), FRAME)]
    return np.concatenate([remover.removed(frame) for frame in frames])


def tone(seconds: float, hertz: float = 125.0, peak: float = 3000.0) -> Pcm:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.rint(peak * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def test_an_offset_is_gone_from_the_first_frame_on() -> None:
    assert dbfs(removed(np.full(RATE, 2000, np.int16))) < -90


def test_an_offset_that_sets_in_is_gone_within_a_second() -> None:
    sound = np.concatenate([np.zeros(RATE, np.int16), np.full(2 * RATE, 2000, np.int16)])
    assert np.abs(removed(sound)[2 * RATE :]).max() <= 12


def test_a_voice_keeps_its_sound() -> None:
    moved = removed(tone(1.0)).astype(int) - tone(1.0)
    assert np.abs(moved).max() < 0.15 * 3000
    assert np.abs(moved[RATE // 2 :]).max() < 0.02 * 3000


def test_what_would_go_beyond_full_scale_is_clipped() -> None:
    sound = np.concatenate([np.full(RATE, -3000, np.int16), np.full(FRAME, 32_000, np.int16)])
    assert removed(sound)[-1] > 28_000
