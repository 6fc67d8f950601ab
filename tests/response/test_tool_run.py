"""A tool that fails or hangs: a reading is apologised for, a change is never denied."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, spoken, steps_of
from voice.identity import Caller, IdentityLevel
from voice.response import Responder, ResponseSession, Step, Tool, ToolBox, Value, WantsPerson
from voice.response import ToolAnswered as Returned
from voice.tasks import load_tasks

Result = dict[str, Value]
DONE: Result = {"status": "blocked", "replacement_days": 3}


class Network:
    """A back office that blocks SIM cards, and answers as a test says."""

    def __init__(self, responder: Responder) -> None:
        self.blocked = False
        self.answer: Callable[[], Result] | None = lambda: DONE
        """None: never answers."""
        self.reaches = True
        """Whether what is asked for arrives, answered or not."""
        self.found: Callable[[], Result | None] | None = None
        self.keys: list[str] = []
        self._responder = responder

    async def run(
        self, caller: Caller, arguments: dict[str, str], *, idempotency_key: str
    ) -> Result:
        self.keys.append(idempotency_key)
        self.blocked |= self.reaches
        if self.answer is None:
            await asyncio.Event().wait()
            raise AssertionError
        return self.answer()

    def outcome(self, caller: Caller, arguments: dict[str, str]) -> Result | None:
        assert self.found is not None
        return self.found()

    def session(self) -> ResponseSession:
        verified = IdentityLevel.VERIFIED
        look_up = self.outcome if self.found else None
        block = Tool("block_sim", verified, True, self.run, look_up)
        office = Office().tools()
        others = [office.get(name) for name in load_tasks(ROOT / "tasks").tools]
        kept = [tool for tool in others if tool is not None and tool.name != "block_sim"]
        return self._responder.session(ToolBox([block, *kept]), CUSTOMER)

    async def block(self, session: ResponseSession | None = None) -> list[Step]:
        session = session or self.session()
        await steps_of(session.begin("please block my sim card i lost my phone"))
        return await steps_of(session.begin("yes please go ahead"))


@pytest.fixture
def network(responder: Responder) -> Network:
    return Network(responder)


def fail() -> Result:
    raise ConnectionResetError("pin=4271")


def broken() -> Result:
    return {"status": "no such word"}


def returned(steps: list[Step]) -> Returned:
    (step,) = [step for step in steps if isinstance(step, Returned)]
    return step


async def test_a_change_that_is_answered_needs_no_look_up(network: Network) -> None:
    network.found = fail
    steps = await network.block()
    assert "blocked" in acts(steps)
    assert returned(steps).error == ""


@pytest.mark.parametrize("answer", [None, fail, broken])
async def test_a_change_of_which_the_answer_was_lost_is_looked_up_and_told(
    network: Network, answer: Callable[[], Result] | None
) -> None:
    network.answer, network.found = answer, lambda: DONE
    steps = await network.block()
    assert "blocked" in acts(steps) and "3 days" in spoken(steps)
    assert returned(steps).error and "4271" not in returned(steps).error
    assert not returned(steps).unknown


@pytest.mark.parametrize("answer", [None, fail, broken])
@pytest.mark.parametrize("found", [None, lambda: None, fail, broken])
async def test_a_change_that_nobody_can_vouch_for_goes_to_a_person(
    network: Network,
    answer: Callable[[], Result] | None,
    found: Callable[[], Result | None] | None,
) -> None:
    network.answer, network.found = answer, found
    steps = await network.block()
    assert acts(steps) == {"outcome_unknown"}
    assert isinstance(steps[-1], WantsPerson)
    assert returned(steps).unknown
    assert "not blocked" not in spoken(steps)


async def test_a_change_that_failed_and_was_not_made_is_apologised_for(network: Network) -> None:
    network.answer, network.reaches, network.found = fail, False, dict
    steps = await network.block()
    assert acts(steps) == {"tool_failed"}
    assert not returned(steps).unknown


async def test_a_change_that_may_still_arrive_is_not_taken_as_not_made(network: Network) -> None:
    network.answer, network.reaches, network.found = None, False, dict
    assert acts(await network.block()) == {"outcome_unknown"}


async def test_a_reading_that_hangs_is_apologised_for(responder: Responder, office: Office) -> None:
    async def hang(caller: Caller, arguments: dict[str, str]) -> Result:
        await asyncio.Event().wait()
        return {}

    names = load_tasks(ROOT / "tasks").tools
    tools = [office.tools().get(name) for name in names if name != "get_plan"]
    plan = Tool("get_plan", IdentityLevel.UNKNOWN, False, hang)
    session = responder.session(ToolBox([plan, *filter(None, tools)]), CUSTOMER)
    steps = await steps_of(session.begin("which plan am i on"))
    assert acts(steps) == {"tool_failed"}
    assert returned(steps).error == "TimeoutError"


async def test_an_act_keeps_its_key_as_long_as_nobody_knows_what_became_of_it(
    network: Network,
) -> None:
    session = network.session()
    network.answer = fail
    await network.block(session)
    network.answer = lambda: DONE
    await network.block(session)
    await network.block(session)
    first, again, another = network.keys
    assert first == again != another


async def test_each_run_is_told_to_the_audit(responder: Responder, office: Office) -> None:
    uses: list[dict[str, object]] = []
    session = responder.session(office.tools(), CUSTOMER, audit=lambda **use: uses.append(use))
    await steps_of(session.begin("which plan am i on"))
    (use,) = uses
    assert (use["tool"], use["outcome"]) == ("get_plan", "done")
    assert (use["customer"], use["level"]) == (CUSTOMER.customer, "verified")
