"""The board: whoever was away learns everything once; nothing grows without bound."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Any

from tests.supervision.events_of_a_call import EventsOfACall
from voice.events import CallEnded, ClauseSpoken, FinalTranscript, PartialTranscript, Transferred
from voice.feed import SoundCount
from voice.records import EVENTS
from voice.supervision.board import MOST_ENDED, Board
from voice.supervision.past_calls import PastCalls


class Page:
    """Keeps what a page keeps: rows by call, lines by number."""

    def __init__(self) -> None:
        self.run, self.position = "", 0
        self.rows: dict[str, Any] = {}
        self.lines: dict[int, Any] = {}
        self.told: list[int] = []

    def catch_up(self, board: Board) -> None:
        told = board.changes_since(self.run, self.position)
        self.rows.update({row["id"]: row for row in told["calls"]})
        self.rows = {key: row for key, row in self.rows.items() if key in told["kept"]}
        call = board.call("c0")
        if call:
            lines = call.changes_since(self.position if self.run == board.run else 0)["lines"]
            self.told += [line["position"] for line in lines]
            self.lines.update({line["number"]: line for line in lines})
        self.run, self.position = told["run"], told["position"]


def test_a_page_that_was_away_has_neither_gap_nor_double() -> None:
    chance = random.Random(7)
    board = Board(12, wall=lambda: 1000.0)
    calls = [EventsOfACall(f"c{number}") for number in range(3)]
    constant, away, late = Page(), Page(), Page()
    for call in calls:
        board.apply(call.started())
    for step in range(300):
        call = chance.choice(calls)
        kind = chance.choice([PartialTranscript, FinalTranscript, ClauseSpoken])
        extra: dict[str, Any] = {"text": f"words {step}"}
        if kind is FinalTranscript:
            extra["confidence"] = 0.9
        if kind is ClauseSpoken:
            extra["kind"] = "answer"
        board.apply(call.next(kind, **extra))
        constant.catch_up(board)
        if chance.random() < 0.05:
            away.catch_up(board)
    away.catch_up(board)
    late.catch_up(board)
    assert constant.rows == away.rows == late.rows and len(constant.rows) == 3
    assert constant.lines == away.lines == late.lines
    assert sorted(constant.lines) == list(range(len(constant.lines)))
    assert len(constant.told) == len(set(constant.told))


def test_a_page_of_an_earlier_process_begins_anew() -> None:
    first, second = Board(12, wall=lambda: 1000.0), Board(12, wall=lambda: 1000.0)
    call = EventsOfACall("c0")
    event = call.started()
    first.apply(event)
    second.apply(event)
    page = Page()
    page.catch_up(first)
    page.position = 99
    page.catch_up(second)
    assert page.run == second.run and page.position == 1 and len(page.rows) == 1


def test_calls_leave_the_board_after_some_hours_and_beyond_a_number() -> None:
    now = 1000.0
    board = Board(1, wall=lambda: now)
    for number in range(MOST_ENDED + 20):
        call = EventsOfACall(f"c{number}", wall=900.0)
        board.apply(call.started())
        board.apply(call.next(CallEnded, reason="over", by="caller", duration_ms=10))
    assert len(board.changes_since("", 0)["kept"]) == MOST_ENDED
    now += 3700
    board.forget_old()
    page = Page()
    page.catch_up(board)
    assert page.rows == {}


def test_a_call_whose_process_died_ends_and_comes_back_if_it_was_only_away() -> None:
    board = Board(1, wall=lambda: 1000.0)
    call = EventsOfACall()
    board.apply(call.started())
    board.end_silently("c1")
    assert board.changes_since("", 0)["calls"][0]["state"] == "ended"
    board.apply(call.next(PartialTranscript, text="still here"))
    (row,) = board.changes_since("", 0)["calls"]
    assert row["state"] == "caller speaks" and row["end"] == ""


def test_a_call_whose_process_was_only_away_comes_back_with_what_was_known_before() -> None:
    board = Board(1, wall=lambda: 5000.0)
    call = EventsOfACall()
    events = [call.started(), call.next(PartialTranscript, text="hello")]
    for event in events:
        board.apply(event)
    board.end_silently("c1")
    page = Page()
    page.catch_up(board)
    row = page.rows["c1"]
    assert (row["state"], row["end"], row["duration_ms"]) == ("ended", "unknown", 200)
    board.apply(events[0])
    page.catch_up(board)
    row = page.rows["c1"]
    assert (row["state"], row["end"], row["duration_ms"]) == ("caller speaks", "", None)


async def test_after_a_restart_only_calls_that_a_process_still_tells_of_are_running(
    tmp_path: Path,
) -> None:
    for name in ("dead", "alive"):
        (tmp_path / name).mkdir()
        started = EventsOfACall(name, wall=time.time() - 60).started()
        (tmp_path / name / EVENTS).write_text(started.to_json() + "\n")
    board = Board(12)
    await PastCalls(tmp_path, {}).fill(board, 12, lambda call_id: call_id == "alive")
    told = board.changes_since("", 0)
    assert told["totals"]["running"] == 1
    assert {row["id"]: row["state"] for row in told["calls"]} == {
        "dead": "ended",
        "alive": "ringing",
    }


def test_totals_count_hand_overs_and_answers() -> None:
    board = Board(1, wall=lambda: 1000.0)
    call = EventsOfACall()
    board.apply(call.started())
    board.apply(call.next(Transferred, target="sip:a@b", reason="asked"))
    board.count(SoundCount("c1", 100, 3, 0))
    board.count(SoundCount("nobody", 1, 1, 1))
    totals = board.changes_since("", 0)["totals"]
    assert (totals["running"], totals["transferred"], totals["latency_median_ms"]) == (1, 1, None)


async def test_whoever_waits_hears_of_the_next_change() -> None:
    board = Board(1, wall=lambda: 1000.0)
    waiting = asyncio.create_task(board.news(board.position))
    await asyncio.sleep(0)
    assert not waiting.done()
    board.apply(EventsOfACall().started())
    await asyncio.wait_for(waiting, 1)


async def test_past_calls_are_read_whatever_their_files_hold(tmp_path: Path) -> None:
    make = EventsOfACall("good", wall=time.time())
    good = [make.started(), make.next(CallEnded, reason="over", by="caller", duration_ms=200)]
    for name, text in {
        "good": "".join(event.to_json() + "\n" for event in good),
        "cut": EventsOfACall("cut", wall=time.time()).started().to_json()
        + "\n"
        + '{"event": "CallEn',
        "damaged": "\x00\xff not JSON\n[]\n7\n",
        "empty": "",
        "odd": '{"event": "CallStarted", "call_id": "odd", "sequence": "x", "ms": "y", '
        '"wall_time": null, "caller_number": 5, "called": 7}\n',
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / EVENTS).write_text(text)
    past = PastCalls(tmp_path, {})
    board = Board(12)
    await past.fill(board, 12, lambda _: False)
    assert set(board.changes_since("", 0)["kept"]) >= {"good", "cut"}
    whole = await past.call("good")
    assert whole is not None and whole.summary()["duration_ms"] == 200
    cut = await past.call("cut")
    assert cut is not None and not cut.running
    for name in ("damaged", "empty", "odd", "../good", "none"):
        assert await past.call(name) is None
    assert past.recording("good") is None and past.recording("../../etc") is None
