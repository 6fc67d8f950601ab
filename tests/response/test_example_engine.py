"""Conversations over the demonstration's tasks with the engine `examples`, by letters alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, spoken, steps_of
from voice.engine_queue import EngineQueue, Priority
from voice.languages import language
from voice.response import Responder, ResponseSession, WantsPerson
from voice.response.engines.engine import End, ModelCall
from voice.response.engines.example_engine import ExampleEngine
from voice.response.prompts.harmony import CallerSaid
from voice.tasks import Role, TaskSet, load_tasks
from voice.understanding import LexicalEmbedder


@pytest.fixture(scope="module")
def tasks() -> TaskSet:
    return load_tasks(ROOT / "tasks")


@pytest.fixture(scope="module")
def engine(tasks: TaskSet) -> Iterator[ExampleEngine]:
    loaded = ExampleEngine.load(tasks, {tag: LexicalEmbedder() for tag in tasks.languages})
    yield loaded
    loaded.close()


@pytest.fixture
def session(engine: ExampleEngine, tasks: TaskSet, office: Office) -> ResponseSession:
    responder = Responder(engine, tasks, tool_timeout_seconds=1.0)
    return responder.session(office.tools(), CUSTOMER, has_person=True)


async def test_a_request_calls_its_tool_and_gets_its_answer(
    session: ResponseSession, office: Office
) -> None:
    assert "balance" in acts(await steps_of(session.begin("What is my balance?")))
    assert "due_date" in acts(await steps_of(session.begin("When is my bill due?")))
    assert office.done == ["get_bill", "get_bill"]


@pytest.mark.parametrize(
    "said",
    [
        "Don't block my SIM card.",
        "There is no need to block my SIM card.",
        "I did not lose my phone.",
        "My neighbour lost his phone.",
        "I have no problem with my SIM card, it works fine.",
    ],
)
async def test_what_is_no_request_starts_nothing(
    session: ResponseSession, office: Office, said: str
) -> None:
    told = acts(await steps_of(session.begin(said)))
    assert office.done == [] and not session.asks
    assert told <= {Role.OKAY, Role.NOT_UNDERSTOOD, Role.OUT_OF_SCOPE}


async def test_two_requests_are_answered_in_one_turn(
    session: ResponseSession, office: Office
) -> None:
    told = acts(await steps_of(session.begin("What is my balance and which plan do I have?")))
    assert office.done == ["get_bill", "get_plan"]
    assert told == {"bill_and_plan"}


@pytest.mark.parametrize(
    ("answer", "done"), [("yes", ["block_sim", "get_bill"]), ("no", ["get_bill"])]
)
async def test_what_was_asked_for_beside_an_act_is_not_forgotten(
    session: ResponseSession, office: Office, answer: str, done: list[str]
) -> None:
    said = "Please block my SIM card and tell me my account balance."
    assert acts(await steps_of(session.begin(said))) == {"confirm_block"}
    assert "balance" in acts(await steps_of(session.begin(answer)))
    assert office.done == done


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("Can I talk to somebody, and how much do I owe?", "en"),
        ("Can I have a person, and how much do I owe?", "en"),
        ("Je peux avoir un conseiller, et combien je dois ?", "fr"),
        ("What is my balance? And then put me through to an agent.", "en"),
        ("I'd like my balance and a person please", "en"),
        ("Je voudrais mon solde et un conseiller, s'il vous plaît.", "fr"),
        ("Passez-moi un conseiller, et combien je dois ?", "fr"),
    ],
)
async def test_a_person_beside_something_else_comes_behind_it(
    session: ResponseSession, office: Office, words: str, tag: str
) -> None:
    steps = await steps_of(session.begin(words, spoken=language(tag)))
    assert office.done == ["get_bill", "transfer_to_person"]
    assert "42" in spoken(steps) and isinstance(steps[-1], WantsPerson)


@pytest.mark.parametrize(
    ("words", "answer", "tag"),
    [
        ("I'd like my bill and a person please", "I don't know", "en"),
        ("Je voudrais ma facture et un conseiller, s'il vous plaît.", "Je ne sais pas", "fr"),
    ],
)
async def test_a_person_comes_also_behind_a_question_for_a_detail(
    session: ResponseSession, office: Office, words: str, answer: str, tag: str
) -> None:
    steps = await steps_of(session.begin(words, spoken=language(tag)))
    assert session.wanted is not None and not isinstance(steps[-1], WantsPerson)
    steps = await steps_of(session.begin(answer, spoken=language(tag)))
    assert office.done == ["transfer_to_person"] and isinstance(steps[-1], WantsPerson)


async def test_who_asks_for_nothing_but_a_person_gets_one(
    session: ResponseSession, office: Office
) -> None:
    steps = await steps_of(session.begin("I have a complaint, give me a person please"))
    assert office.done == ["transfer_to_person"] and isinstance(steps[-1], WantsPerson)


async def test_a_request_beside_a_question_for_a_detail_is_answered_and_the_question_comes_back(
    session: ResponseSession, office: Office
) -> None:
    await steps_of(session.begin("I want to change my address"))
    asked = session.wanted
    said = spoken(await steps_of(session.begin("Oh wait, what is my balance?")))
    assert office.done == ["get_bill"] and "42.17" in said
    assert said.endswith("street is it?") and asked is not None and session.wanted == asked


async def test_why_and_what_was_are_declined(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin("What is my balance?"))
    told = acts(await steps_of(session.begin("Why is my balance so high?")))
    assert told == {Role.OUT_OF_SCOPE}
    assert office.done == ["get_bill"]


async def test_french_is_understood_where_the_turn_is_french(engine: ExampleEngine) -> None:
    turns = [[CallerSaid("quel est mon solde", "fr")]]
    pieces = [piece async for piece in engine.reply(turns, Priority.FINAL)]
    assert isinstance(pieces[0], ModelCall) and pieces[0].tool == "get_bill"
    assert pieces[-1] == End()


async def test_vectors_are_kept_where_it_is_told(tasks: TaskSet, tmp_path: Path) -> None:
    embedders = {"en": LexicalEmbedder()}
    engine = ExampleEngine.load(tasks, embedders, keep_in=tmp_path, make_queue=EngineQueue)
    engine.close()
    assert (tmp_path / "lexical.npz").is_file()
    assert engine.languages == ("en",)


@pytest.mark.parametrize("answer", ["yes please", "no leave it"])
async def test_what_was_asked_together_with_an_act_comes_behind_its_question(
    session: ResponseSession, office: Office, answer: str
) -> None:
    asked = await steps_of(session.begin("please block my sim card and tell me which plan i am on"))
    assert "confirm_block" in acts(asked)
    said = spoken(asked + await steps_of(session.begin(answer)))
    assert ("block_sim" in office.done) is answer.startswith("yes") and "Smart" in said
