"""One call's turn: fed in 20 ms frames, read as often as wanted, forgotten at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from voice.audio import Pcm
from voice.engine_queue import EngineBusy, Priority
from voice.recognition import (
    Expectation,
    LanguageBelief,
    Partial,
    RecognitionSession,
    Transcript,
    WhisperRecogniser,
)
from voice.recognition.session import PARTIAL_SECONDS, PIECE_SECONDS

RATE = 8000
FRAME = 160


class Listener:
    """An engine that only notes what it is asked."""

    def __init__(self) -> None:
        self.depth = 0
        self.busy = False
        self.asked: list[tuple[int, Priority, Expectation]] = []

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Transcript:
        assert sample_rate == 16000
        await asyncio.sleep(0)
        if self.busy:
            raise EngineBusy("recognition: too much waits")
        self.asked.append((len(pcm), priority, expect))
        return Transcript(f"reading {len(self.asked)}", 0.9, "en", 0.0, len(pcm) / sample_rate)


def frames(pcm: Pcm) -> list[Pcm]:
    return [pcm[at : at + FRAME] for at in range(0, len(pcm), FRAME)]


async def test_a_turn_fed_in_frames_reads_like_the_whole_recording(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    session = recogniser.session()
    first, *rest = frames(spoken("How can I help you?"))
    session.start(first, RATE)
    for frame in rest:
        session.feed(frame, RATE)

    assert (await session.finalise()).text == "how can i help you"


async def test_a_partial_transcript_holds_the_words_so_far(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    audio = spoken("How can I help you?")
    session = recogniser.session()
    session.start(audio[: len(audio) * 6 // 10], RATE)

    partial = await session.partial()

    assert partial is not None
    assert partial.tail.startswith("how can")
    assert partial.stable == ""
    assert session.words == partial


async def test_words_that_two_readings_agree_on_are_stable() -> None:
    session = RecognitionSession(Listener())
    session.start(np.zeros(RATE, np.int16), RATE)
    first = await session.partial()
    session.feed(np.zeros(FRAME, np.int16), RATE)
    second = await session.partial()

    assert (first, second) == (Partial("", "reading 1", 1), Partial("reading", "2", 2))


async def test_a_turn_that_goes_on_after_its_words_were_read_keeps_its_stable_part() -> None:
    session = RecognitionSession(Listener())
    session.start(np.zeros(RATE, np.int16), RATE)
    await session.partial()
    await session.finalise(speculative=True)
    stable = session.words.stable
    session.feed(np.zeros(RATE, np.int16), RATE)
    partial = await session.partial()

    assert stable == "reading"
    assert partial is not None and partial.stable == "reading" and partial.revision == 3


async def test_a_partial_reads_one_window_however_long_the_turn_is() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(0, np.int16), RATE)
    for _ in range(55 * 5):
        session.feed(np.zeros(RATE // 5, np.int16), RATE)
        await session.partial()

    assert max(samples for samples, *_ in engine.asked) <= PARTIAL_SECONDS * 16000


async def test_a_turn_of_which_much_was_not_read_is_caught_up_with_window_by_window() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(25 * RATE, np.int16), RATE)
    while await session.partial() is not None:
        pass

    closed = [samples for samples, *_ in engine.asked[:-1]]
    assert all(samples > 0.5 * PARTIAL_SECONDS * 16000 for samples in closed)
    assert sum(samples for samples, *_ in engine.asked) >= 24.9 * 16000
    assert session.words.stable == " ".join(f"reading {n + 1}" for n in range(len(closed)))


async def test_a_reading_that_outlives_its_turn_says_nothing_of_the_next_one() -> None:
    class Slow(Listener):
        def __init__(self) -> None:
            super().__init__()
            self.gate = asyncio.Event()

        async def transcribe(
            self,
            pcm: Pcm,
            sample_rate: int,
            *,
            priority: Priority,
            expect: Expectation,
            belief: LanguageBelief | None,
        ) -> Transcript:
            await self.gate.wait()
            return await super().transcribe(
                pcm, sample_rate, priority=priority, expect=expect, belief=belief
            )

    engine = Slow()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)
    late = asyncio.create_task(session.partial())
    await asyncio.sleep(0)
    session.start(np.zeros(RATE, np.int16), RATE)
    engine.gate.set()

    assert await late is None
    assert session.words == Partial()


async def test_sessions_do_not_hear_each_other(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    one, other = recogniser.session(), recogniser.session()
    one.start(spoken("How can I help you?"), RATE)
    other.start(spoken("Are you still there?"), RATE)

    assert (await one.finalise()).text == "how can i help you"
    assert (await other.finalise()).text == "are you still there"


async def test_nothing_is_read_twice() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)

    early = await session.finalise(speculative=True)
    final = await session.finalise()

    assert final is early
    assert [priority for _, priority, _ in engine.asked] == [Priority.SPECULATIVE]


async def test_new_audio_is_read_anew_and_with_the_priority_of_its_purpose() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)
    await session.partial()
    session.feed(np.zeros(FRAME, np.int16), RATE)
    await session.finalise(speculative=True)
    session.feed(np.zeros(FRAME, np.int16), RATE)
    await session.finalise(expect=Expectation("digits", digits=4))

    assert [priority for _, priority, _ in engine.asked] == [
        Priority.PARTIAL, Priority.SPECULATIVE, Priority.FINAL,
    ]  # fmt: skip
    assert engine.asked[-1][2] == Expectation("digits", digits=4)


async def test_a_partial_is_not_asked_for_while_others_wait() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)
    engine.depth = 3

    assert await session.partial() is None
    assert engine.asked == []


async def test_a_new_turn_forgets_the_old_one() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)
    await session.finalise()
    session.start(np.zeros(RATE // 2, np.int16), RATE)
    await session.finalise()

    assert engine.asked[1][0] < engine.asked[0][0]
    session.reset()
    assert session.audio_seconds == 0


async def test_the_rate_may_change_within_a_turn() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(RATE, np.int16), RATE)
    session.feed(np.zeros(16000, np.int16), 16000)
    await session.finalise()

    assert engine.asked[0][0] == 2 * 16000


def fed(engine: Listener, seconds: int) -> RecognitionSession:
    """A session that has heard so much of a turn."""
    session = RecognitionSession(engine)
    session.start(np.zeros(0, np.int16), RATE)
    for _ in range(seconds):
        session.feed(np.zeros(RATE, np.int16), RATE)
    return session


async def test_a_long_turn_is_read_in_pieces_of_which_none_is_read_twice() -> None:
    engine = Listener()
    session = fed(engine, 70)
    whole = await session.finalise()
    read = [samples / 16000 for samples, *_ in engine.asked]
    assert sum(read) == pytest.approx(70, abs=0.1)
    assert len(read) > 2 and max(read) <= PIECE_SECONDS
    assert whole.text == " ".join(f"reading {number + 1}" for number in range(len(read)))
    assert whole.audio_seconds == pytest.approx(70, abs=0.1)
    assert session.audio_seconds == pytest.approx(70, abs=0.1)
    session.feed(np.zeros(RATE, np.int16), RATE)
    again = await session.finalise()
    assert len(engine.asked) == len(read) + 1
    assert again.text.startswith(" ".join(whole.text.split()[:-2]))


async def test_pieces_are_read_while_the_caller_speaks_on() -> None:
    engine = Listener()
    session = fed(engine, 20)
    assert not session.has_piece and await session.read_piece() is None
    for _ in range(20):
        session.feed(np.zeros(RATE, np.int16), RATE)
    assert session.has_piece and not session.has_words
    piece = await session.read_piece()
    assert piece is not None and session.has_words and not session.has_piece
    assert (await session.finalise()).text == f"{piece.text} reading 2"


async def test_a_piece_that_nobody_can_read_now_is_not_lost() -> None:
    engine = Listener()
    session = fed(engine, 40)
    engine.busy = True
    with pytest.raises(EngineBusy):
        await session.read_piece()
    engine.busy = False
    assert (await session.finalise()).audio_seconds == pytest.approx(40, abs=0.1)


async def test_a_piece_that_comes_after_its_turn_belongs_to_none() -> None:
    engine = Listener()
    session = fed(engine, 40)
    reading = asyncio.create_task(session.read_piece())
    await asyncio.sleep(0)
    session.start(np.zeros(RATE, np.int16), RATE)
    assert await reading is None
    assert (await session.finalise()).audio_seconds == pytest.approx(1, abs=0.1)


async def test_of_sound_that_nobody_reads_the_last_minutes_are_kept() -> None:
    assert 240 <= fed(Listener(), 300).audio_seconds <= 241


async def test_a_turn_that_goes_on_with_the_one_before_is_read_with_it() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    for seconds in (2, 1):
        session.start(np.zeros(seconds * RATE, np.int16), RATE)
        await session.finalise()
    session.rejoin()
    await session.finalise()

    before, alone, both = (samples for samples, *_ in engine.asked)
    assert both == before + alone


async def test_pieces_of_the_turn_before_are_not_read_again() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(round(PIECE_SECONDS + 5) * RATE, np.int16), RATE)
    first = await session.finalise()
    session.start(np.zeros(RATE, np.int16), RATE)
    session.rejoin()
    whole = await session.finalise()

    assert whole.text.split(" reading ")[0] == first.text.split(" reading ")[0]
    assert engine.asked[-1][0] < PIECE_SECONDS * 16000
