"""Nothing irreversible without the question and a clear yes; the model alone can never do it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.response.conftest import CUSTOMER, ROOT, STRANGER, Office, acts, spoken, steps_of
from tests.response.test_yes_no import answers
from voice.engine_queue import Priority
from voice.identity import IdentityLevel
from voice.languages.yes_no import YesNo
from voice.response import NeedsIdentity, Responder, ResponseSession
from voice.response.engines.engine import ModelCall, Pieces
from voice.response.prompts.harmony import Message
from voice.response.rules.confirmation import Decision, Opinion, decide
from voice.response.rules.conversation import ConversationRules
from voice.tasks import load_tasks

LOST = "i lost my phone please block my sim card"


class RecklessModel:
    """Wants to block the SIM whatever the caller says."""

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        yield ModelCall("block_sim", {})


async def test_it_is_blocked_after_question_and_yes(
    session: ResponseSession, office: Office
) -> None:
    asked = await steps_of(session.begin(LOST))
    assert acts(asked) == {"confirm_block"} and office.done == []
    blocked = await steps_of(session.begin("yes please"))
    assert office.done == ["block_sim"] and "blocked" in spoken(blocked)


async def test_it_stays_active_after_a_no(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    assert "active" in spoken(await steps_of(session.begin("no i found it")))
    await steps_of(session.begin("yes"))
    assert office.done == []


async def test_neither_yes_nor_no_is_asked_again(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("uh the", 0.05))) == {"not_sure_block"}
    assert office.done == []
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


async def test_another_request_is_no_yes(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    await steps_of(session.begin("can you first tell me which plan i am on"))
    assert office.done == [] and session.asks


async def test_a_question_that_was_not_heard_was_not_asked(
    session: ResponseSession, office: Office
) -> None:
    turn = session.begin(LOST)
    await steps_of(turn)
    turn.heard("I can block")
    await steps_of(session.begin("yes"))
    assert office.done == []


async def test_identity_comes_before_the_question(responder: Responder, office: Office) -> None:
    session = responder.session(office.tools(), STRANGER)
    steps = await steps_of(session.begin(LOST))
    assert steps == [NeedsIdentity(IdentityLevel.VERIFIED, "block_sim")]
    session.caller = CUSTOMER
    assert acts(await steps_of(session.resume())) == {"confirm_block"}
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


@pytest.mark.parametrize("answer", ["what", "block my neighbour", "i don't know", "hm", "no"])
async def test_a_reckless_model_blocks_nothing_without_a_yes(office: Office, answer: str) -> None:
    tasks = load_tasks(ROOT / "tasks")
    conversation = ConversationRules(RecklessModel(), tasks, office.tools(), 1.0)
    session = ResponseSession(conversation, CUSTOMER)
    assert acts(await steps_of(session.begin("what is my plan"))) == {"confirm_block"}
    await steps_of(session.begin(answer))
    assert office.done == []


AGREES = Opinion("agrees", 1.0)


def test_what_a_lost_word_could_leave_of_a_no_needs_certainty() -> None:
    assert decide(YesNo.FRAGILE_YES, 0.4, AGREES) is Decision.DOUBT
    assert decide(YesNo.FRAGILE_YES, 0.9, AGREES) is Decision.RUN
    assert decide(YesNo.YES, 0.4, AGREES) is Decision.RUN
    assert decide(YesNo.YES, 0.1, AGREES) is Decision.DOUBT


@pytest.mark.parametrize("read", [YesNo.NO, YesNo.UNCLEAR])
def test_the_model_alone_never_agrees(read: YesNo) -> None:
    assert decide(read, 1.0, AGREES) is not Decision.RUN


def test_the_model_may_object_to_a_yes() -> None:
    assert decide(YesNo.YES, 1.0, Opinion("other", 0.95)) is Decision.DOUBT
    assert decide(YesNo.FRAGILE_YES, 1.0, Opinion("declines", 0.95)) is Decision.DOUBT


@pytest.mark.parametrize(
    ("read", "probability", "verdict"),
    [
        (YesNo.UNCLEAR, 0.95, Decision.DECLINE),
        (YesNo.UNCLEAR, 0.57, Decision.DOUBT),
        (YesNo.NO, 0.5, Decision.DECLINE),
    ],
)
def test_a_no_that_the_grammar_does_not_see_needs_a_model_that_is_certain(
    read: YesNo, probability: float, verdict: Decision
) -> None:
    assert decide(read, 0.9, Opinion("declines", probability)) is verdict


EACH = 4
"""So many of the answers are left out between two; a model takes its time."""


async def ran(responder: Responder, answer: str) -> bool:
    """Whether the act happened after this answer to the question."""
    office = Office()
    session = responder.session(office.tools(), CUSTOMER)
    await steps_of(session.begin(LOST, 0.9))
    await steps_of(session.begin(answer, 0.9))
    return "block_sim" in office.done


async def test_with_the_model_too_clear_yeses_run_the_act_and_nothing_else_does(
    responder: Responder,
) -> None:
    yeses = answers("clear_yes")[::EACH]
    missed = [text for text in yeses if not await ran(responder, text)]
    assert len(missed) <= 0.05 * len(yeses), missed
    others = (answers("clear_no") + answers("unclear"))[::EACH]
    assert [text for text in others if await ran(responder, text)] == []
