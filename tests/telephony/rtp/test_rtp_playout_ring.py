"""The ring keeps the ledger: every sample that came in was either played or dropped."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import Pcm
from voice.telephony.rtp import PlayoutRing


def counting(start: int, samples: int) -> Pcm:
    return np.arange(start, start + samples).astype(np.int16)


def test_samples_leave_in_order_whatever_the_chunks() -> None:
    ring = PlayoutRing(8000)
    for start, samples in ((0, 100), (100, 60), (160, 320)):
        ring.push(counting(start, samples))
    frames = [frame for _ in range(3) if (frame := ring.pull(160)) is not None]
    assert np.array_equal(np.concatenate(frames), counting(0, 480))
    assert ring.pull(160) is None
    assert (ring.played, ring.dropped) == (480, 0)


def test_end_is_padded_and_only_real_samples_count() -> None:
    ring = PlayoutRing(8000)
    ring.push(counting(1, 40))
    frame = ring.pull(160)
    assert frame is not None and len(frame) == 160 and not frame[40:].any()
    assert ring.played == 40


def test_full_ring_drops_the_oldest() -> None:
    ring = PlayoutRing(8000, capacity_ms=100)
    ring.push(counting(0, 1000))
    frame = ring.pull(160)
    assert frame is not None and frame[0] == 200
    assert ring.dropped == 200 and ring.waiting == 640


def test_flush_leaves_a_fade_of_20_ms() -> None:
    ring = PlayoutRing(8000)
    ring.push(np.full(800, 1000, np.int16))
    ring.pull(160)
    ring.flush()
    assert (ring.waiting, ring.dropped) == (160, 480)
    last = ring.pull(160)
    assert last is not None and (last[0], last[-1]) == (1000, 0)
    assert ring.pull(160) is None
    assert ring.played + ring.dropped == 800


def test_what_waits_in_the_ring_is_ducked_from_the_next_frame_on_and_without_a_step() -> None:
    ring = PlayoutRing(8000)
    ring.push(np.full(960, 1000, np.int16))
    frames = [ring.pull(160)]
    ring.duck(-12.0)
    frames += [ring.pull(160), ring.pull(160)]
    ring.duck(0.0)
    frames += [ring.pull(160), ring.pull(160)]
    ends = [(frame[0], frame[-1]) for frame in frames if frame is not None]
    assert ends == [(1000, 1000), (1000, 251), (251, 251), (251, 1000), (1000, 1000)]


def test_a_flush_while_ducked_fades_from_the_softer_level() -> None:
    ring = PlayoutRing(8000)
    ring.push(np.full(800, 1000, np.int16))
    ring.duck(-12.0)
    ring.pull(160)
    ring.duck(0.0)
    ring.flush()
    last = ring.pull(160)
    assert last is not None and (last.max(), last[-1]) == (251, 0)
    ring.push(np.full(160, 1000, np.int16))
    again = ring.pull(160)
    assert again is not None and again.min() == 1000


def test_flush_of_an_empty_ring_does_nothing() -> None:
    ring = PlayoutRing(8000)
    ring.flush()
    assert ring.pull(160) is None and ring.dropped == 0


@given(st.lists(st.one_of(st.integers(1, 900), st.sampled_from(["pull", "flush"])), max_size=60))
def test_every_sample_is_accounted_for(steps: list[int | str]) -> None:
    ring = PlayoutRing(8000, capacity_ms=100)
    pushed = 0
    for step in steps:
        if isinstance(step, int):
            ring.push(counting(0, step))
            pushed += step
        elif step == "pull":
            ring.pull(160)
        else:
            ring.flush()
        assert ring.waiting <= 800
        assert ring.played + ring.dropped + ring.waiting == pushed
