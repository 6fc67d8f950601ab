"""Code that is not ours may fail, hang or block: its caller gets an answer in time, or an error."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator

import pytest

from voice.foreign_code import ForeignError, call_foreign, error_note, off_loop, threads_of

PIN = "4271"


class Blocked:
    """Functions that block until they are let go."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()

    def __call__(self) -> str:
        self.entered.release()
        assert self.let_go.wait(20)
        return "late"


@pytest.fixture
def blocked() -> Iterator[Blocked]:
    made = Blocked()
    yield made
    made.let_go.set()


async def echo(word: str) -> str:
    return word


async def test_plain_and_async_functions_give_their_result() -> None:
    assert await call_foreign("plain", 5, str.upper, "yes") == "YES"
    assert await call_foreign("async", 5, echo, "yes") == "yes"
    assert await call_foreign("gives an awaitable", 5, lambda: echo("yes")) == "yes"


async def test_a_function_that_hangs_is_out_of_time() -> None:
    cancelled = asyncio.Event()

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(ForeignError, match="hanging: TimeoutError") as caught:
        await call_foreign("hanging", 0.01, hang)
    assert caught.value.timed_out
    await cancelled.wait()


async def test_one_that_will_not_be_cancelled_is_left_behind() -> None:
    over = asyncio.Event()

    async def stubborn() -> None:
        while not over.is_set():
            try:
                await over.wait()
            except asyncio.CancelledError:
                continue

    with pytest.raises(ForeignError, match="TimeoutError"):
        await call_foreign("stubborn", 0.01, stubborn)
    over.set()


async def test_a_function_that_blocks_holds_up_neither_the_loop_nor_other_functions(
    blocked: Blocked,
) -> None:
    lost = [asyncio.create_task(call_foreign("blocking", 0.05, blocked)) for _ in range(8)]
    results = await asyncio.gather(*lost, return_exceptions=True)
    assert all(isinstance(result, ForeignError) and result.timed_out for result in results)
    assert await call_foreign("another", 5, str.upper, "yes") == "YES"


async def test_what_it_raises_is_kept_as_class_and_id_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(pin: str) -> None:
        raise LookupError(f"GET /verify?pin={pin}: 502 Bad Gateway")

    with pytest.raises(ForeignError) as caught:
        await call_foreign("failing", 5, fail, PIN)
    note = caught.value.reason
    assert note.startswith("LookupError ") and len(note.split()[1]) == 6
    assert not caught.value.timed_out
    assert note in caplog.text
    assert PIN not in caplog.text + str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


async def test_the_id_tells_places_apart_and_is_the_same_for_the_same_fault() -> None:
    def fail(place: str) -> None:
        if place == "here":
            raise ValueError(place)
        raise ValueError(place)

    notes = []
    for place in ("here", "here", "there"):
        with pytest.raises(ForeignError) as caught:
            await call_foreign("failing", 5, fail, place)
        notes.append(caught.value.reason)
    assert notes[0] == notes[1] != notes[2]
    assert error_note(caught.value) == notes[2]


async def test_one_that_ends_the_program_or_cancels_itself_only_fails() -> None:
    async def leave() -> None:
        sys.exit(1)

    async def cancel() -> None:
        raise asyncio.CancelledError

    for function in (leave, cancel):
        with pytest.raises(ForeignError):
            await call_foreign("leaving", 5, function)


async def test_whoever_is_cancelled_cancels_what_they_asked_for() -> None:
    asked, cancelled = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    caller = asyncio.create_task(call_foreign("asked", 60, hang))
    await asked.wait()
    caller.cancel()
    await cancelled.wait()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_blocking_work_runs_on_threads_of_its_own_name() -> None:
    name = await off_loop("books", lambda: threading.current_thread().name)
    assert name.startswith("books")
    assert threads_of("books") is threads_of("books") is not threads_of("others")
