"""A call with a town's desk in French: asked, looked up, taken down and answered in French."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.conftest import Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from tests.calls.test_call_languages import ENGLISH, FRENCH, Heard, Speaker, Two, offering
from tests.demo.conftest import ROOT
from voice.demo import CustomerDirectory
from voice.demo.municipality import Town
from voice.demo.municipality.tools import tools_of
from voice.events import FinalTranscript, ToolCalled
from voice.response import Responder
from voice.response.engines.example_engine import ExampleEngine
from voice.speech import PiperSpeaker
from voice.tasks import load_tasks
from voice.understanding import LexicalEmbedder


@pytest.fixture
def voices(loaded: tuple[object, PiperSpeaker]) -> Two:
    return Two(loaded[1])


@pytest.fixture
def desk() -> Iterator[Responder]:
    tasks = load_tasks(ROOT / "tasks" / "municipality")
    engine = ExampleEngine.load(tasks, {tag: LexicalEmbedder() for tag in ("en", "fr")})
    responder = Responder(engine, tasks, 5.0)
    yield responder
    responder.close()


@pytest.mark.calls
async def test_a_desk_answers_in_french_and_in_english_where_the_caller_speaks_it(
    serve: Serve, log: EventLog, say: Say, voices: Two, desk: Responder, tmp_path: Path
) -> None:
    town = Town.create(tmp_path / "town.sqlite", 5)
    recogniser = Heard(
        ("Je veux signaler un lampadaire cassé, s'il vous plaît.", FRENCH),
        ("C'est rue du Pont.", FRENCH),
        ("Et quand passe le camion pour le papier rue du Moulin ?", FRENCH),
        ("When is the paper collected in Mill Lane, please?", ENGLISH),
    )
    socket = await serve(
        offering("fr", "en"),
        recogniser=recogniser,
        voices=voices.voices,
        responder=desk,
        tools=tools_of(town),
        identity=CustomerDirectory(town),
    )
    async with LegCaller(socket, "desk") as caller:
        await log.clause("Hello")
        speaker = Speaker(caller, log, say("What is my plan?"))
        await speaker.says("Dans quelle rue se trouve le lampadaire")
        await speaker.says("sous le numéro 3101")
        await speaker.says("le papier")
        await speaker.says("Mill Lane")
        caller.hang_up()
    assert [event.language for event in log.of(FinalTranscript)] == ["fr", "fr", "fr", "en"]
    assert [event.tool for event in log.of(ToolCalled)] == [
        "report_light", "next_collection", "next_collection",
    ]  # fmt: skip
    assert town.report("light", "bridge_street", "") == 3101
