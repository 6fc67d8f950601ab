"""A tool or a model that misbehaves leaves no trace in what is said or remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, steps_of
from voice.engine_queue import EngineBusy, Priority
from voice.response import ResponseSession, TaskSet
from voice.response.conversation import Conversation
from voice.response.harmony import CallerSaid, Message
from voice.response.harmony_parser import Delta


class BusyModel:
    """Is busy at first, then looks up the plan."""

    closed_answers = True

    def __init__(self, busy: int) -> None:
        self._busy = busy

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority
    ) -> AsyncIterator[Delta]:
        if self._busy:
            self._busy -= 1
            raise EngineBusy("response: 64 jobs wait already")
        yield Delta("commentary", "get_plan", "{}")


def session_of(office: Office, busy: int = 0) -> ResponseSession:
    tasks = TaskSet.load(ROOT / "tasks")
    return ResponseSession(Conversation(BusyModel(busy), tasks, office.tools(), 1.0), CUSTOMER)


@pytest.mark.parametrize("result", [["20 GB"], "20 GB", {"status": ["found"]}, None])
async def test_a_result_of_the_wrong_shape_is_not_used(office: Office, result: object) -> None:
    office.results["get_plan"] = result  # type: ignore[assignment]
    steps = await steps_of(session_of(office).begin("which plan am i on"))
    assert acts(steps) == {"tool_failed"}


async def test_a_turn_that_is_begun_anew_stands_in_the_history_once(office: Office) -> None:
    session = session_of(office, busy=1)
    with pytest.raises(EngineBusy):
        await steps_of(session.begin("which plan am i on"))
    await steps_of(session.begin("which plan am i on"))
    said = [message for turn in session.history for message in turn]
    assert [type(message) for message in said].count(CallerSaid) == 1
