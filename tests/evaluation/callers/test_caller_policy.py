"""What a simulated caller does next, as a table of what it hears and does."""

from __future__ import annotations

import pytest

from voice.evaluation.callers import OWN_PHRASINGS, Goal, Persona, Phrasings, find_scenario
from voice.evaluation.callers.policy import (
    Act,
    CallerPolicy,
    HangUpMove,
    ListenMove,
    PressMove,
    SayMove,
)
from voice.evaluation.callers.scenario import Patience

PERSONA = Persona(number="35315550100", customer_number="204518", pin="4071")
GREETING = "you are through to larkfield telecom how can i help you"
ASKS_PIN = "please say or key in your four digit pin"
BILL = "your balance is forty two euros due on the third of may"
PLAN = "you are on the brook plan with twenty gigabytes of data"
CONFIRM = "nobody will be able to use it shall i go ahead"
BLOCKED = "done your sim card is blocked"
SORRY = "sorry i did not catch that could you say it again"
COLLEAGUE = "i am connecting you to a colleague one moment please"
SCOPE = "i am sorry i cannot help with that shall i put you through to a colleague"
BYE = "thank you for calling goodbye"


def policy(name: str, seed: int = 1, persona: Persona = PERSONA) -> CallerPolicy:
    return CallerPolicy(find_scenario(name), persona, Phrasings.load(OWN_PHRASINGS), seed)


def outline(act: Act) -> str:
    match act:
        case SayMove():
            return act.intent
        case PressMove():
            return "keys"
        case ListenMove():
            return "listen"
        case HangUpMove():
            return f"hang up: {act.reason}"


PIN = "pin or keys"
CALLS = [
    ("plan", [(GREETING, "plan"), (PLAN, "goodbye"), (BYE, "hang up: finished")]),
    (
        "balance",
        [(GREETING, "balance"), (ASKS_PIN, PIN), (BILL, "goodbye"), (BYE, "hang up: finished")],
    ),
    ("balance", [(GREETING, "balance"), (SORRY, "balance"), (ASKS_PIN, PIN), (BILL, "goodbye")]),
    ("balance", [(GREETING, "balance"), (PLAN, "balance"), (ASKS_PIN, PIN), (BILL, "goodbye")]),
    (
        "block_sim",
        [(GREETING, "block_sim"), (ASKS_PIN, PIN), (CONFIRM, "yes"), (BLOCKED, "goodbye")],
    ),
    (
        "block_declined",
        [
            (GREETING, "block_sim"),
            (ASKS_PIN, PIN),
            (CONFIRM, "no"),
            ("okay your sim card stays active", "goodbye"),
        ],
    ),
    ("plan", [(GREETING, "plan"), (CONFIRM, "no"), (PLAN, "goodbye")]),
    ("person", [(GREETING, "person"), (COLLEAGUE, "listen"), ("hold the line", "listen")]),
    (
        "astray",
        [(GREETING, "out_of_scope"), (SCOPE, "no"), ("all right", "plan"), (PLAN, "goodbye")],
    ),
    ("balance", [(GREETING, "balance"), (COLLEAGUE, "listen"), ("", "hang up: finished")]),
    ("block_sim", [(GREETING, "block_sim"), (SCOPE, "no"), ("all right", "block_sim")]),
    (
        "balance",
        [(GREETING, "balance"), (COLLEAGUE, "listen"), ("are you still there", "balance")],
    ),
    ("plan", [(GREETING, "plan"), ("one moment please", "listen"), (PLAN, "goodbye")]),
    ("plan", [(GREETING, "plan"), (BYE, "hang up: the assistant said goodbye")]),
    ("plan", [("", "plan"), ("", "plan"), ("", "hang up: no answer")]),
]


@pytest.mark.parametrize(("scenario", "call"), CALLS)
def test_calls(scenario: str, call: list[tuple[str, str]]) -> None:
    caller = policy(scenario)
    done = [outline(caller.hear(heard)) for heard, _ in call]
    wanted = [expected for _, expected in call]
    assert [PIN if act in ("pin", "keys") else act for act in done] == wanted


def test_a_request_is_given_up_after_some_rephrasings() -> None:
    caller = policy("astray")
    acts = [outline(caller.hear(GREETING))]
    acts += [outline(caller.hear(SORRY)) for _ in range(Patience().rephrasings + 1)]
    assert acts == ["out_of_scope"] * (Patience().rephrasings + 1) + ["plan"]


def test_each_rephrasing_has_other_words() -> None:
    caller = policy("plan")
    said = [caller.hear(heard) for heard in (GREETING, SORRY, SORRY)]
    assert len({act.text for act in said if isinstance(act, SayMove)}) == 3


def test_a_spoken_pin_that_was_refused_is_typed() -> None:
    seed = next(
        seed for seed in range(20) if isinstance(_after_greeting(seed).hear(ASKS_PIN), SayMove)
    )
    caller = _after_greeting(seed)
    spoken = caller.hear(ASKS_PIN)
    assert isinstance(spoken, SayMove) and spoken.secret and "four zero seven one" in spoken.text
    assert caller.hear(ASKS_PIN) == PressMove("4071")


def test_a_stranger_never_gives_the_right_pin() -> None:
    caller = policy("stranger")
    caller.hear(GREETING)
    acts = [caller.hear(ASKS_PIN) for _ in range(3)]
    assert all("four zero seven one" not in getattr(act, "text", "") for act in acts)
    assert PressMove("4071") not in acts


def test_the_last_request_of_a_mixed_call_is_said_into_the_answer_before() -> None:
    caller = policy("mixed")
    for heard in (GREETING, PLAN, ASKS_PIN, BILL):
        assert not caller.will_interrupt
        caller.hear(heard)
    assert caller.will_interrupt
    act = caller.interrupt()
    assert isinstance(act, SayMove) and act.intent == Goal.BLOCK_SIM and act.interrupts
    assert caller.reached == [Goal.PLAN, Goal.BALANCE, Goal.REPEAT]


def test_the_same_seed_gives_the_same_call() -> None:
    def say_all(seed: int) -> list[Act]:
        caller = policy("mixed", seed)
        return [caller.hear(heard) for heard in (GREETING, PLAN, ASKS_PIN, BILL, BILL, CONFIRM)]

    assert say_all(3) == say_all(3)
    assert any(say_all(3) != say_all(seed) for seed in range(4, 9))


def test_a_conversation_that_leads_nowhere_ends() -> None:
    caller = policy("block_sim")
    acts = [outline(caller.hear(heard)) for heard in (GREETING, *[CONFIRM, SORRY] * 30)]
    assert any(act.startswith("hang up") or act == "goodbye" for act in acts)


def test_an_endless_scenario_ends_when_told() -> None:
    caller = policy("busy")
    caller.hear(GREETING)
    for _ in range(40):
        assert not isinstance(caller.hear(PLAN + " " + BILL), HangUpMove)
    caller.enough()
    acts = [outline(caller.hear(PLAN + " " + BILL)) for _ in range(2)]
    assert acts == ["goodbye", "hang up: finished"]


def _after_greeting(seed: int) -> CallerPolicy:
    caller = policy("balance", seed)
    caller.hear(GREETING)
    return caller
