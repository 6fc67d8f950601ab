"""Turns in real sound: the embedded voices at telephone rate, through silence, hiss and hum."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from voice import silero
from voice.audio import Pcm, dbfs, mixed, silence, with_gain
from voice.errors import ModelError
from voice.settings.turns import Turns
from voice.speech import PiperSpeaker
from voice.turns import EndOfTurn, FalseStart, SpeechOnset, TurnSignal, TurnTracker

RATE = 8000
Detector = Literal["webrtc", "silero"]
detectors = pytest.mark.parametrize("detector", ["webrtc", "silero"])


@pytest.fixture(scope="module")
def sentence(embedded_caller_voice_path: Path) -> Pcm:
    """About two seconds of speech, without silence at its ends."""
    speaker = PiperSpeaker.load(embedded_caller_voice_path)
    clause = asyncio.run(speaker.synthesise("How much do I have to pay this month?", RATE))
    speaker.close()
    loud = np.flatnonzero(np.abs(clause.pcm) > 300)
    return clause.pcm[loud[0] : loud[-1] + 1]


def noise(seconds: float, dbfs: float) -> Pcm:
    spread = 32768 * 10 ** (dbfs / 20)
    return np.random.default_rng(7).normal(0, spread, round(seconds * RATE)).astype(np.int16)


def hum(seconds: float, dbfs: float) -> Pcm:
    """Mains hum with its harmonics."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = np.sum([np.sin(2 * np.pi * 50 * k * time) / k for k in (1, 2, 3, 5, 7)], axis=0)
    peak = 32768 * 10 ** (dbfs / 20)
    return np.asarray(wave / np.std(wave) * peak, np.int16)


def follow(pcm: Pcm, detector: Detector) -> list[tuple[int, TurnSignal]]:
    """The signals in `pcm`, each with its time in ms."""
    tracker = TurnTracker(Turns(detector=detector), RATE)
    found = []
    for start in range(0, len(pcm) - 159, 160):
        signal = tracker.push(pcm[start : start + 160])
        if signal is not None:
            found.append((1000 * (start + 160) // RATE, signal))
    return found


def turns(timeline: list[tuple[int, TurnSignal]]) -> list[tuple[int, EndOfTurn]]:
    return [(ms, signal) for ms, signal in timeline if isinstance(signal, EndOfTurn)]


@detectors
@pytest.mark.parametrize("noise_dbfs", [None, -55.0, -45.0])
def test_a_sentence_is_one_turn(
    sentence: Pcm, detector: Detector, noise_dbfs: float | None
) -> None:
    sound = np.concatenate([silence(4 * RATE), sentence, silence(2 * RATE)])
    if noise_dbfs is not None:
        sound = mixed(sound, noise(len(sound) / RATE, noise_dbfs))
    timeline = follow(sound, detector)
    ended = turns(timeline)
    assert len(ended) == 1
    began = next(ms for ms, signal in timeline if isinstance(signal, SpeechOnset))
    assert 4000 <= began <= 4350
    speech_end = 4000 + 1000 * len(sentence) // RATE
    assert speech_end + 300 <= ended[0][0] <= speech_end + 900


@detectors
@pytest.mark.parametrize("level_dbfs", [-45.0, 12.0], ids=["faint", "clipped"])
def test_a_faint_or_clipped_sentence_is_one_turn(
    sentence: Pcm, detector: Detector, level_dbfs: float
) -> None:
    heard = with_gain(sentence, level_dbfs - dbfs(sentence))
    assert dbfs(heard) == pytest.approx(-45, abs=0.5) or (np.abs(heard) > 32_000).mean() > 0.2
    sound = np.concatenate([silence(2 * RATE), heard, silence(2 * RATE)])
    ((over_ms, over),) = turns(follow(sound, detector))
    speech_end = 2000 + 1000 * len(sentence) // RATE
    assert speech_end + 300 <= over_ms <= speech_end + 900
    assert over.voiced_ms > 0.45 * 1000 * len(sentence) / RATE


def test_ten_minutes_without_a_pause_are_cut_into_long_turns_and_the_next_sentence_is_heard(
    sentence: Pcm,
) -> None:
    speech = np.resize(sentence, 600 * RATE)
    sound = np.concatenate([silence(RATE), speech, silence(RATE), sentence, silence(RATE)])
    *cut, (_, _), (last_ms, last) = turns(follow(sound, "webrtc"))
    longest_ms = 1000 * Turns().max_seconds
    assert cut and all(over.cut for _, over in cut)
    times = [1000, *(ms for ms, _ in cut)]
    assert all(longest_ms <= end - begin for begin, end in pairwise(times))
    assert not last.cut and last_ms > 602_000


@detectors
def test_two_sentences_a_second_apart_are_two_turns(sentence: Pcm, detector: Detector) -> None:
    sound = np.concatenate(
        [silence(RATE), sentence, silence(5 * RATE // 4), sentence, silence(RATE)]
    )
    assert len(turns(follow(sound, detector))) == 2


@detectors
def test_room_tone_after_speech_does_not_hold_the_turn_open(
    sentence: Pcm, detector: Detector
) -> None:
    sound = np.concatenate([silence(RATE), sentence, silence(6 * RATE)])
    sound = mixed(sound, noise(len(sound) / RATE, -42.0))
    ended = turns(follow(sound, detector))
    assert ended
    assert ended[0][0] <= 1000 + 1000 * len(sentence) // RATE + 3500


@detectors
def test_hum_ends_by_itself_and_does_not_come_back(detector: Detector) -> None:
    sound = np.concatenate([silence(2 * RATE), hum(12.0, -35.0)])
    timeline = follow(sound, detector)
    assert not any(ms > 7000 and isinstance(signal, SpeechOnset) for ms, signal in timeline)
    assert not timeline or isinstance(timeline[-1][1], EndOfTurn | FalseStart)


@detectors
def test_silence_and_faint_noise_are_no_turn(detector: Detector) -> None:
    assert turns(follow(np.concatenate([silence(3 * RATE), noise(5.0, -60.0)]), detector)) == []


def test_detectors_need_a_telephone_rate() -> None:
    with pytest.raises(ValueError, match="8 or 16 kHz"):
        TurnTracker(Turns(), 44100)


def test_silero_shares_one_session_and_does_not_import_pipecat() -> None:
    program = (
        "import sys; from voice.silero import SileroVad; a, b = SileroVad(8000), SileroVad(16000);"
        "assert a._session is b._session; print('pipecat' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_a_missing_silero_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "_MODEL", "pipecat/audio/vad/data/absent.onnx")
    silero._shared_session.cache_clear()
    with pytest.raises(ModelError, match="silero"):
        silero.SileroVad(8000)
    silero._shared_session.cache_clear()
