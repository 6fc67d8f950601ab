"""Hands a call over to a person by way of the edge, which alone decides how that ends and when."""

from __future__ import annotations

import asyncio
from asyncio import FIRST_COMPLETED
from typing import Any

from voice.calls.state import CallState, Transferring
from voice.calls.utterance import Utterance
from voice.events import TransferProgressed, Transferred
from voice.telephony.leg import CancelTransfer, Transfer, TransferProgress, TransferResult

SPEAK_SECONDS = 15.0
"""Announcing it takes no longer, even behind what is still to be said."""
OBJECT_SECONDS = 5.0
"""A caller who speaks when it was announced is heard out so long."""
TAKEN_BACK = TransferResult(ok=False, reason="taken back")
_RING_SECONDS = 0.1
"""What the edge still holds when the last frame was sent."""


async def transfer_call(
    call: CallState, announced: Utterance, target: str, reason: str, urgent: bool = False
) -> TransferResult:
    """Transfer once the announcement was heard, and what is said to it; returns how it went.

    `urgent`: whatever the caller says. Cancelled, it is given up.
    """
    outcome: asyncio.Future[TransferResult] = asyncio.get_running_loop().create_future()
    call.transfer = Transferring(target, reason, outcome)
    try:
        await _first(announced.sent, outcome, SPEAK_SECONDS)
        if not outcome.done():
            await asyncio.sleep(_RING_SECONDS)
        if not urgent:
            await _first(call.at_rest, outcome, OBJECT_SECONDS)
        if not outcome.done():
            call.transfer.asked = True
            call.leg.send(Transfer(target=target))
        return await outcome
    except asyncio.CancelledError:
        cancel_transfer(call)
        if outcome.cancelled():
            call.journal.record(Transferred, target=target, reason="cancelled", ok=False)
        raise
    finally:
        call.transfer = None


async def _first(
    event: asyncio.Event, outcome: asyncio.Future[TransferResult], seconds: float
) -> None:
    """Wait for the event, unless it is known before how the transfer ends."""
    waiting = asyncio.create_task(event.wait())
    try:
        either: set[asyncio.Future[Any]] = {waiting, outcome}
        await asyncio.wait(either, timeout=seconds, return_when=FIRST_COMPLETED)
    finally:
        waiting.cancel()


def take_back_transfer(call: CallState) -> bool:
    """Give a transfer up of which the edge knows nothing yet; returns whether there was one."""
    transfer = call.transfer
    if transfer is None or transfer.asked or transfer.outcome.done():
        return False
    transfer.outcome.set_result(TAKEN_BACK)
    return True


def cancel_transfer(call: CallState) -> None:
    """Ask the edge to give a transfer up; it still says how that ended."""
    if call.transfer is not None:
        call.leg.send(CancelTransfer())


def note_progress(call: CallState, progress: TransferProgress) -> None:
    """The edge says how a transfer goes."""
    if call.transfer is not None:
        target = call.transfer.target
        call.journal.record(TransferProgressed, target=target, status=progress.status)


def note_result(call: CallState, result: TransferResult) -> None:
    """The edge says how a transfer ended."""
    transfer = call.transfer
    if transfer is None or transfer.outcome.done():
        return
    if result.ok:
        call.handed_over = f"transferred ({transfer.reason})"
        if not result.bridged:
            call.end(call.handed_over, "assistant")
    reason = transfer.reason if result.ok else result.reason
    call.journal.record(Transferred, target=transfer.target, reason=reason, ok=result.ok)
    transfer.outcome.set_result(result)
