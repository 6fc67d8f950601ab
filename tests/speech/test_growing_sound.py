"""A sentence that sounds before all of it is made: the same sound, sooner."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.speech.small_vits import FRAMES_PER_PHONEME, HOP, SAMPLE_RATE, small_vits
from voice.evaluation.virtual_time import VirtualQueues
from voice.piper_files import find_voice
from voice.speech import PiperSpeaker
from voice.speech.growing_sound import BEGINNING_SECONDS, GrowingSound
from voice.speech.piper_voice import LoadedVoice
from voice.speech.vits_halves import VitsHalves

LONG = "Thank you for waiting, I have found your account and the bill has been paid in full."
SHORT = "Yes."
RATE = 8000


@pytest.fixture(scope="module")
def hummer(tmp_path_factory: pytest.TempPathFactory, embedded_voice_path: Path) -> Path:
    """A voice whose network has two halves."""
    like = find_voice(embedded_voice_path).model
    return small_vits(tmp_path_factory.mktemp("voices") / "hummer", like)


@pytest.fixture
def speaker(hummer: Path) -> Iterator[PiperSpeaker]:
    with closing(PiperSpeaker.load(hummer)) as speaker:
        yield speaker


class Hesitation:
    """Holds the generator back, or ends it, once it has made a sentence's beginning."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.goes_on = threading.Event()
        self.error: Exception | None = None
        self._made = 0
        real = VitsHalves.samples

        def samples(halves: VitsHalves, *what: Any) -> Any:
            self._made += 1
            if self._made > 1:
                assert self.goes_on.wait(10)
                if self.error is not None:
                    raise self.error
            return real(halves, *what)

        monkeypatch.setattr(VitsHalves, "samples", samples)


@pytest.fixture
def hesitation(speaker: PiperSpeaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hesitation]:
    held = Hesitation(monkeypatch)
    yield held
    held.goes_on.set()


async def test_a_sentence_comes_when_its_beginning_is_made(
    speaker: PiperSpeaker, hesitation: Hesitation
) -> None:
    clause = await asyncio.wait_for(speaker.synthesise(LONG, RATE, whole=False), 10)
    assert clause.to_come is not None
    await clause.made(round(0.5 * BEGINNING_SECONDS * RATE))
    rest = asyncio.create_task(clause.made(len(clause.pcm)))
    await asyncio.sleep(0)
    assert not rest.done()
    beginning = clause.pcm[: round(0.5 * BEGINNING_SECONDS * RATE)].copy()
    assert np.any(beginning)
    hesitation.goes_on.set()
    await asyncio.wait_for(rest, 10)
    assert np.array_equal(clause.pcm[: len(beginning)], beginning)


async def test_it_sounds_as_if_it_had_been_made_at_once(speaker: PiperSpeaker) -> None:
    growing = await speaker.synthesise(LONG, RATE, whole=False)
    assert growing.to_come is not None
    await growing.made(len(growing.pcm))
    speaker.forget()
    whole = await speaker.synthesise(LONG, RATE)
    assert whole.to_come is None and not whole.cached
    assert growing.duration_ms == pytest.approx(whole.duration_ms, abs=20)
    both = min(len(growing.pcm), len(whole.pcm))
    apart = growing.pcm[:both].astype(int) - whole.pcm[:both]
    assert np.abs(apart).max() <= 0.01 * np.abs(whole.pcm.astype(int)).max()
    assert growing.spoken_text == whole.spoken_text
    assert [word.text for word in growing.words] == [word.text for word in whole.words]
    starts = [[word.start_ms for word in clause.words] for clause in (growing, whole)]
    assert starts[0] == pytest.approx(starts[1], abs=1)


async def test_what_was_made_part_by_part_is_known_by_heart(speaker: PiperSpeaker) -> None:
    growing = await speaker.synthesise(LONG, RATE, whole=False)
    await speaker.synthesise(SHORT, RATE)  # by the same thread, after the rest
    again = await speaker.synthesise(LONG, RATE, whole=False)
    assert again.cached and again.to_come is None
    assert np.array_equal(again.pcm, growing.pcm)


async def test_a_voice_that_fails_midway_says_so_and_speaks_again(
    speaker: PiperSpeaker, hesitation: Hesitation
) -> None:
    clause = await speaker.synthesise(LONG, RATE, whole=False)
    hesitation.error = RuntimeError("out of memory")
    hesitation.goes_on.set()
    with pytest.raises(RuntimeError, match="out of memory"):
        await asyncio.wait_for(clause.made(len(clause.pcm)), 10)
    hesitation.error = None
    again = await speaker.synthesise(LONG, RATE)
    assert not again.cached and len(again.pcm)


@pytest.mark.parametrize("text", [SHORT, f"{LONG} {LONG}", LONG * 4, "", "…"])
async def test_what_is_short_long_or_several_sentences_comes_whole(
    speaker: PiperSpeaker, text: str
) -> None:
    clause = await speaker.synthesise(text, RATE, whole=False)
    assert clause.to_come is None
    await clause.made(len(clause.pcm))


def test_a_sentence_that_is_all_but_silent_is_made_at_once(hummer: Path) -> None:
    voice, _ = LoadedVoice.load(hummer)
    (sentence,) = voice.sentences(LONG)
    rates = SAMPLE_RATE, RATE
    assert GrowingSound.begun(sentence, 1.0, 0.2, rates) is not None
    assert GrowingSound.begun(sentence, 0.0, 0.2, rates) is None
    first = replace(sentence, groups=(sentence.groups[0].later(-0.3),))
    assert GrowingSound.begun(first, 1.0, 0.2, rates) is None


async def test_in_virtual_time_all_of_a_clause_is_waited_for(hummer: Path) -> None:
    with closing(PiperSpeaker.load(hummer, make_queue=VirtualQueues())) as speaker:
        assert (await speaker.synthesise(LONG, RATE, whole=False)).to_come is None


async def test_what_nobody_waits_for_is_not_made(
    speaker: PiperSpeaker, hesitation: Hesitation
) -> None:
    begun = await speaker.synthesise(LONG, RATE, whole=False)
    waiting = asyncio.create_task(speaker.synthesise(f"So, {LONG}", RATE, whole=False))
    while not speaker.depth:
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not speaker.depth
    hesitation.goes_on.set()
    await asyncio.wait_for(begun.made(len(begun.pcm)), 10)


def test_words_have_the_times_of_their_phonemes_where_the_network_tells_none(hummer: Path) -> None:
    voice, _ = LoadedVoice.load(hummer)
    (sentence,) = voice.speak("Two words.")
    each = FRAMES_PER_PHONEME * HOP / SAMPLE_RATE
    first, second = sentence.groups
    assert first.start == pytest.approx(2 * each)
    assert second.end > first.end > first.start
    assert len(sentence.samples) / SAMPLE_RATE > second.end


def test_it_takes_as_long_as_it_is_told_to(hummer: Path) -> None:
    voice, _ = LoadedVoice.load(hummer)
    quick, slow = (sum(len(one.samples) for one in voice.speak(LONG, pace)) for pace in (0.8, 1.6))
    assert slow == 2 * quick


async def test_another_network_is_spoken_with_whole(
    tmp_path: Path, embedded_voice_path: Path
) -> None:
    other = small_vits(tmp_path / "other", find_voice(embedded_voice_path).model, joint="first")
    assert VitsHalves.open(other / "voice.onnx", 1) is None
    for path in (other, embedded_voice_path):
        with closing(PiperSpeaker.load(path)) as speaker:
            clause = await speaker.synthesise(LONG, RATE, whole=False)
            assert clause.to_come is None and len(clause.pcm)


def test_no_network_at_all_has_no_halves(tmp_path: Path) -> None:
    damaged = tmp_path / "voice.onnx"
    assert VitsHalves.open(damaged, 1) is None
    damaged.write_bytes(b"not a network")
    assert VitsHalves.open(damaged, 1) is None
