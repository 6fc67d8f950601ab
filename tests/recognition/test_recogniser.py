"""What is spoken comes back as words, and what is not spoken comes back as none."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from voice.audio import Pcm, dbfs, resample, silence, with_gain
from voice.engine_queue import EngineBusy, Priority
from voice.engine_steps import Steps, alone
from voice.languages import language
from voice.recognition import ANYTHING, Expectation, WhisperRecogniser, Word, folder
from voice.recognition.decoding import Decoder, WindowReading
from voice.recognition.encoding import Encoded, Encoder
from voice.recognition.folder import Description
from voice.recognition.reader import Reader, WindowedAudio

BALANCE = "How can I help you?"
RATE = 8000
FOUR_DIGITS = Expectation("digits", digits=4)


def noise(seconds: float, amplitude: float) -> Pcm:
    samples = np.random.default_rng(7).normal(0, amplitude, int(seconds * RATE))
    return samples.clip(-32768, 32767).astype(np.int16)


def tone(seconds: float, *hertz: float, amplitude: float = 6000) -> Pcm:
    time = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * frequency * time) for frequency in hertz)
    return np.asarray(wave * amplitude / len(hertz), np.int16)


async def test_a_sentence_is_recognised(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    transcript = await recogniser.transcribe(spoken(BALANCE), RATE)

    assert transcript.text == "how can i help you"
    assert transcript.language == "en"
    assert 0.5 < transcript.confidence <= 1
    assert transcript.no_speech_probability < 0.5
    assert transcript.audio_seconds == pytest.approx(len(spoken(BALANCE)) / RATE, abs=0.01)


async def test_words_lie_in_the_audio_one_after_the_other(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    transcript = await recogniser.transcribe(spoken(BALANCE), RATE)

    assert " ".join(word.text for word in transcript.words) == transcript.text
    assert all(0 <= word.probability <= 1 for word in transcript.words)
    starts = [word.start_ms for word in transcript.words]
    assert starts == sorted(starts)
    assert transcript.words[-1].end_ms <= transcript.audio_seconds * 1000


async def test_no_time_is_spent_on_the_times_of_words_that_nobody_asked_for(
    embedded_recogniser_path: Path, spoken: Callable[[str], Pcm]
) -> None:
    engine = WhisperRecogniser.load(embedded_recogniser_path)
    try:
        transcript = await engine.transcribe(spoken(BALANCE), RATE)
    finally:
        engine.close()

    assert transcript.text == "how can i help you"
    assert transcript.words == ()


@pytest.mark.parametrize("sample_rate", [8000, 16000, 22050, 48000])
async def test_audio_of_any_rate_is_understood(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], sample_rate: int
) -> None:
    audio = resample(spoken(BALANCE), RATE, sample_rate)

    assert (await recogniser.transcribe(audio, sample_rate)).text == "how can i help you"


@pytest.mark.parametrize("decibel", [-30, -12, 6])
async def test_loud_and_soft_speakers_are_understood(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], decibel: float
) -> None:
    audio = with_gain(spoken(BALANCE), decibel)

    assert (await recogniser.transcribe(audio, RATE)).text == "how can i help you"


@pytest.mark.parametrize("level_dbfs", [-45.0, 3.0], ids=["faint", "clipped"])
async def test_faint_and_clipped_speech_is_understood(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm], level_dbfs: float
) -> None:
    audio = with_gain(spoken(BALANCE), level_dbfs - dbfs(spoken(BALANCE)))

    assert (await recogniser.transcribe(audio, RATE)).text == "how can i help you"


async def test_digits_are_preferred_where_they_are_expected(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    transcript = await recogniser.transcribe(
        spoken("four seven two nine"), RATE, expect=FOUR_DIGITS
    )

    assert transcript.text == "four seven two nine"


async def test_a_sentence_stays_a_sentence_where_digits_were_expected(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    transcript = await recogniser.transcribe(spoken(BALANCE), RATE, expect=FOUR_DIGITS)

    assert transcript.text == "how can i help you"


@pytest.mark.parametrize(
    "audio",
    [
        pytest.param(silence(0), id="nothing"),
        pytest.param(silence(100), id="12 ms"),
        pytest.param(silence(3 * RATE), id="digital silence"),
        pytest.param(noise(3, 2), id="the codec's last bit"),
        pytest.param(noise(3, 300), id="soft noise"),
        pytest.param(noise(2, 3000), id="loud noise"),
        pytest.param(tone(2, 350, 440), id="dial tone"),
        pytest.param(tone(2, 425), id="ringing"),
        pytest.param(tone(0.3, 697, 1209), id="a pressed key"),
        pytest.param(tone(3, 100, 150, 200, amplitude=1500), id="hum"),
        pytest.param(np.tile(noise(0.02, 9000), 1), id="a click"),
    ],
)
async def test_where_nobody_speaks_there_are_no_words(
    recogniser: WhisperRecogniser, audio: Pcm
) -> None:
    transcript = await recogniser.transcribe(audio, RATE)

    assert transcript.text == ""
    assert transcript.words == ()
    assert transcript.confidence == 0


async def test_long_audio_is_read_to_its_end(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    pause = silence(RATE)
    audio = np.concatenate([part for _ in range(15) for part in (spoken(BALANCE), pause)])

    transcript = await recogniser.transcribe(audio, RATE)

    assert transcript.text.split().count("help") >= 13
    assert transcript.words[-1].end_ms > 30_000


async def test_many_calls_share_one_engine(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    sentences = [BALANCE, "Are you still there?", "I cannot hear you. Goodbye."] * 4

    transcripts = await asyncio.gather(
        *(recogniser.transcribe(spoken(sentence), RATE) for sentence in sentences)
    )

    alone = [(await recogniser.transcribe(spoken(sentence), RATE)).text for sentence in sentences]
    assert [transcript.text for transcript in transcripts] == alone


async def test_a_final_transcript_overtakes_partial_ones(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    finished: list[str] = []

    async def read(name: str, priority: Priority) -> None:
        with suppress(EngineBusy):  # a partial one that gave way
            await recogniser.transcribe(spoken(BALANCE), RATE, priority=priority)
        finished.append(name)

    jobs = [asyncio.create_task(read("partial", Priority.PARTIAL)) for _ in range(6)]
    jobs.append(asyncio.create_task(read("final", Priority.FINAL)))
    await asyncio.gather(*jobs)

    assert finished.index("final") <= 2  # at most those that ran already came before it


async def test_a_cancelled_request_leaves_the_queue(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    jobs = [asyncio.create_task(recogniser.transcribe(spoken(BALANCE), RATE)) for _ in range(8)]
    await asyncio.sleep(0)
    for job in jobs[1:]:
        job.cancel()
    await asyncio.gather(*jobs, return_exceptions=True)

    assert recogniser.depth == 0
    assert (await recogniser.transcribe(spoken(BALANCE), RATE)).text == "how can i help you"


async def test_a_full_engine_says_so(
    embedded_recogniser_path: Path, spoken: Callable[[str], Pcm]
) -> None:
    engine = WhisperRecogniser.load(embedded_recogniser_path, capacity=2)
    try:
        jobs = [asyncio.create_task(engine.transcribe(spoken(BALANCE), RATE)) for _ in range(20)]
        results = await asyncio.gather(*jobs, return_exceptions=True)
    finally:
        engine.close()

    assert any(isinstance(result, EngineBusy) for result in results)
    assert not isinstance(results[0], BaseException)


async def test_the_event_loop_runs_on_while_a_recording_is_read(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    audio = np.concatenate([spoken(BALANCE)] * 10)
    job = asyncio.create_task(recogniser.transcribe(audio, RATE))
    turns = 0
    while not job.done():
        await asyncio.sleep(0.001)
        turns += 1

    assert turns > 5
    await job


async def test_warming_up_leaves_nothing_behind(recogniser: WhisperRecogniser) -> None:
    await recogniser.warm_up()

    assert recogniser.depth == 0


class _Gated:
    """A decoder that waits in its first window until it may go on."""

    def __init__(self) -> None:
        self.entered, self.may_go_on = threading.Event(), threading.Event()
        self.windows = 0

    def read(self, encoded: Encoded, expect: Expectation) -> Steps[WindowReading]:
        yield from ()
        self.windows += 1
        self.entered.set()
        assert self.may_go_on.wait(10)
        return WindowReading("plan", 1, -0.01, 0.0, ())


async def test_of_a_long_turn_that_nobody_waits_for_no_further_window_is_read(
    embedded_recogniser_path: Path,
) -> None:
    engine = WhisperRecogniser.load(embedded_recogniser_path)
    gated = _Gated()
    engine._router.default._decoder = cast(Decoder, gated)
    try:
        job = asyncio.create_task(engine.transcribe(noise(30, 3000), RATE))
        await asyncio.to_thread(gated.entered.wait, 10)
        job.cancel()
        await asyncio.gather(job, return_exceptions=True)
        gated.may_go_on.set()
        await engine.transcribe(noise(1, 3000), RATE)
    finally:
        engine.close()

    assert gated.windows == 2  # one of each


class _Slip:
    """A decoder that understands only what is spoken a little faster."""

    def __init__(self, heard_in: float) -> None:
        self.heard_in = heard_in
        self.lengths: list[float] = []

    def read(self, encoded: Encoded, expect: Expectation) -> Steps[WindowReading]:
        yield from ()
        self.lengths.append(encoded.seconds)
        if encoded.seconds > self.heard_in:
            return WindowReading("park", 1, -0.4, 0.0, (Word("park", 0, 400, 0.7),))
        return WindowReading("my plan", 2, -0.1, 0.0, (Word("my plan", 0, 1000, 0.9),))


@pytest.mark.parametrize(("doubt_below", "text"), [(0.9, "my plan"), (0.0, "park")])
def test_what_is_doubtful_is_read_again_at_other_tempos(
    embedded_recogniser_path: Path, doubt_below: float, text: str
) -> None:
    loaded = folder.load(embedded_recogniser_path, workers=1, compute_type="int8")
    description = Description(doubt_below=doubt_below, minimum_window_seconds=0.5)
    described = dataclasses.replace(loaded, description=description)
    reader = Reader(described, Encoder(described), language(), 1)
    slip = _Slip(heard_in=1.9)
    reader._decoder = cast(Decoder, slip)
    recording = WindowedAudio(resample(noise(2, 3000), RATE, 16000))

    transcript = alone(reader.read(recording, Priority.FINAL, ANYTHING))

    assert transcript.text == text
    assert len(slip.lengths) == (3 if doubt_below else 1)
    if doubt_below:
        assert transcript.words[-1].end_ms == 1070  # in the time of what was really spoken
