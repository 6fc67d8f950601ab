"""Nothing irreversible without the question and a clear yes; the model alone can never do it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from tests.response.conftest import CUSTOMER, ROOT, STRANGER, Office, acts, spoken, steps_of
from voice.engine_queue import Priority
from voice.identity import IdentityLevel
from voice.response import NeedsIdentity, Responder, ResponseSession, TaskSet
from voice.response.confirmation import Opinion, Verdict, decide
from voice.response.conversation import Conversation
from voice.response.harmony import Message
from voice.response.harmony_parser import Delta
from voice.response.yes_no import YesNo, read_yes_no

LOST = "i lost my phone please block my sim card"


class RecklessModel:
    """Wants to block the SIM whatever the caller says."""

    closed_answers = True

    async def reply(
        self, turns: Sequence[Sequence[Message]], priority: Priority
    ) -> AsyncIterator[Delta]:
        yield Delta("commentary", "block_sim", "{}")


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
    await steps_of(session.begin("yes"))
    assert "block_sim" not in office.done


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
    tasks = TaskSet.load(ROOT / "tasks")
    conversation = Conversation(RecklessModel(), tasks, office.tools(), 1.0)
    session = ResponseSession(conversation, CUSTOMER)
    assert acts(await steps_of(session.begin("what is my plan"))) == {"confirm_block"}
    await steps_of(session.begin(answer))
    assert office.done == []


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Yes.", YesNo.YES), ("yeah go ahead", YesNo.YES), ("okay", YesNo.YES),
        ("that's all right", YesNo.YES), ("why not", YesNo.YES), ("do it", YesNo.YES),
        ("no", YesNo.NO), ("yes no wait", YesNo.NO), ("don't do it", YesNo.NO),
        ("it is yes", YesNo.YES), ("that is right", YesNo.YES), ("yes is it free", YesNo.UNCLEAR),
        ("yes but not now", YesNo.NO), ("it was right here", YesNo.UNCLEAR),
        ("what would that do", YesNo.UNCLEAR), ("", YesNo.UNCLEAR), ("bananas", YesNo.UNCLEAR),
    ],
)  # fmt: skip
def test_yes_and_no_are_read_by_fixed_rules(text: str, meaning: YesNo) -> None:
    assert read_yes_no(text) is meaning


def test_what_a_lost_word_could_leave_of_a_no_needs_certainty() -> None:
    agrees = Opinion("agrees", 1.0)
    assert decide("do it", 0.4, agrees) is Verdict.DOUBT
    assert decide("do it", 0.9, agrees) is Verdict.RUN
    assert decide("yes do it", 0.4, agrees) is Verdict.RUN
    assert decide("yes", 0.1, agrees) is Verdict.DOUBT


@pytest.mark.parametrize(
    ("text", "probability", "verdict"),
    [
        ("keep my card", 0.95, Verdict.DECLINE),
        ("just mickly", 0.57, Verdict.DOUBT),
        ("no", 0.5, Verdict.DECLINE),
        ("yes", 1.0, Verdict.DOUBT),
    ],
)
def test_a_no_without_the_word_needs_a_model_that_is_certain(
    text: str, probability: float, verdict: Verdict
) -> None:
    assert decide(text, 0.9, Opinion("declines", probability)) is verdict
