"""Every stream of events has an end, also that of a call whose process was killed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from voice.calls.abandoned_calls import end_abandoned_calls
from voice.calls.event_files import EventFiles
from voice.calls.journal import CallJournal
from voice.events import CallAnswered, CallEnded, CallEvent, CallStarted, from_json
from voice.records import EVENTS

LONG_AGO = 1_000_000_000


def events_of(folder: Path) -> list[CallEvent]:
    return [from_json(line) for line in (folder / EVENTS).read_text().splitlines()]


@pytest.fixture
def abandoned(tmp_path: Path) -> Path:
    """The records of a call whose process died after two events."""
    files = EventFiles(tmp_path)
    clock = iter([10.0, 10.5, 17.25])
    journal = CallJournal("c", [files], clock=lambda: next(clock), wall=lambda: 99.0)
    journal.record(CallStarted, caller_number=None, called="100")
    journal.record(CallAnswered)
    files.close()
    os.utime(tmp_path / "c" / EVENTS, (LONG_AGO, LONG_AGO))
    return tmp_path / "c"


def test_an_abandoned_call_ends_with_its_last_event(abandoned: Path) -> None:
    assert end_abandoned_calls(abandoned.parent) == 1
    *_, answered, end = events_of(abandoned)
    assert isinstance(end, CallEnded)
    assert (end.reason, end.by) == ("call process lost", "system")
    assert (end.call_id, end.sequence, end.wall_time) == ("c", 2, answered.wall_time)
    assert end.ms == end.duration_ms == answered.ms == 7250
    assert end_abandoned_calls(abandoned.parent) == 0


def test_it_is_kept_no_longer_than_before(abandoned: Path) -> None:
    end_abandoned_calls(abandoned.parent)
    assert (abandoned / EVENTS).stat().st_mtime == LONG_AGO


def test_a_line_that_was_cut_off_stays_apart_from_the_end(abandoned: Path) -> None:
    with (abandoned / EVENTS).open("a") as file:
        file.write('{"event": "ClauseSpo')
    assert end_abandoned_calls(abandoned.parent) == 1
    cut, end = (abandoned / EVENTS).read_text().splitlines()[-2:]
    assert cut == '{"event": "ClauseSpo' and isinstance(from_json(end), CallEnded)


def test_a_running_call_is_left_alone(tmp_path: Path) -> None:
    files = EventFiles(tmp_path)
    journal = CallJournal("c", [files])
    journal.record(CallAnswered)
    deadline = time.monotonic() + 20
    while not any(file.stat().st_size for file in tmp_path.glob(f"c/{EVENTS}")):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert end_abandoned_calls(tmp_path) == 0
    journal.record(CallEnded, reason="hang-up", by="caller")
    files.close()
    assert [event.name for event in events_of(tmp_path / "c")] == ["CallAnswered", "CallEnded"]


@pytest.mark.parametrize("text", ["", "\x00\xff not JSON\n[]\n7\n", '{"event": "CallAnswered"}\n'])
def test_what_is_no_call_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / EVENTS).write_text(text)
    assert end_abandoned_calls(tmp_path) == 0
    assert (tmp_path / "odd" / EVENTS).read_text() == text


def test_a_call_that_cannot_be_written_keeps_no_other_from_its_end(
    abandoned: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a", "d"):
        (abandoned.parent / name / EVENTS).mkdir(parents=True)
    assert end_abandoned_calls(abandoned.parent) == 1
    assert len(caplog.records) == 2


def test_records_that_are_not_there_are_nothing_to_end(tmp_path: Path) -> None:
    assert end_abandoned_calls(tmp_path / "none") == 0
