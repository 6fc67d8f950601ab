"""Voice-to-voice latency and packet gaps on synthetic RTP traces."""

from __future__ import annotations

import numpy as np
import pytest

from voice.evaluation.latency import HeardPacket, audible_runs, last_audible_sample
from voice.evaluation.packet_gaps import talkspurt_gaps

LOUD, QUIET = -20.0, -90.0


def trace(
    *levels: float, start: float = 100.0, late: dict[int, float] | None = None
) -> list[HeardPacket]:
    """Packets of 20 ms at these levels, 20 ms apart; `late` moves single receive times."""
    late = late or {}
    return [
        HeardPacket(start + 0.02 * index + late.get(index, 0.0), 20 * index, 20, level)
        for index, level in enumerate(levels)
    ]


def test_the_end_of_speech_is_forty_decibels_below_the_peak() -> None:
    pcm = np.zeros(1000, dtype=np.int16)
    pcm[100] = -20000
    pcm[700] = 201
    pcm[900] = 199
    assert last_audible_sample(pcm) == 700


def test_silence_has_no_end_of_speech() -> None:
    assert last_audible_sample(np.zeros(160, dtype=np.int16)) == -1
    assert last_audible_sample(np.zeros(0, dtype=np.int16)) == -1


def test_the_loudest_negative_sample_is_a_peak_too() -> None:
    assert last_audible_sample(np.array([-32768, 0, 400], dtype=np.int16)) == 2


@pytest.mark.parametrize(
    ("levels", "durations"),
    [
        ([QUIET] * 20, []),
        ([LOUD] * 9, []),
        ([LOUD] * 10, [200]),
        ([QUIET] * 5 + [LOUD] * 15 + [QUIET] * 5, [300]),
        ([LOUD] * 6 + [QUIET] * 5 + [LOUD] * 6, [340]),
        ([LOUD] * 6 + [QUIET] * 6 + [LOUD] * 6, []),
        ([LOUD] * 12 + [QUIET] * 20 + [LOUD] * 30, [240, 600]),
        ([-50.0] * 20, []),
        ([-49.9] * 20, [400]),
    ],
)
def test_audible_runs(levels: list[float], durations: list[int]) -> None:
    assert [run.duration_ms for run in audible_runs(trace(*levels))] == durations


def test_a_run_starts_when_its_first_packet_was_received() -> None:
    runs = audible_runs(trace(*[QUIET] * 5, *[LOUD] * 15, late={5: 0.007}))
    assert runs[0].start == pytest.approx(100.107)
    assert runs[0].end == pytest.approx(100.4)


def test_reordered_packets_are_read_in_the_order_of_their_media_time() -> None:
    packets = trace(*[LOUD] * 20)
    packets[3], packets[4] = packets[4], packets[3]
    assert [run.duration_ms for run in audible_runs(packets)] == [400]


def test_gaps_are_measured_inside_talkspurts_only() -> None:
    levels = [LOUD] * 4 + [QUIET] * 30 + [LOUD] * 4
    gaps = talkspurt_gaps(trace(*levels, late={2: 0.005, 20: 0.5}))
    assert gaps == pytest.approx([20, 25, 15, 20, 20, 20])


def test_a_lost_packet_is_no_gap_between_neighbours() -> None:
    packets = trace(*[LOUD] * 6)
    del packets[3]
    assert talkspurt_gaps(packets) == pytest.approx([20, 20, 20])
