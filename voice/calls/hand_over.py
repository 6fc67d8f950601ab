"""Hands a call over to a person by way of the edge, which alone decides how that ends and when."""

from __future__ import annotations

import asyncio
import contextlib

from voice.calls.state import CallState, Transferring
from voice.calls.utterance import Utterance
from voice.events import TransferProgressed, Transferred
from voice.telephony.leg import CancelTransfer, Transfer, TransferProgress, TransferResult

SPEAK_SECONDS = 15.0
"""Announcing it takes no longer, even behind what is still to be said."""
_RING_SECONDS = 0.1
"""What the edge still holds when the last frame was sent."""


async def transfer_call(call: CallState, announced: Utterance, target: str, reason: str) -> bool:
    """Transfer once the announcement was heard; returns whether a person took the call.

    Cancelled, it is given up.
    """
    outcome: asyncio.Future[TransferResult] = asyncio.get_running_loop().create_future()
    call.transfer = Transferring(target, reason, outcome)
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(announced.sent.wait(), SPEAK_SECONDS)
        await asyncio.sleep(_RING_SECONDS)
        call.leg.send(Transfer(target=target))
        return (await outcome).ok
    except asyncio.CancelledError:
        cancel_transfer(call)
        if outcome.cancelled():
            call.journal.record(Transferred, target=target, reason="cancelled", ok=False)
        raise
    finally:
        call.transfer = None


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
