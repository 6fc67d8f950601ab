"""Past calls: found by number, id, day, task and end, page by page, as far back as records go."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from tests.supervision.events_of_a_call import NUMBER
from tests.supervision.kept_calls import DAY, KeptCall
from voice.records import EVENTS, RECORDING
from voice.supervision.call_index import CallIndex
from voice.supervision.call_search import CALLS_PER_PAGE, Search, found, number_mark
from voice.supervision.past_calls import PastCalls

TASKS = {"get_plan": "plan", "get_bill": "balance"}


def index_of(records: Path) -> CallIndex:
    return CallIndex(records, PastCalls(records, TASKS).line)


async def ids(records: Path, **asked: str) -> list[str]:
    """The ids of the calls that are found."""
    index = index_of(records)
    await index.refresh()
    return [row["id"] for row in found(Search.of(asked), index.calls.values())["calls"]]


@pytest.fixture
def records(tmp_path: Path) -> Path:
    for call in (
        KeptCall("a1", days=0.1),
        KeptCall("a2", days=3, number="+4915559990001", tool="get_bill", end="no input"),
        KeptCall("b1", days=29, wrong_pins=2),
        KeptCall("b2", days=30, number="204", end="no person configured (asked)"),
    ):
        call.write(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["a1", "a2", "b1", "b2"]),
        ({"text": NUMBER}, ["a1", "b1"]),
        ({"text": "0155 5000 1234"}, ["a1", "b1"]),
        ({"text": "004915559990001"}, ["a2"]),
        ({"text": "34"}, ["a1", "b1"]),
        ({"text": "204"}, ["b2"]),
        ({"text": "5550001234"[:-1]}, []),
        ({"text": "50001"}, []),
        ({"text": "B"}, ["b1", "b2"]),
        ({"text": "b1"}, ["b1"]),
        ({"text": "1"}, ["a2"]),  # of its last two digits, which are shown
        ({"task": "balance"}, ["a2"]),
        ({"task": "bal"}, []),
        ({"end": "hang-up"}, ["a1", "b1"]),
        ({"end": "no person"}, ["b2"]),
        ({"end": "needs help"}, ["b1", "b2"]),
        ({"end": "needs help", "text": "b1"}, ["b1"]),
        ({"page": "0"}, ["a1", "a2", "b1", "b2"]),
        ({"page": "99"}, ["a1", "a2", "b1", "b2"]),
        ({"page": "x", "after": "-1", "before": "1e9"}, ["a1", "a2", "b1", "b2"]),
    ],
)
async def test_calls_are_found_by_what_is_known_of_them(
    asked: dict[str, str], expected: list[str], records: Path
) -> None:
    assert await ids(records, **asked) == expected


async def test_a_day_has_its_calls(records: Path) -> None:
    now = time.time()
    day = {"after": str(int(now - 3.5 * DAY)), "before": str(int(now - 2.5 * DAY))}
    assert await ids(records, **day) == ["a2"]


async def test_a_page_holds_so_many_calls_the_newest_first(tmp_path: Path) -> None:
    for number in range(2 * CALLS_PER_PAGE + 3):
        KeptCall(f"c{number:03}", days=number / 10).write(tmp_path)
    index = index_of(tmp_path)
    await index.refresh()
    pages = [found(Search(page=page), index.calls.values()) for page in (1, 2, 3)]
    assert [len(page["calls"]) for page in pages] == [CALLS_PER_PAGE, CALLS_PER_PAGE, 3]
    shown = [row["id"] for page in pages for row in page["calls"]]
    assert shown == sorted(shown)
    assert {(page["pages"], page["found"]) for page in pages} == {(3, 2 * CALLS_PER_PAGE + 3)}


async def test_the_index_follows_what_is_added_and_deleted(records: Path) -> None:
    index = index_of(records)
    await index.refresh()
    shutil.rmtree(records / "a1")
    KeptCall("a3").write(records)
    await index.refresh()
    assert sorted(index.calls) == ["a2", "a3", "b1", "b2"] and index.unread == 0


async def test_a_damaged_call_hides_no_other(records: Path) -> None:
    (records / "damaged").mkdir()
    (records / "damaged" / EVENTS).write_text("\x00not JSON\n")
    (records / "silent").mkdir()
    (records / "silent" / RECORDING).write_bytes(b"fLaC")
    (records / "foreign").mkdir()
    (records / "foreign" / "notes.txt").write_text("mine")
    assert await ids(records) == ["a1", "a2", "b1", "b2"]


async def test_without_records_there_is_nothing_to_read() -> None:
    index = CallIndex(None, lambda name: None)
    await index.refresh()
    assert index.calls == {}


async def test_the_index_keeps_no_number(records: Path) -> None:
    index = index_of(records)
    await index.refresh()
    assert NUMBER[-9:] not in repr(index.calls)
    assert number_mark(NUMBER) != number_mark("+4915559990001")
    assert number_mark(None) == number_mark("204") == ""
