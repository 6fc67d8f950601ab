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
from voice.calls.event_files import EventFiles
from voice.calls.identity.digits import spoken_digits
from voice.calls.journal import CallJournal
from voice.calls.leaving.timers import SilenceTimer
from voice.calls.phrases import greeting
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
