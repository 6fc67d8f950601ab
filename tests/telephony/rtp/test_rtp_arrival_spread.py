"""The spread of recent arrivals, all deterministic."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.telephony.rtp.arrival_spread import ArrivalSpread


def line(spread: ArrivalSpread, delays: list[float], start: float = 0.0) -> None:
    """Packets sent every 20 ms from `start` on, each delayed by so many seconds."""
    for number, delay in enumerate(delays):
        sent = start + number * 0.02
        spread.add(sent + delay, sent + 1234.5)


def test_even_arrivals_have_no_spread_whatever_the_delay() -> None:
    spread = ArrivalSpread()
    assert spread.seconds == 0
    line(spread, [0.08] * 100)
    assert spread.seconds == pytest.approx(0)


def test_spread_is_that_of_all_but_the_slowest_in_200() -> None:
    spread = ArrivalSpread()
    line(spread, [0.01] * 300 + [0.06, 0.3])
    assert spread.seconds == pytest.approx(0.05)


def test_a_bad_moment_is_forgotten_after_eight_seconds() -> None:
    spread = ArrivalSpread()
    line(spread, [0.0] * 100 + [0.15 - 0.02 * number for number in range(8)] + [0.0] * 350)
    assert spread.seconds > 0.1
    line(spread, [0.0] * 60, start=458 * 0.02)
    assert spread.seconds == pytest.approx(0)


def test_a_longer_route_is_forgotten_as_well() -> None:
    spread = ArrivalSpread()
    line(spread, [0.02] * 100 + [0.12] * 100)
    assert spread.seconds == pytest.approx(0.1)
    line(spread, [0.12] * 410, start=4.0)
    assert spread.seconds == pytest.approx(0)


def test_new_timestamps_begin_the_measure_anew() -> None:
    spread = ArrivalSpread()
    line(spread, [0.0, 0.1] * 50)
    spread.add(2.0, 90_000.0)
    assert spread.seconds == 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 0.5)), max_size=100))
def test_any_arrivals_leave_a_spread_of_what_is_in_the_window(
    packets: list[tuple[float, float]],
) -> None:
    spread = ArrivalSpread()
    now = 0.0
    for passed, delay in packets:
        now += passed
        spread.add(now, now - delay)
        assert 0 <= spread.seconds <= 0.5 + 1e-9
