"""Past calls: found by number, id, day, task and end, page by page, as far back as records go."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.supervision.events_of_a_call import NUMBER
from tests.supervision.kept_calls import DAY, KeptCall
from voice.records import EVENTS, RECORDING
from voice.supervision.call_index import INDEX, CallIndex
from voice.supervision.call_search import CALLS_PER_PAGE, CallSearch, PastCall
from voice.supervision.past_calls import PastCalls

TASKS = {"get_plan": "plan", "get_bill": "balance"}


IndexOf = Callable[[Path | None], CallIndex]


@pytest.fixture
def index_of() -> Iterator[IndexOf]:
    with contextlib.ExitStack() as opened:

        def index_of(records: Path | None) -> CallIndex:
            index = CallIndex(records, PastCalls(records, TASKS).line)
            opened.callback(index.close)
            return index

        yield index_of


async def ids(index: CallIndex, **asked: str) -> list[str]:
    """The ids of the calls that are found."""
    await index.refresh()
    return [row["id"] for row in index.search(CallSearch.of(asked))["calls"]]


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
    asked: dict[str, str], expected: list[str], records: Path, index_of: IndexOf
) -> None:
    assert await ids(index_of(records), **asked) == expected


async def test_a_day_has_its_calls(records: Path, index_of: IndexOf) -> None:
    now = time.time()
    day = {"after": str(int(now - 3.5 * DAY)), "before": str(int(now - 2.5 * DAY))}
    assert await ids(index_of(records), **day) == ["a2"]


async def test_a_page_holds_so_many_calls_the_newest_first(
    tmp_path: Path, index_of: IndexOf
) -> None:
    for number in range(2 * CALLS_PER_PAGE + 3):
        KeptCall(f"c{number:03}", days=number / 10).write(tmp_path)
    index = index_of(tmp_path)
    await index.refresh()
    pages = [index.search(CallSearch(page=page)) for page in (1, 2, 3)]
    assert [len(page["calls"]) for page in pages] == [CALLS_PER_PAGE, CALLS_PER_PAGE, 3]
    shown = [row["id"] for page in pages for row in page["calls"]]
    assert shown == sorted(shown)
    assert {(page["pages"], page["found"]) for page in pages} == {(3, 2 * CALLS_PER_PAGE + 3)}


async def test_the_index_follows_what_is_added_changed_and_deleted(
    records: Path, index_of: IndexOf
) -> None:
    index = index_of(records)
    going_on = KeptCall("a3")
    going_on.write(records)
    file = records / "a3" / EVENTS
    *begun, end = file.read_text().splitlines(keepends=True)
    file.write_text("".join(begun))
    assert await ids(index, end="unknown") == ["a3"]
    file.write_text("".join([*begun, end]))
    os.utime(file, (1, 1))
    shutil.rmtree(records / "a1")
    KeptCall("a4").write(records)
    assert sorted(await ids(index)) == ["a2", "a3", "a4", "b1", "b2"] and index.unread == 0
    assert await ids(index, end="unknown") == []


async def test_after_a_restart_only_what_is_new_is_read(records: Path, index_of: IndexOf) -> None:
    await index_of(records).refresh()
    KeptCall("a3").write(records)
    read: list[str] = []
    past = PastCalls(records, TASKS)

    def reading(name: str) -> PastCall | None:
        read.append(name)
        return past.line(name)

    with contextlib.closing(CallIndex(records, reading)) as again:
        assert sorted(await ids(again)) == ["a1", "a2", "a3", "b1", "b2"]
        assert await ids(again, text=NUMBER) == ["a3", "a1", "b1"]
    assert read == ["a3"]


@pytest.mark.parametrize("content", [b"nothing of use" * 100, "of another version"])
async def test_an_index_that_cannot_be_used_is_made_anew(
    records: Path, index_of: IndexOf, content: bytes | str
) -> None:
    if isinstance(content, bytes):
        (records / INDEX).write_bytes(content)
    else:
        with contextlib.closing(sqlite3.connect(records / INDEX)) as other:
            other.execute("PRAGMA user_version = 999")
    assert await ids(index_of(records)) == ["a1", "a2", "b1", "b2"]


async def test_where_no_file_can_lie_the_index_is_in_memory(
    records: Path, index_of: IndexOf, caplog: pytest.LogCaptureFixture
) -> None:
    (records / INDEX).mkdir()
    assert await ids(index_of(records)) == ["a1", "a2", "b1", "b2"]
    assert "the index of past calls is kept in memory" in caplog.text


async def test_calls_of_the_board_stand_among_those_of_the_records(
    records: Path, index_of: IndexOf
) -> None:
    past = PastCalls(records, TASKS)
    index = index_of(records)
    await index.refresh()
    a2 = past.line("a2")
    assert a2 is not None
    board = [replace(a2, end="goodbye"), replace(a2, id="new", began=time.time() - 2 * DAY)]
    told = index.search(CallSearch(), board, running=["b1"])
    assert [row["id"] for row in told["calls"]] == ["a1", "new", "a2", "b2"]
    assert told["calls"][2]["end"] == "goodbye" and told["found"] == 4
    assert index.search(CallSearch(end="no input"))["found"] == 1, (
        "the board is asked anew each time"
    )


async def test_a_damaged_call_hides_no_other(records: Path, index_of: IndexOf) -> None:
    (records / "damaged").mkdir()
    (records / "damaged" / EVENTS).write_text("\x00not JSON\n")
    (records / "silent").mkdir()
    (records / "silent" / RECORDING).write_bytes(b"fLaC")
    (records / "foreign").mkdir()
    (records / "foreign" / "notes.txt").write_text("mine")
    assert await ids(index_of(records)) == ["a1", "a2", "b1", "b2"]


async def test_without_records_there_is_nothing_to_read(index_of: IndexOf) -> None:
    assert await ids(index_of(None)) == []


async def test_the_index_keeps_no_number_and_is_ours_alone(
    records: Path, index_of: IndexOf
) -> None:
    index = index_of(records)
    assert await ids(index, text=NUMBER) == ["a1", "b1"]
    index.close()
    assert (records / INDEX).stat().st_mode & 0o777 == 0o600
    assert NUMBER[-9:].encode() not in (records / INDEX).read_bytes()
    assert await ids(index_of(records), text="+4915559990001") == ["a2"]
