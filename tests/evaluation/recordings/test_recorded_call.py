"""Whole calls in virtual time: a recording is the caller of the classes that answer the phone."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.evaluation.recordings.evaluated import RATE, SETTINGS, Evaluate, Say
from voice.audio import StereoWriter, resample, silence, write_wav
from voice.languages import language

pytestmark = pytest.mark.calls

PLAN, PERSON = "What is my plan?", "I want to speak to a person."


def test_a_recorded_caller_is_answered_turn_by_turn(evaluate: Evaluate, say: Say) -> None:
    began = time.monotonic()
    result = evaluate(say(0.5, PLAN, 10.0, PERSON, 1.0), text=f"{PLAN} {PERSON}", goal="act=plan")
    assert time.monotonic() - began < 10
    assert result.failures == ()
    assert len(result.turns) == 2
    first, second = result.turns
    assert "Meadow Large" in first.response
    assert "colleague" in second.response
    assert result.errors is not None
    assert result.errors.words == 11
    assert len(result.heard) == 2
    assert result.task_success is True
    assert result.ended.startswith("transferred")
    assert not any(turn.cut_in or turn.missed for turn in result.turns)


def test_latency_is_the_end_of_turn_and_the_rest_of_the_table(evaluate: Evaluate, say: Say) -> None:
    (turn,) = evaluate(say(0.5, PLAN, 3.0)).turns
    assert turn.end_of_turn_ms is not None
    assert turn.voice_to_voice_ms is not None
    assert 300 <= turn.end_of_turn_ms <= 700
    assert turn.end_of_turn_ms < turn.voice_to_voice_ms < turn.end_of_turn_ms + 400
    assert sum(turn.stages_ms.values()) == pytest.approx(turn.voice_to_voice_ms, abs=1)


def test_the_same_recording_gives_the_same_result(evaluate: Evaluate, say: Say) -> None:
    sound = say(0.5, PLAN, 6.0, PERSON, 1.0)
    assert evaluate(sound) == evaluate(sound)


def test_the_greeting_is_heard_before_the_recording_begins(evaluate: Evaluate, say: Say) -> None:
    after = evaluate(say(0.1, PLAN, 3.0))
    at_once = evaluate(say(0.1, PLAN, 3.0), from_answer=True)
    assert after.call_seconds > at_once.call_seconds + 1
    assert after.audio_seconds == at_once.audio_seconds


def test_silence_is_asked_again_and_misses_nothing(evaluate: Evaluate) -> None:
    result = evaluate(silence(RATE * 5))
    assert result.turns == ()
    assert result.recognised == ""
    assert result.ended == "hang-up"


def test_a_caller_who_wants_a_person_is_handed_over(evaluate: Evaluate, say: Say) -> None:
    result = evaluate(say(0.5, PERSON, 9.0), goal="person")
    assert result.task_success is True
    assert result.ended.startswith("transferred")
    assert result.audio_seconds < result.recording_seconds


def test_a_goal_that_is_not_met_says_which_part(evaluate: Evaluate, say: Say) -> None:
    result = evaluate(say(0.5, PLAN, 3.0), goal="act=plan; tool=get_bill; says=42.17 euros")
    assert result.task_success is False
    assert result.unmet == ("tool=get_bill", "says=42.17 euros")


def test_a_goal_nobody_knows_is_a_failure_of_its_call(evaluate: Evaluate, say: Say) -> None:
    result = evaluate(say(0.5, PLAN, 3.0), goal="happiness")
    assert result.task_success is None
    assert "happiness" in result.failures[0]
    assert result.recognised


def test_a_reference_without_words_counts_in_no_rate(evaluate: Evaluate, say: Say) -> None:
    result = evaluate(say(0.5, PLAN, 3.0), text=" -- ")
    assert result.errors is None
    assert "holds no words" in result.failures[0]


def test_who_interrupts_is_heard(evaluate: Evaluate, say: Say) -> None:
    result = evaluate(say(0.5, PLAN, 2.5, "No, please stop, how much is my bill?", 6.0))
    assert len(result.turns) == 2
    assert result.turns[1].recognised


def test_a_call_that_outlasts_the_limit_is_listed(evaluate: Evaluate, say: Say) -> None:
    short = SETTINGS.calls.model_copy(update={"max_minutes": 0.2})
    sound = say(*[PLAN, 8.0] * 4)
    result = evaluate(sound, SETTINGS.model_copy(update={"calls": short}))
    assert "maximum length" in result.failures[0]
    assert result.audio_seconds < result.recording_seconds


def test_the_assistants_side_of_our_own_records_is_not_heard(
    evaluate: Evaluate, say: Say, tmp_path: Path
) -> None:
    caller, assistant = say(2.5, PLAN, 3.0), say(PERSON)
    with StereoWriter(tmp_path / "call.wav", RATE) as file:
        file.append(caller, assistant)
    result = evaluate(tmp_path / "call.wav", own=True)
    assert "plan" in result.recognised
    assert "person" not in result.recognised


def test_damage_in_the_middle_ends_the_recording_and_is_listed(
    evaluate: Evaluate, say: Say, tmp_path: Path
) -> None:
    file = tmp_path / "cut.flac"
    soundfile.write(file, say(0.5, PLAN, 3.0, PERSON, 30.0, PLAN), RATE)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) * 2 // 3])
    result = evaluate(file)
    assert any("cut.flac" in failure for failure in result.failures)


def test_noise_alone_ends_well(evaluate: Evaluate) -> None:
    noise = np.random.default_rng(1).normal(0, 600, RATE * 20).astype(np.int16)
    assert evaluate(noise).ended in {"hang-up", "no input"}


def test_a_wide_stereo_file_is_taken_by_its_side(
    evaluate: Evaluate, say: Say, tmp_path: Path
) -> None:
    spoken = say(0.5, PLAN, 3.0)
    wide = resample(spoken, RATE, 48_000)
    both = np.stack([wide, wide * 0], axis=1) / np.float32(32768)
    soundfile.write(tmp_path / "s.wav", both, 48_000, "FLOAT")
    assert "plan" in evaluate(tmp_path / "s.wav").recognised
    write_wav(tmp_path / "mono.wav", spoken, RATE)
    assert "plan" in evaluate(tmp_path / "mono.wav").recognised


def test_two_hours_of_silence_behind_the_words_end_as_a_call_does(
    evaluate: Evaluate, say: Say, tmp_path: Path
) -> None:
    file = tmp_path / "long.wav"
    minute = silence(60 * RATE)
    with soundfile.SoundFile(file, "w", RATE, 1, "PCM_U8") as writing:
        writing.write(say(0.5, PLAN))
        for _ in range(120):
            writing.write(minute)
    result = evaluate(file)
    assert result.recording_seconds > 7200
    assert result.audio_seconds < 120
    assert result.ended == "no input"


def test_a_caller_who_speaks_on_after_the_call_has_diverged(evaluate: Evaluate, say: Say) -> None:
    more = "how much is my bill and when is it due"
    result = evaluate(say(0.5, PERSON, 12.0, more, 1.0), text=f"{PERSON} {more}")
    assert result.diverged.startswith("the call was over (transferred")
    assert result.errors is not None
    assert result.errors.deletions == 0
    assert result.errors.words < 12


def test_three_minutes_without_a_pause_are_heard_whole_and_nobody_speaks_over_them(
    evaluate: Evaluate, say: Say
) -> None:
    spoken = say(PLAN)
    loud = np.flatnonzero(np.abs(spoken) > 200)
    between_words = silence(RATE * 80 // 1000)
    sentence = np.concatenate([spoken[loud[0] : loud[-1] + 1], between_words])
    speech = np.resize(sentence, 180 * RATE)
    result = evaluate(np.concatenate([silence(RATE // 2), speech, silence(3 * RATE)]))
    assert result.heard[0].count("plan") > 0.95 * len(speech) / len(sentence)
    assert len(result.heard) == 1 and "Meadow" in result.turns[0].response
    assert language().phrases.too_long not in result.turns[0].response


@pytest.mark.timeout(300)
def test_ten_minutes_without_a_pause_are_answered_and_end_as_a_call_does(
    evaluate: Evaluate, say: Say
) -> None:
    spoken = say(PLAN)
    loud = np.flatnonzero(np.abs(spoken) > 200)
    speech = np.resize(spoken[loud[0] : loud[-1] + 1], 600 * RATE)
    result = evaluate(np.concatenate([silence(RATE // 2), speech, silence(3 * RATE)]))
    assert "plan" in result.heard[0] and any("Meadow" in turn.response for turn in result.turns)
    assert max(map(len, result.heard)) < 10_000, "of the turn that is cut"
    assert not any("fault" in failure for failure in result.failures)
    assert result.ended


def test_silence_behind_the_call_is_no_divergence(evaluate: Evaluate, say: Say) -> None:
    assert evaluate(say(0.5, PERSON, 12.0)).diverged == ""


def test_a_silent_channel_is_a_failure_that_says_where_the_caller_is(
    evaluate: Evaluate, say: Say, tmp_path: Path
) -> None:
    spoken = say(0.5, PLAN, 3.0)
    soundfile.write(tmp_path / "s.wav", np.stack([spoken * 0, spoken], axis=1), RATE)
    result = evaluate(tmp_path / "s.wav")
    assert result.turns == ()
    assert "channel (left) is silent, the other is not: --caller right" in result.failures[0]


def test_hidden_numbers_are_judged_and_stay_hidden(evaluate: Evaluate, say: Say) -> None:
    number = "four two one seven"
    result = evaluate(say(0.5, f"My number is {number}.", 3.0), text=f"my number is {number}")
    assert "[hidden]" in result.recognised and "seven" not in result.recognised
    assert result.errors is not None
    assert result.errors.words == 7
    assert result.errors.edits <= 2
