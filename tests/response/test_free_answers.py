"""A general model's own words: spoken clause by clause while they are written, as far as true."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, spoken, steps_of
from voice.engine_queue import EngineBusy, Priority
from voice.response import ResponseSession, SayClause, WantsEnd, WantsPerson
from voice.response.engines.engine import (
    Again,
    BadReply,
    End,
    FreeText,
    ModelCall,
    Piece,
    Pieces,
    ReplyTimeout,
    Wording,
)
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.response.rules.conversation import ConversationRules
from voice.tasks import load_tasks


class Writer:
    """Writes each reply as it was told to: pieces, events to wait for, errors to raise."""

    def __init__(self, *replies: Iterable[Piece | asyncio.Event | Exception]) -> None:
        self._replies = list(replies)
        self.asked: list[list[Message]] = []
        """The messages of each request."""
        self.stopped = asyncio.Event()
        """A reply was closed, or its reader cancelled, before its end."""

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        self.asked.append([message for turn in turns for message in turn])
        try:
            for piece in self._replies.pop(0):
                if isinstance(piece, asyncio.Event):
                    await piece.wait()
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield piece
        except (GeneratorExit, asyncio.CancelledError):
            self.stopped.set()
            raise


def session_of(model: Writer, office: Office) -> ResponseSession:
    tasks = load_tasks(ROOT / "tasks")
    return ResponseSession(ConversationRules(model, tasks, office.tools(), 1.0), CUSTOMER)


BILL: list[Piece] = [ModelCall("get_bill", {}), End()]
TRUE = "That would be 42.17 euros. You have until 14 December."


async def test_the_first_clause_is_spoken_while_the_rest_is_written(office: Office) -> None:
    more = asyncio.Event()
    model = Writer(
        BILL, [FreeText("That would be 42.17 euros. You "), more, FreeText("have time."), End()]
    )
    turn = session_of(model, office).begin("my bill")
    turn.commit()
    async for step in turn:
        if isinstance(step, SayClause):
            assert step.clause == "That would be 42.17 euros." and not more.is_set()
            break
    more.set()
    assert spoken([step async for step in turn]) == "You have time."


async def test_the_model_reads_what_was_spoken_and_the_values_of_results(office: Office) -> None:
    model = Writer(BILL, [FreeText(TRUE), End()], [FreeText("You are welcome."), End()])
    session = session_of(model, office)
    await steps_of(session.begin("my bill"))
    await steps_of(session.begin("thank you"))
    said = [message for message in model.asked[2] if not isinstance(message, AnswerMessage)]
    assert said == [
        CallerSaid("my bill"),
        ToolCall("get_bill", {}),
        ToolResult("get_bill", {"status": "open", "amount": "42.17", "due_date": "14 December"}),
        CallerSaid("thank you"),
    ]
    answers = [message.text for message in model.asked[2] if isinstance(message, AnswerMessage)]
    assert " ".join(answers) == TRUE


async def test_a_wording_of_the_code_is_read_as_it_was_spoken(office: Office) -> None:
    office.results["get_bill"] = {**office.results["get_bill"], "status": "overdue"}
    model = Writer(BILL, [BadReply("unreadable")], [FreeText("Yes."), End()])
    session = session_of(model, office)
    told = spoken(await steps_of(session.begin("my bill")))
    await steps_of(session.begin("really"))
    assert "42.17 euros is overdue" in told
    assert told in [
        message.text for message in model.asked[2] if isinstance(message, AnswerMessage)
    ]


async def test_a_false_clause_stops_the_model(office: Office) -> None:
    never = asyncio.Event()
    model = Writer(BILL, [FreeText("Let me see. That is 9.99 euros. And "), never, End()])
    said = spoken(await steps_of(session_of(model, office).begin("my bill")))
    assert said.startswith("Let me see.") and "9.99" not in said and "42.17 euros" in said
    assert model.stopped.is_set()


async def test_an_interruption_stops_the_model_and_keeps_what_was_heard(office: Office) -> None:
    never = asyncio.Event()
    model = Writer([FreeText("We are open all day. Tomorrow "), never], [FreeText("Yes."), End()])
    session = session_of(model, office)
    turn = session.begin("when are you open")
    turn.commit()
    assert isinstance(await anext(turn), SayClause)
    turn.stop()
    await asyncio.wait_for(model.stopped.wait(), 5)
    turn.heard("We are open")
    await steps_of(session.begin("and tomorrow"))
    assert AnswerMessage("We are open", "We are open") in model.asked[1]


async def test_a_call_behind_a_text_is_made(office: Office) -> None:
    model = Writer(
        [FreeText("I will look. One moment. "), *BILL], [FreeText("It is 42.17 euros."), End()]
    )
    said = spoken(await steps_of(session_of(model, office).begin("my bill")))
    assert said == "I will look. One moment. It is 42.17 euros." and office.done == ["get_bill"]


async def test_a_text_that_is_a_wording_of_the_tasks_does_what_that_does(office: Office) -> None:
    model = Writer([FreeText("Thank you for "), FreeText("calling. "), FreeText("Goodbye."), End()])
    steps = await steps_of(session_of(model, office).begin("bye"))
    assert acts(steps) == {"goodbye"} and isinstance(steps[-1], WantsEnd)


@pytest.mark.parametrize(
    "reply",
    [
        [],
        [End()],
        [FreeText("  "), End()],
        [FreeText("You have until the"), End(complete=False)],
        [BadReply("no speech")],
        [FreeText("Well"), BadReply("no speech")],
        [ModelCall("make_coffee", {}), End()],
    ],
)
async def test_a_reply_of_no_use_is_not_understood(
    office: Office, reply: list[Piece | Exception]
) -> None:
    steps = await steps_of(session_of(Writer(reply), office).begin("my bill"))
    assert acts(steps) == {"not_understood"}


async def test_of_an_answer_at_the_greatest_length_whole_sentences_are_said(office: Office) -> None:
    model = Writer(BILL, [FreeText("It is 42.17 euros. You have until"), End(complete=False)])
    said = spoken(await steps_of(session_of(model, office).begin("my bill")))
    assert said == "It is 42.17 euros."


@pytest.mark.parametrize("fault", [BadReply("x"), ReplyTimeout("x"), EngineBusy("x"), Again()])
async def test_an_answer_that_breaks_off_is_made_whole_by_the_tasks(
    office: Office, fault: Exception | Again
) -> None:
    model = Writer(BILL, [FreeText("It is 42.17 euros. You "), fault, Wording("Something else.")])
    steps = await steps_of(session_of(model, office).begin("my bill"))
    assert spoken(steps).startswith("It is 42.17 euros. ")
    assert "due on 14 December" in spoken(steps) and "Something else" not in spoken(steps)


async def test_a_text_without_a_result_that_breaks_off_stays_at_that(office: Office) -> None:
    model = Writer([FreeText("We are open all day. Tomorrow "), ReplyTimeout("x")])
    steps = await steps_of(session_of(model, office).begin("when are you open"))
    assert spoken(steps) == "We are open all day." and not isinstance(steps[-1], WantsPerson)


async def test_what_was_not_said_yet_is_void_when_another_model_begins(office: Office) -> None:
    model = Writer([FreeText("We are"), Again(), ModelCall("get_plan", {}), End()], [
        FreeText("You have"), Again(), Wording("Your plan is {plan} with {data_gb} gigabytes, "),
        End()
    ])  # fmt: skip
    steps = await steps_of(session_of(model, office).begin("my plan"))
    assert office.done == ["get_plan"] and "Smart" in spoken(steps)
    assert "We are" not in spoken(steps) and "You have" not in spoken(steps)


async def test_a_general_model_cannot_skip_the_question_before_an_act(office: Office) -> None:
    model = Writer(
        [ModelCall("block_sim", {}), End()],
        [FreeText("I have blocked it."), End()],
        [ModelCall("block_sim", {}), End()],
        [FreeText("Your SIM card is blocked now."), End()],
    )
    session = session_of(model, office)
    assert acts(await steps_of(session.begin("block my sim card"))) == {"confirm_block"}
    assert acts(await steps_of(session.begin("hm"))) == {"not_sure_block"} and office.done == []
    assert "blocked" in spoken(await steps_of(session.begin("yes please")))
    assert office.done == ["block_sim"]


async def test_the_next_request_ends_the_one_before(office: Office) -> None:
    never = asyncio.Event()
    model = Writer(
        [ModelCall("block_sim", {}), End()],
        [FreeText("All right. I "), never],
        [FreeText("Blocked."), End()],
    )
    session = session_of(model, office)
    await steps_of(session.begin("block my sim card"))
    assert spoken(await steps_of(session.begin("yes please"))).startswith("Blocked. ")
    assert model.stopped.is_set()


async def test_pieces_are_closed_by_whoever_read_them() -> None:
    model = Writer([FreeText("a"), FreeText("b")])
    async with aclosing(model.reply([[CallerSaid("x")]], Priority.FINAL)) as pieces:
        assert await anext(pieces) == FreeText("a")
    assert model.stopped.is_set()
