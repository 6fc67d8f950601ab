"""What callers say to "shall I?" that is neither yes nor no: other values, requests, questions."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, spoken, steps_of
from voice.languages import language
from voice.response import Responder, ResponseSession, WantsPerson
from voice.response.engines.example_engine import ExampleEngine
from voice.tasks import TaskSet, load_tasks
from voice.understanding import LexicalEmbedder

VISIT = "send me a technician on the 14th of December in the morning"
VISITE = "envoyez-moi un technicien le 14 décembre, le matin"
BLOCK = {"en": "please block my sim card", "fr": "bloquez ma carte sim"}
ASKED_AGAIN = {"not_sure_block"}


@pytest.fixture(scope="module")
def tasks() -> TaskSet:
    return load_tasks(ROOT / "tasks")


@pytest.fixture(scope="module")
def examples(tasks: TaskSet) -> Iterator[Responder]:
    engine = ExampleEngine.load(tasks, {tag: LexicalEmbedder() for tag in tasks.languages})
    yield Responder(engine, tasks, tool_timeout_seconds=1.0)
    engine.close()


@pytest.fixture
def office(office: Office) -> Office:
    office.results["book_technician"] = {
        "status": "booked",
        "visit": datetime.date(2026, 12, 15),
    }
    return office


@pytest.fixture
def desk(examples: Responder, office: Office) -> ResponseSession:
    return examples.session(office.tools(), CUSTOMER, has_person=True)


# Other values


@pytest.mark.parametrize("words", ["on the 15th, please", "the 15th would be better"])
async def test_a_value_said_while_there_is_time_to_object_is_asked_about_by_name(
    examples: Responder, office: Office, words: str
) -> None:
    reached, over = asyncio.Event(), asyncio.Event()

    async def time_to_object() -> None:
        reached.set()
        await over.wait()

    session = examples.session(office.tools(), CUSTOMER, second_thoughts=time_to_object)
    await steps_of(session.begin(VISIT))
    session.begin("yes please").commit()
    await reached.wait()
    asked = await steps_of(session.begin(words))
    assert "15 December" in spoken(asked) and office.done == [] and session.asks
    over.set()
    await steps_of(session.begin("yes"))
    assert [given["day"] for given in office.arguments] == [datetime.date(2026, 12, 15)]


async def test_what_is_asked_again_is_asked_with_its_values(desk: ResponseSession) -> None:
    await steps_of(desk.begin(VISIT))
    asked = spoken(await steps_of(desk.begin("uh the", 0.05)))
    assert "14 December" in asked and "in the morning" in asked
    assert "14 December" in spoken(await steps_of(desk.ask_again()))


async def test_a_question_whose_facts_are_not_at_hand_is_asked_in_other_words(
    desk: ResponseSession, office: Office
) -> None:
    office.results["get_offer"] = {
        "status": "offered",
        "offer_data": 20,
        "offer_price": Decimal(20),
    }
    await steps_of(desk.begin("I want to change to the Smart plan"))
    assert acts(await steps_of(desk.begin("uh the", 0.05))) == {"not_sure_plan"}


# A request beside other values


@pytest.mark.parametrize(
    ("request_", "words", "told", "tag"),
    [
        (VISIT, "no, the afternoon, and what do I owe", "in the afternoon", "en"),
        (VISIT, "make it the 15th and tell me what I owe", "15 December", "en"),
        (VISIT, "what do I owe and make it the 15th", "15 December", "en"),
        (VISITE, "plutôt le 15 décembre, et combien je dois", "15 décembre", "fr"),
    ],
)
@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_a_request_beside_another_value_comes_behind(
    desk: ResponseSession,
    office: Office,
    request_: str,
    words: str,
    told: str,
    tag: str,
    answer: str,
) -> None:
    spoken_in = language(tag)
    await steps_of(desk.begin(request_, spoken=spoken_in))
    assert told in spoken(await steps_of(desk.begin(words, spoken=spoken_in)))
    assert office.done == [] and desk.asks
    answer = {"yes": "oui", "no": "non"}[answer] if tag == "fr" else answer
    said = spoken(await steps_of(desk.begin(answer, spoken=spoken_in)))
    booked = ["book_technician"] if answer in ("yes", "oui") else []
    assert office.done == [*booked, "get_bill"] and "42" in said


async def test_a_person_beside_another_value_comes_behind(
    desk: ResponseSession, office: Office
) -> None:
    await steps_of(desk.begin(VISIT))
    asked = await steps_of(desk.begin("make it the 15th and then give me a person"))
    assert "15 December" in spoken(asked) and office.done == []
    steps = await steps_of(desk.begin("yes"))
    assert office.done == ["book_technician", "transfer_to_person"]
    assert isinstance(steps[-1], WantsPerson)


@pytest.mark.parametrize("words", ["can it be the 15th?", "the 15th please, in the afternoon"])
async def test_another_value_alone_asks_for_nothing_else(
    desk: ResponseSession, office: Office, words: str
) -> None:
    await steps_of(desk.begin(VISIT))
    assert "15 December" in spoken(await steps_of(desk.begin(words)))
    await steps_of(desk.begin("no"))
    assert office.done == [] and not desk.asks


# Questions of the caller's


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("Is it free?", "en"),
        ("Are you sure?", "en"),
        ("Hello, are you there?", "en"),
        ("Who are you?", "en"),
        ("Why?", "en"),
        ("yes?", "en"),
        ("Okay?", "en"),
        ("C'est gratuit ?", "fr"),
        ("Vous êtes sûr ?", "fr"),
        ("Allô, vous êtes là ?", "fr"),
        ("Oui ?", "fr"),
        ("Si vous voulez.", "fr"),
    ],
)
@pytest.mark.parametrize("agrees", [True, False])
async def test_what_is_no_answer_keeps_the_question_open(
    desk: ResponseSession, office: Office, words: str, tag: str, agrees: bool
) -> None:
    await steps_of(desk.begin(BLOCK[tag], spoken=language(tag)))
    assert acts(await steps_of(desk.begin(words, spoken=language(tag)))) == ASKED_AGAIN
    assert desk.asks and office.done == []
    answer = {"en": ("no", "okay"), "fr": ("non", "d'accord")}[tag][agrees]
    await steps_of(desk.begin(answer, spoken=language(tag)))
    assert office.done == (["block_sim"] if agrees else []) and not desk.asks


async def test_who_asks_on_and_on_gets_a_person(desk: ResponseSession, office: Office) -> None:
    await steps_of(desk.begin(BLOCK["en"]))
    for _ in range(4):
        assert acts(await steps_of(desk.begin("Are you sure?"))) == ASKED_AGAIN
    steps = await steps_of(desk.begin("Are you sure?"))
    assert acts(steps) == {"not_blocked"} and isinstance(steps[-1], WantsPerson)
    assert office.done == []


@pytest.mark.parametrize("yes", ["yes please, could you?", "go ahead, would you?", "Yes."])
async def test_a_polite_yes_stays_a_yes(desk: ResponseSession, office: Office, yes: str) -> None:
    await steps_of(desk.begin(BLOCK["en"]))
    await steps_of(desk.begin(yes))
    assert office.done == ["block_sim"]


async def test_a_goodbye_declines(desk: ResponseSession, office: Office) -> None:
    await steps_of(desk.begin(BLOCK["en"]))
    assert "not_blocked" in acts(await steps_of(desk.begin("Goodbye then.")))
    assert office.done == [] and not desk.asks
