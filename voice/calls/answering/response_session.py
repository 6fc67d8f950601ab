"""One call's use of the response step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from voice.calls.hearing.back_channels import BackChannels
from voice.calls.state import CallState
from voice.events import ToolUsed
from voice.response import ResponseSession


def begin_session(
    call: CallState, second_thoughts: Callable[[], Awaitable[None]]
) -> ResponseSession:
    """The caller's conversation; each run of a tool becomes an event, answers that are dropped
    among them. `second_thoughts` is what the response step has as SecondThoughts.
    """
    session = call.engines.responder.session(
        call.engines.tools,
        call.caller,
        has_person=call.settings.sip.person is not None,
        second_thoughts=second_thoughts,
        audit=partial(call.journal.record, ToolUsed),
    )
    call.only_listens = BackChannels(call, session).only_listens
    return session
