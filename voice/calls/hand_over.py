"""Hands a call over to a person by way of the edge."""

from __future__ import annotations

import asyncio
import contextlib

from voice.calls.answer import Answer
from voice.calls.state import CallState
from voice.events import Transferred
from voice.telephony.leg import Transfer

ANSWER_SECONDS = 30.0
"""A person who has not answered by then is not there."""
SPEAK_SECONDS = 15.0
"""Announcing it takes no longer, even behind what is still to be said."""
_RING_SECONDS = 0.1
"""What the edge still holds when the last frame was sent."""


async def transfer_call(call: CallState, announced: Answer, target: str, reason: str) -> bool:
    """Transfer once the announcement was heard; returns whether a person took the call."""
    outcome: asyncio.Future[tuple[bool, str]] = asyncio.get_running_loop().create_future()
    call.transfer = outcome
    try:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(announced.sent.wait(), SPEAK_SECONDS)
        await asyncio.sleep(_RING_SECONDS)
        call.leg.send(Transfer(target=target))
        ok, why = await asyncio.wait_for(outcome, ANSWER_SECONDS)
    except TimeoutError:
        ok, why = False, "no answer"
    finally:
        call.transfer = None
    call.journal.record(Transferred, target=target, reason=reason if ok else why, ok=ok)
    return ok
