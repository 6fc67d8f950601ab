"""A voice that speaks slower, or quicker, for one caller."""

from __future__ import annotations

import pytest

from voice.speech import PiperSpeaker

TEXT = "Your plan has forty gigabytes of data in every month."


@pytest.mark.parametrize("pace", [0.8, 1.25, 1.5])
async def test_it_takes_so_much_longer(speaker: PiperSpeaker, pace: float) -> None:
    own = await speaker.synthesise(TEXT)
    other = await speaker.synthesise(TEXT, pace=pace)
    assert other.duration_ms / own.duration_ms == pytest.approx(pace, rel=0.12)
    assert other.words[-1].end_ms <= other.duration_ms
    assert other.heard(other.duration_ms / 2) not in ("", TEXT)


async def test_each_pace_has_a_cache_of_its_own(speaker: PiperSpeaker) -> None:
    text = "Nothing is said like this anywhere else."
    assert not (await speaker.synthesise(text)).cached
    assert not (await speaker.synthesise(text, pace=1.25)).cached
    assert (await speaker.synthesise(text, pace=1.25)).cached


async def test_long_texts_keep_the_pace(speaker: PiperSpeaker) -> None:
    long = f"{TEXT} " * 8
    own, slow = await speaker.synthesise(long), await speaker.synthesise(long, pace=1.5)
    assert slow.duration_ms / own.duration_ms == pytest.approx(1.5, rel=0.12)
