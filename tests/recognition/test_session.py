"""One call's turn: fed in 20 ms frames, read as often as wanted, forgotten at its end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.recognition import Expectation, RecognitionSession, Transcript, WhisperRecogniser

RATE = 8000
FRAME = 160


class Listener:
    """An engine that only notes what it is asked."""

    def __init__(self) -> None:
        self.depth = 0
        self.asked: list[tuple[int, Priority, Expectation]] = []

    async def transcribe(
        self, pcm: Pcm, sample_rate: int, *, priority: Priority, expect: Expectation
    ) -> Transcript:
        assert sample_rate == 16000
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
    assert partial.text.startswith("how can")
    assert partial.words == ()


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


async def test_of_an_endless_turn_the_last_minute_is_kept() -> None:
    engine = Listener()
    session = RecognitionSession(engine)
    session.start(np.zeros(0, np.int16), RATE)
    for _ in range(80):
        session.feed(np.zeros(RATE, np.int16), RATE)

    assert 60 <= session.audio_seconds <= 61
