"""The small parts of a call, without a call: digits, small words, barge-in, timers, journal."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.calls.event_log import EventLog
from voice.calls.barge_in import BargeIn, Step
from voice.calls.digits import spoken_digits
from voice.calls.event_files import EventFiles
from voice.calls.journal import CallJournal
from voice.calls.phrases import greeting
from voice.calls.timers import SilenceTimer
from voice.events import (
    CallAnswered,
    CallEnded,
    CallStarted,
    PartialTranscript,
    SpeechStarted,
    ToolReturned,
    from_json,
)
from voice.languages import language
from voice.records import call_folder
from voice.telemetry import Heartbeat
from voice.turns import Sound

ENGLISH = language()
RECORDED = ENGLISH.phrases.recorded


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("four two seven one", "4271"),
        ("it's four double two one", "4221"),
        ("my pin is 4 2 7 1", "4271"),
        ("forty two seventy one", "4271"),
        ("for two seven one", "4271"),
        ("oh nine triple five", "09555"),
        ("I have one question for you", "1"),
        ("my phone is lost", ""),
    ],
)
def test_digits_are_read_as_they_are_spoken(text: str, digits: str) -> None:
    assert spoken_digits(text, ENGLISH) == digits


@given(st.text(max_size=60))
def test_digits_come_out_of_anything(text: str) -> None:
    assert all(character.isdigit() for character in spoken_digits(text, ENGLISH))


@pytest.mark.parametrize("text", ["Okay.", "mm-hm", "uh huh", "yeah, right", "I see"])
def test_a_listener_says_go_on(text: str) -> None:
    assert ENGLISH.listening.is_backchannel(text)


@pytest.mark.parametrize("text", ["", "stop", "yes please", "no", "okay what is my plan"])
def test_a_speaker_wants_the_floor(text: str) -> None:
    assert not ENGLISH.listening.is_backchannel(text)


def test_a_recorded_caller_is_told_before_the_question() -> None:
    text = "You speak with an automated assistant. How can I help you?"
    assert greeting(text, ENGLISH, recorded=True) == [
        ("You speak with an automated assistant.", True),
        (RECORDED, True),
        ("How can I help you?", False),
    ]
    assert [clause for clause, _ in greeting("Hello there.", ENGLISH, True)] == [
        RECORDED,
        "Hello there.",
    ]
    assert RECORDED not in dict(greeting(text, ENGLISH, recorded=False))
    assert RECORDED in ENGLISH.phrases.fixed


def steps(barge_in: BargeIn, *stretches: tuple[bool, int]) -> list[tuple[int, Step]]:
    found, ms = [], 0
    for voiced, length in stretches:
        for _ in range(length // 20):
            ms += 20
            step = barge_in.push(Sound.VOICE if voiced else Sound.SILENCE, audible=True)
            if step is not None:
                found.append((ms, step))
    return found


def test_speech_ducks_at_once_and_silences_the_assistant_within_half_a_second() -> None:
    found = steps(BargeIn(), (True, 800))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.YIELD]
    assert found[0][0] <= 100
    assert found[1][0] <= 500


def test_a_short_sound_is_let_go_within_half_a_second() -> None:
    found = steps(BargeIn(), (True, 200), (False, 600))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]
    assert found[1][0] <= 520


def test_a_short_word_that_means_something_takes_the_floor() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 240), (False, 200))
    assert barge_in.takes_floor("stop", ENGLISH)


def test_okay_lets_the_assistant_go_on() -> None:
    barge_in = BargeIn()
    assert steps(barge_in, (True, 240), (False, 200))[-1][1] is Step.DUCK
    assert not barge_in.takes_floor("okay", ENGLISH)
    assert steps(barge_in, (False, 20)) == [(20, Step.RESUME)]


def test_a_long_backchannel_is_waited_for() -> None:
    barge_in = BargeIn()
    found = steps(barge_in, (True, 600), (False, 200))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD]
    assert not barge_in.takes_floor("all right", ENGLISH)
    assert steps(barge_in, (False, 20)) == [(20, Step.RESUME)]


def test_a_voice_without_words_lets_the_assistant_go_on_after_a_while() -> None:
    found = steps(BargeIn(), (True, 600), (False, 2000))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.RESUME]


def test_a_click_makes_nobody_deaf_to_what_follows() -> None:
    found = steps(BargeIn(), (True, 40), (False, 1000), (True, 800))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME, Step.DUCK, Step.HOLD, Step.YIELD]
    assert found[3][0] - 1040 <= 500


def test_a_word_that_has_just_ended_does_not_take_the_floor() -> None:
    found = steps(BargeIn(), (True, 440), (False, 600))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]


def test_what_is_no_voice_does_not_take_the_floor_however_long_it_lasts() -> None:
    found = steps(BargeIn(lambda: False), (True, 3000))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]
    assert found[1][0] <= 500


def test_a_voice_that_follows_a_noise_without_a_pause_takes_the_floor() -> None:
    opinions = iter([False, False, True])
    found = steps(BargeIn(lambda: next(opinions)), (True, 1000))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME, Step.HOLD]


def test_what_turns_out_to_be_an_echo_is_let_go_at_once() -> None:
    barge_in = BargeIn()
    said = [barge_in.push(Sound.MAYBE, audible=True) for _ in range(4)]
    assert [step for step in said if step] == [Step.DUCK]
    assert barge_in.push(Sound.ECHO, audible=True) is Step.RESUME


def test_whoever_speaks_on_after_a_gap_takes_the_floor() -> None:
    found = steps(BargeIn(), (True, 420), (False, 80), (True, 400))
    assert [step for _, step in found[-2:]] == [Step.HOLD, Step.YIELD]
    assert found[-2][0] <= 600


def test_the_edge_is_told_to_duck_after_two_frames_of_a_voice() -> None:
    assert steps(BargeIn(), (True, 200))[0] == (40, Step.DUCK)


async def test_silence_that_is_over_is_noticed_right_after_a_noise() -> None:
    expired = asyncio.Event()
    timer = SilenceTimer(0.05, expired.set)
    timer.start()
    timer.hold()
    await asyncio.sleep(0.1)
    assert not expired.is_set()
    timer.resume()
    await asyncio.wait_for(expired.wait(), 0.5)


def test_the_journal_numbers_events_and_survives_a_broken_sink() -> None:
    def broken(event: object) -> None:
        raise OSError("no")

    log = EventLog()
    now = iter([10.0, 10.25, 11.0])
    journal = CallJournal("j", [broken, log], clock=lambda: next(now), wall=lambda: 1.0)
    journal.record(CallAnswered)
    journal.record(SpeechStarted)
    assert [(event.sequence, event.ms) for event in log.events] == [(0, 250), (1, 1000)]


def test_events_lie_in_the_folder_of_their_call(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    journal = CallJournal("../../x", [files])
    journal.record(CallAnswered)
    journal.record(CallEnded, reason="over", by="caller")
    files.close()
    folder = call_folder(tmp_path, "../../x")
    assert folder.parent == tmp_path
    lines = (folder / "events.jsonl").read_text().splitlines()
    assert [from_json(line).name for line in lines] == ["CallAnswered", "CallEnded"]


def test_what_is_only_shown_in_passing_takes_no_number_and_no_place(tmp_path: Path) -> None:
    files, log = EventFiles(tmp_path), EventLog()
    journal = CallJournal("c1", [files, log])
    journal.record(CallAnswered)
    for text in ("what", "what is"):
        journal.record(PartialTranscript, text=text, passing=True)
    journal.record(PartialTranscript, text="what is my plan")
    journal.record(CallEnded, reason="over", by="caller")
    files.close()
    kept = [from_json(line) for line in (tmp_path / "c1" / "events.jsonl").read_text().splitlines()]
    assert [event.sequence for event in kept] == [0, 1, 2]
    assert [event.text for event in kept if isinstance(event, PartialTranscript)] == [
        "what is my plan"
    ]
    assert [event.sequence for event in log.passing] == [1, 1]


def test_an_event_that_cannot_be_written_costs_no_other(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    odd, other = CallJournal("odd", [files]), CallJournal("other", [files])
    odd.record(CallStarted, caller_number="\udcff\udcfe", called="100")
    odd.record(ToolReturned, tool="get_plan", result={"not for JSON": object()})
    other.record(CallAnswered)
    files.close()
    assert files.lost == 1
    assert (tmp_path / "other" / "events.jsonl").read_text()
    assert "CallStarted" in (tmp_path / "odd" / "events.jsonl").read_text()


def test_a_full_disk_keeps_no_file_of_a_call_that_is_over_open(tmp_path: Path) -> None:
    def call(name: str) -> None:
        journal = CallJournal(name, [files])
        journal.record(CallAnswered)
        journal.record(CallEnded, reason="over", by="caller")

    files = EventFiles(tmp_path)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").symlink_to("/dev/full")
        call(name)
    call("written")
    written = tmp_path / "written" / "events.jsonl"
    deadline = time.monotonic() + 5
    while not (written.exists() and "CallEnded" in written.read_text()):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    held = [os.path.realpath(f"/proc/self/fd/{number}") for number in os.listdir("/proc/self/fd")]
    assert "/dev/full" not in held
    files.close()
    assert files.lost >= 2


def test_the_heartbeat_gives_the_stall_that_few_beats_exceed(tmp_path: Path) -> None:
    beat = Heartbeat(tmp_path / "calls.json")
    for _ in range(999):
        beat.record(0.2)
    beat.record(40.0)
    assert beat.stall_ms(0.5) <= 0.5
    assert beat.stall_ms(0.9999) == pytest.approx(40.0, abs=0.6)
