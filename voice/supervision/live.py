"""The websockets of pages: what changes on the board or in a call, and the sound of a call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import nullcontext, suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from voice.supervision.desk import Desk
from voice.supervision.listening import TooManyListeners

log = logging.getLogger(__name__)

MOST_PAGES = 100
REST_SECONDS = 0.04
"""Changes within that time travel together."""
CHECK_SECONDS = 10.0
"""How often a session is looked at when nothing changes."""

SIGNED_OUT, ENDED, TOO_MANY, UNWANTED = 4401, 4410, 4429, 1003
"""Codes with which we close."""


async def live(socket: WebSocket) -> None:
    """Changes of the board, or of the call that `?call=` names, from `?run=&after=` on."""
    desk: Desk = socket.app.state.desk
    call_id = socket.query_params.get("call", "")
    run, after = socket.query_params.get("run", ""), socket.query_params.get("after", "0")
    position = int(after) if after.isdigit() and len(after) < 16 else 0
    changes = _of_call(desk, call_id) if call_id else _of_board(desk)
    with desk.watching.page(call_id) if call_id else nullcontext():
        await _serve(socket, desk, _keep_telling(socket, desk, changes, run, position))


async def listen(socket: WebSocket) -> None:
    """The sound of a running call, 40 ms a message, until it ends."""
    desk: Desk = socket.app.state.desk
    await _serve(socket, desk, _send_sound(socket, desk, socket.path_params["call_id"]))


async def _send_sound(socket: WebSocket, desk: Desk, call_id: str) -> None:
    call = desk.board.call(call_id)
    if call is None or not call.running:
        await socket.close(ENDED, "the call is over")
        return
    name = socket.state.session.name
    try:
        with desk.listening.listener(call_id, name) as listener:
            log.info("a supervisor listens", extra={"call_id": call_id, "supervisor": name})
            while (piece := await listener.next()) is not None:
                if not desk.still_signed_in(socket):
                    await socket.close(SIGNED_OUT, "signed out")
                    return
                await socket.send_bytes(piece)
    except TooManyListeners:
        await socket.close(TOO_MANY, "too many listeners")
        return
    await socket.close(ENDED, "the call is over")


Changes = Callable[[str, int], Awaitable[dict[str, Any] | None]]


def _of_board(desk: Desk) -> Changes:
    async def changes(run: str, position: int) -> dict[str, Any] | None:
        return desk.board.changes_since(run, position)

    return changes


def _of_call(desk: Desk, call_id: str) -> Changes:
    """A running call's changes; of one that is no longer on the board, all at once."""

    async def changes(run: str, position: int) -> dict[str, Any] | None:
        known = position if run == desk.board.run else 0
        call = desk.board.call(call_id)
        if call is None and known:
            return {}  # a past call changes no more
        call = call or await desk.past.call(call_id)
        if call is None:
            return None
        if call.position <= known:
            return {}
        return {
            "run": desk.board.run,
            "position": desk.board.position,
            "now": desk.now(),
            **call.changes_since(known),
        }

    return changes


async def _keep_telling(
    socket: WebSocket, desk: Desk, changes: Changes, run: str, position: int
) -> None:
    while desk.still_signed_in(socket):
        told = await changes(run, position)
        if told is None:
            await socket.close(ENDED, "no such call")
            return
        if told:
            await socket.send_json(told)
        run, position = desk.board.run, told.get("position", desk.board.position)
        with suppress(TimeoutError):
            await asyncio.wait_for(desk.board.news(position), CHECK_SECONDS)
        await asyncio.sleep(REST_SECONDS)
    await socket.close(SIGNED_OUT, "signed out")


async def _serve(socket: WebSocket, desk: Desk, work: Coroutine[Any, Any, None]) -> None:
    """Accept the page and work for it until it goes, or says anything: it has nothing to say."""
    await socket.accept()
    if len(desk.pages) >= MOST_PAGES:
        work.close()
        await socket.close(TOO_MANY, "too many pages")
        return
    desk.pages.add(socket)
    tasks = (asyncio.create_task(work), asyncio.create_task(_watch(socket)))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        desk.pages.discard(socket)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        fault = None if task.cancelled() else task.exception()
        # A page that goes away while something is sent to it is no fault.
        if fault is not None and not isinstance(fault, WebSocketDisconnect | RuntimeError):
            raise fault


async def _watch(socket: WebSocket) -> None:
    message = await socket.receive()
    if message["type"] == "websocket.receive":
        await socket.close(UNWANTED, "pages only listen")
