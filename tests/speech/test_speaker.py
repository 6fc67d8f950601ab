"""The engine: speech at the leg's rate, at an even level, under load and with any text."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.speech import PiperSpeaker
from voice.speech.silences import QUIET, speech_level

LONG = "Thank you for waiting, I have found your account and the bill has been paid in full."


def level_dbfs(pcm: Pcm, sample_rate: int) -> float:
    return 20 * float(np.log10(speech_level((pcm / 32768).astype(np.float32), sample_rate)))


@pytest.mark.parametrize("sample_rate", [8000, 16000])
async def test_speech_has_the_rate_of_the_leg(speaker: PiperSpeaker, sample_rate: int) -> None:
    clause = await speaker.synthesise(LONG, sample_rate)
    assert clause.pcm.dtype == np.int16 and clause.pcm.ndim == 1
    assert clause.sample_rate == sample_rate
    assert 3000 < clause.duration_ms < 7000


async def test_short_and_long_clauses_are_equally_loud(speaker: PiperSpeaker) -> None:
    for text in ("No.", "Yes.", "Four.", "Zero.", LONG):
        clause = await speaker.synthesise(text)
        assert level_dbfs(clause.pcm, 8000) == pytest.approx(-23, abs=3), text


async def test_voices_are_equally_loud(
    speaker: PiperSpeaker, embedded_caller_voice_path: Path
) -> None:
    caller = PiperSpeaker.load(embedded_caller_voice_path)
    levels = [level_dbfs((await each.synthesise(LONG)).pcm, 8000) for each in (speaker, caller)]
    caller.close()
    assert levels[0] == pytest.approx(levels[1], abs=1)


async def test_speech_begins_at_once_and_pauses_after_a_sentence(speaker: PiperSpeaker) -> None:
    for text, pause in (("The bill is paid.", 200), ("When you call again,", 100)):
        clause = await speaker.synthesise(text)
        loud = np.flatnonzero(np.abs(clause.pcm.astype(np.int32)) > 100)
        assert loud[0] / 8 < 40
        assert clause.duration_ms - loud[-1] / 8 == pytest.approx(pause, abs=60)


async def test_figures_are_spoken_and_the_text_stays_as_written(speaker: PiperSpeaker) -> None:
    clause = await speaker.synthesise("It is 42.17 euros.")
    assert clause.text == "It is 42.17 euros."
    assert clause.spoken_text == "It is forty two euros and seventeen cents."


async def test_fixed_phrases_come_from_the_cache(speaker: PiperSpeaker) -> None:
    text = "A phrase that only this test says."
    first, second = await speaker.synthesise(text), await speaker.synthesise(text)
    assert (first.cached, second.cached) == (False, True)
    assert np.array_equal(first.pcm, second.pcm)
    assert not (await speaker.synthesise(text, 16000)).cached


async def test_what_is_kept_outlives_the_cache(embedded_voice_path: Path) -> None:
    with closing(PiperSpeaker.load(embedded_voice_path, cached=1)) as speaker:
        await speaker.keep("Something went wrong.")
        for text in ("One.", "Two.", "Three."):
            await speaker.synthesise(text)
        assert (await speaker.synthesise("Something went wrong.")).cached
        assert not (await speaker.synthesise("One.")).cached


async def test_a_callers_figures_are_not_kept(speaker: PiperSpeaker) -> None:
    for _ in range(2):
        assert not (await speaker.synthesise("Your bill is 20 euros.")).cached


@pytest.mark.parametrize(
    "text", ["", " ", "...", "?!", "😀", "\x00\x1b[31m\x07", "—", "[[", "]] [[", "\n\n", "()", "´"]
)
async def test_nothing_to_say(speaker: PiperSpeaker, text: str) -> None:
    clause = await speaker.synthesise(text)
    assert clause.text == text
    assert clause.duration_ms < 2000


@pytest.mark.parametrize("text", ["word " * 1000, "a" * 5000, "1" * 5000, "no, " * 1250])
async def test_very_long_text_is_spoken_in_portions(speaker: PiperSpeaker, text: str) -> None:
    clause = await speaker.synthesise(text)
    assert clause.duration_ms > 5000
    assert clause.words[-1].end_ms <= clause.duration_ms


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_clause(speaker: PiperSpeaker, text: str) -> None:
    clause = asyncio.run(speaker.synthesise(text))
    assert clause.text == text
    assert all(word.text in text for word in clause.words)
    assert clause.heard(10 * clause.duration_ms + 1) == text


async def test_of_an_s_in_front_a_telephone_gets_what_it_carries(speaker: PiperSpeaker) -> None:
    text = "Sorry, I did not catch that."
    wide, narrow = [await speaker.synthesise(text, rate) for rate in (22050, 8000)]
    assert wide.duration_ms - narrow.duration_ms > 60
    first_40_ms = (narrow.pcm[:320] / 32767).astype(np.float32)
    assert speech_level(first_40_ms, 8000) > QUIET
    for one, other in zip(narrow.words[1:], wide.words[1:], strict=True):
        assert other.start_ms - one.start_ms == pytest.approx(
            wide.duration_ms - narrow.duration_ms, abs=1
        )
    assert narrow.words[0].start_ms == 0


async def test_the_words_of_a_long_text_that_begins_with_an_s_stay_in_order(
    speaker: PiperSpeaker,
) -> None:
    clause = await speaker.synthesise("Sorry, " + "that is more than I can say at once, " * 12)
    times = [time for word in clause.words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= clause.duration_ms


async def test_calls_at_once_get_their_own_words(speaker: PiperSpeaker) -> None:
    texts = [f"Number {count} of eight." for count in range(1, 9)]
    together = await asyncio.gather(*map(speaker.synthesise, texts))
    alone = [await speaker.synthesise(text) for text in texts]
    for one, other in zip(together, alone, strict=True):
        assert np.array_equal(one.pcm, other.pcm)


async def test_two_workers_share_a_voice(embedded_voice_path: Path) -> None:
    speaker = PiperSpeaker.load(embedded_voice_path, workers=2)
    texts = [f"Number {count} of eight." for count in range(1, 9)]
    together = await asyncio.gather(*map(speaker.synthesise, texts))
    assert [clause.text for clause in together] == texts
    for clause in together:
        assert np.array_equal(clause.pcm, (await speaker.synthesise(clause.text)).pcm)
    speaker.close()


async def test_a_cancelled_clause_leaves_the_queue(embedded_voice_path: Path) -> None:
    speaker = PiperSpeaker.load(embedded_voice_path)
    long = asyncio.create_task(speaker.synthesise("word " * 800))
    waiting = [
        asyncio.create_task(speaker.synthesise(f"Take {n}.", priority=Priority.SPECULATIVE))
        for n in range(5)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for task in (long, *waiting):
        task.cancel()
    results = await asyncio.gather(long, *waiting, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert speaker.depth == 0
    assert (await speaker.synthesise("Still healthy.")).words
    speaker.close()


async def test_a_full_queue_says_so(embedded_voice_path: Path) -> None:
    speaker = PiperSpeaker.load(embedded_voice_path, capacity=1)
    tasks = [asyncio.create_task(speaker.synthesise(f"Take {n}.")) for n in range(20)]
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert any(isinstance(result, EngineBusy) for result in results)
    assert all(not isinstance(r, BaseException) or isinstance(r, EngineBusy) for r in results)
    speaker.close()


async def test_real_time_factor(speaker: PiperSpeaker, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.perf_counter()
    clause = await speaker.synthesise(LONG + " 1")
    wall = time.perf_counter() - started
    with capsys.disabled():
        factor = 1000 * wall / clause.duration_ms
        print(f"\n  {1000 * wall:.0f} ms for {clause.duration_ms:.0f} ms of speech: {factor:.4f}")
    assert clause.pcm.any()
