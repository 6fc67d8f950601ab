"""The engine of the examples with a real embedding: far from the words of the examples."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fetched
from voice.embeddings import Embedder
from voice.engine_queue import Priority
from voice.response.engines.engine import ModelCall
from voice.response.engines.example_engine import ExampleEngine
from voice.response.prompts.harmony import CallerSaid
from voice.settings.embedding import REQUESTS
from voice.tasks import load_tasks

pytestmark = pytest.mark.real_models

TASKS = Path(__file__).resolve().parents[2] / "tasks"


@pytest.fixture(scope="module")
def engine() -> Iterator[ExampleEngine]:
    tasks = load_tasks(TASKS)
    embedder = Embedder.load(fetched(REQUESTS))
    loaded = ExampleEngine.load(tasks, dict.fromkeys(tasks.languages, embedder))
    yield loaded
    loaded.close()


@pytest.mark.parametrize(
    ("said", "language", "tool"),
    [
        ("somebody pinched my handset on the tube", "en", "block_sim"),
        ("we have got no reception in the village", "en", "check_outage"),
        ("i would like a cheaper package", "en", "change_plan"),
        ("is data included when i travel to spain", "en", "get_roaming"),
        ("on m'a dérobé mon mobile", "fr", "block_sim"),
        ("il n'y a plus de réseau au village", "fr", "check_outage"),
    ],
)
async def test_a_request_in_words_of_its_own(
    engine: ExampleEngine, said: str, language: str, tool: str
) -> None:
    turns = [[CallerSaid(said, language)]]
    pieces = [piece async for piece in engine.reply(turns, Priority.FINAL)]
    assert isinstance(pieces[0], ModelCall) and pieces[0].tool == tool


async def test_what_is_refused_calls_nothing(engine: ExampleEngine) -> None:
    for said in ("please don't lock my card", "my sim works fine", "my neighbour lost his phone"):
        pieces = [piece async for piece in engine.reply([[CallerSaid(said, "en")]])]
        assert not isinstance(pieces[0], ModelCall)
