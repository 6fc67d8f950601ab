"""Whole conversations with both companies, over their task files, tools and books alone.

Requests are found by the files' examples, without any downloaded model; nobody here says a
sentence that stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.demo.conftest import ROOT, TODAY, verified
from tests.response.conftest import spoken, steps_of
from voice.demo import Customer, Operator
from voice.demo import tools as operator_tools
from voice.demo.municipality import Resident, Town
from voice.demo.municipality import tools as town_tools
from voice.evaluation.database_changes import snapshot
from voice.identity import Caller
from voice.languages import language
from voice.response import NeedsIdentity, Responder, ResponseSession, ResponseTurn, WantsPerson
from voice.response.engines.example_engine import ExampleEngine
from voice.tasks import load_tasks
from voice.understanding import LexicalEmbedder

Turns = Sequence[tuple[str, str]]
"""What the caller says, and what the answer holds."""


def _responder(folder: Path) -> Responder:
    tasks = load_tasks(folder)
    engine = ExampleEngine.load(tasks, {tag: LexicalEmbedder() for tag in ("en", "fr")})
    return Responder(engine, tasks, 5.0)


@pytest.fixture(scope="module")
def company() -> Iterator[Responder]:
    loaded = _responder(ROOT / "tasks")
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def desk() -> Iterator[Responder]:
    loaded = _responder(ROOT / "tasks" / "municipality")
    yield loaded
    loaded.close()


def _said(session: ResponseSession, text: str, tag: str) -> ResponseTurn:
    return session.begin(text, spoken=language(tag), in_full=text)


async def talk(session: ResponseSession, tag: str, turns: Turns) -> None:
    for said, wanted in turns:
        answer = spoken(await steps_of(_said(session, said, tag)))
        assert wanted.lower() in answer.lower(), (said, answer)


COMPANY: list[tuple[str, Turns, set[str]]] = [
    ("en", [
        ("hello, there is no signal here since this morning", "postcode"),
        ("it's two zero one two zero", "3 hours"),
    ], set()),
    ("en", [("is there a problem with the network in Stonebridge please", "2 hours")], set()),
    ("en", [
        ("could you book a technician for Friday please", "morning, in the afternoon"),
        ("in the morning", "4 December, in the morning. Shall I book"),
        ("yes please", "comes on 4 December, in the morning"),
        ("and when does the technician come", "4 December"),
    ], {"visit"}),
    ("en", [
        ("can a technician come to my house on Sunday afternoon", "6 December, in the afternoon"),
        ("yes", "7 December"),
    ], set()),
    ("en", [("what are the roaming charges for Kenya please", "1.49 euros")], set()),
    ("en", [
        ("so what does it cost to use my phone abroad", "Which country"),
        ("Spain", "as at home"),
    ], set()),
    ("en", [
        ("could you send me a copy of a bill please", "month"),
        ("the one of October", "e-mail or by post"),
        ("by post", "3 days"),
    ], {"bill_copy"}),
    ("en", [
        ("hi, I have moved, please change my address", "street"),
        ("Rosemount Terrace", "number"),
        ("fourteen", "postcode"),
        ("two zero one four zero", "14 Rosemount Terrace"),
        ("yes that's right", "14 Rosemount Terrace"),
    ], {"contact"}),
    ("en", [
        ("I would like to change my plan to Premium please", "49.90 euros a month. Shall I"),
        ("no, leave it", "stays as it is"),
    ], set()),
    ("en", [
        ("please switch me over to the Premium plan", "100 gigabytes"),
        ("yes please do", "1 December"),
    ], {"plan_change"}),
    ("en", [("tell me, what does the Family plan cost", "34.50 euros")], set()),
    ("en", [("and what plans do you have there", "Basic")], set()),
    ("fr", [
        ("bonjour, je n'ai plus de réseau ici depuis ce matin", "code postal"),
        ("deux zéro un deux zéro", "3 heures"),
    ], set()),
    ("fr", [
        ("réservez-moi un technicien pour vendredi s'il vous plaît", "le matin"),
        ("le matin", "4 décembre, le matin. Voulez-vous"),
        ("oui, s'il vous plaît", "viendra le 4 décembre"),
    ], {"visit"}),
    ("fr", [
        ("bonjour, pouvez-vous me passer au forfait Premium", "49,90 euros par mois"),
        ("oui, allez-y", "1er décembre"),
    ], {"plan_change"}),
    ("fr", [("quels sont les frais d'itinérance pour la Suisse", "0,45 euros")], set()),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "turns", "changed"), COMPANY)
async def test_the_telephone_company_does_what_it_is_asked_for(
    company: Responder,
    operator: Operator,
    customers: list[Customer],
    tag: str,
    turns: Turns,
    changed: set[str],
) -> None:
    before = snapshot(operator.path)
    tools = operator_tools.tools_of(operator)
    session = company.session(tools, verified(customers[0]), today=lambda: TODAY)
    await talk(session, tag, turns)
    after = snapshot(operator.path)
    assert {table for table in after if after[table] != before[table]} == changed


DESK: list[tuple[str, Turns, set[str]]] = [
    ("en", [
        ("what are the opening hours of the museum", "closed"),
        ("and is the library open on Friday", "10:00"),
    ], set()),
    ("en", [
        ("hello, when is the rubbish collected please", "street"),
        ("Mill Lane", "household waste in Mill Lane"),
    ], set()),
    ("en", [
        ("I would like to apply for a resident's parking permit", "zone"),
        ("the north zone", "six digits"),
        ("four four one nine zero two", "north zone and the number plate 4 4 1 9 0 2"),
        ("yes please", "48.00 euros"),
    ], {"permit"}),
    ("en", [
        ("I need an appointment at the registry for a passport", "which day"),
        ("on Friday", "time"),
        ("at ten o'clock", "telephone number"),
        ("zero eight five five five zero one one two two", "Is that right"),
        ("yes", "4 December at 10:00"),
        ("yes please", "4 December at 10:00"),
    ], {"slot"}),
    ("en", [
        ("I want to report that a street lamp is broken", "which street"),
        ("in Castle Hill", "report 3101"),
    ], {"report", "sqlite_sequence"}),
    ("en", [("please, how much is my next tax instalment", "euros")], set()),
    ("en", [("has anybody handed in my umbrella", "20 December")], set()),
    ("en", [
        ("I want to complain about the noise in School Lane", "What makes the noise"),
        ("it's the dog", "case 3101"),
    ], {"report", "sqlite_sequence"}),
    ("fr", [
        ("quels sont les horaires de la piscine", "07:00"),
    ], set()),
    ("fr", [
        ("quand sont ramassées les poubelles rue du Moulin", "Quels déchets"),
        ("le papier", "rue du Moulin"),
    ], set()),
    ("fr", [
        ("je veux signaler un lampadaire cassé", "rue"),
        ("rue du Pont", "3101"),
    ], {"report", "sqlite_sequence"}),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "turns", "changed"), DESK)
async def test_the_desk_of_a_town_does_what_it_is_asked_for(
    desk: Responder,
    town: Town,
    resident: Resident,
    tag: str,
    turns: Turns,
    changed: set[str],
) -> None:
    before = snapshot(town.path)
    session = desk.session(town_tools.tools_of(town), verified(resident), today=lambda: TODAY)
    await talk(session, tag, turns)
    after = snapshot(town.path)
    assert {table for table in after if after[table] != before[table]} == changed - {
        "sqlite_sequence"
    }


@pytest.mark.parametrize(
    ("tag", "said"),
    [("en", "put me through to a clerk please"), ("fr", "passez-moi un agent s'il vous plaît")],
)
async def test_a_clerk_can_always_be_had(desk: Responder, town: Town, tag: str, said: str) -> None:
    session = desk.session(town_tools.tools_of(town), Caller(None), has_person=True)
    steps = await steps_of(_said(session, said, tag))
    assert any(isinstance(step, WantsPerson) for step in steps)


@pytest.mark.parametrize(
    "said", ["how much is my tax instalment please", "I need a parking permit please"]
)
async def test_what_is_a_residents_own_waits_for_the_proof(
    desk: Responder, town: Town, said: str
) -> None:
    session = desk.session(town_tools.tools_of(town), Caller(None))
    steps = await steps_of(session.begin(said))
    assert [type(step) for step in steps] == [NeedsIdentity]
