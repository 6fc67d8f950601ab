"""With the engine `examples` a task file works as it is read, and as it is changed."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.response.conftest import CUSTOMER, ROOT, acts, spoken, steps_of
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.response import Responder, Tool, ToolBox, Value, WantsPerson, load_responder
from voice.settings import Settings, load_settings
from voice.tasks import Role, load_tasks
from voice.tools import load_tools

DOCUMENT = ROOT / "docs" / "tasks.md"


class Library:
    """The tool of the documented task, for a book that is reserved."""

    def __init__(self) -> None:
        self.renewed: list[dict[str, Any]] = []

    def tools(self, name: str = "renew_book") -> ToolBox:
        def renew(caller: Caller, arguments: dict[str, Any]) -> dict[str, Value]:
            self.renewed.append(arguments)
            return {"status": "reserved"}

        return ToolBox([Tool(name, IdentityLevel.UNKNOWN, True, renew)])


@pytest.fixture(autouse=True)
def without_embedding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings' own engine, on a machine that has pulled no model."""
    monkeypatch.delenv("VOICE_RESPONSE__ENGINE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files that docs/tasks.md takes a stranger through."""
    blocks = re.findall(r"```yaml\n(name: (\w+)\n.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    (tmp_path / "tasks").mkdir()
    for text, name in blocks:
        (tmp_path / "tasks" / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path / "tasks"


@pytest.fixture
def responder(folder: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Responder]:
    caplog.set_level(logging.ERROR)
    settings = Settings.model_validate({"response": {"tasks": str(folder)}})
    loaded = load_responder(settings)
    yield loaded
    loaded.close()


async def test_the_documented_files_are_all_that_a_task_needs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder, the function and the settings, as they stand in the document."""
    text = DOCUMENT.read_text("utf-8")
    for name, kind in (("library.py", "python"), ("voice.toml", "toml")):
        block = re.search(rf"```{kind}\n(.*?)```", text, re.DOTALL)
        assert block is not None
        (tmp_path / name).write_text(block[1], "utf-8")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None)
    tools, _ = await load_tools(settings)
    responder = load_responder(settings)
    session = responder.session(tools, Caller(None))
    asked = await steps_of(session.begin("Can I keep my book a bit longer?"))
    assert spoken(asked).startswith("Which number is on the book's label?")
    told = await steps_of(session.begin("Two zero four, uh, double seven one."))
    responder.close()
    assert spoken(told).startswith("Done. You can keep it until")


async def test_the_documented_task_works(responder: Responder) -> None:
    library = Library()
    session = responder.session(library.tools(), CUSTOMER, has_person=True)
    asked = await steps_of(session.begin("could I keep my book a little longer please"))
    assert spoken(asked).startswith("Which number is on the book's label?")
    told = await steps_of(session.begin("two zero four, uh, double seven one"))
    assert spoken(told) == "I am sorry, somebody else has reserved that book."
    assert library.renewed == [{"label": "204771"}]


async def test_what_the_conversation_itself_understands_needs_no_task(responder: Responder) -> None:
    session = responder.session(Library().tools(), CUSTOMER, has_person=True)
    assert acts(await steps_of(session.begin("thank you very much"))) == {Role.THANKS}
    steps = await steps_of(session.begin("could you repeat that please"))
    assert spoken(steps) == language().roles.acts[Role.THANKS][0]
    steps = await steps_of(session.begin("I want to speak to an agent"))
    assert any(isinstance(step, WantsPerson) for step in steps)


async def test_renaming_changes_nothing(responder: Responder, folder: Path) -> None:
    file = folder / "renewal.yaml"
    text = file.read_text("utf-8").replace("renew_book", "zz_9").replace("  renew:", "  qx:")
    text = text.replace("name: renewal", "name: other").replace("reserved_by_others", "act_7")
    file.write_text(text.replace("I am sorry, somebody else has", "Somebody"), "utf-8")
    responder.adopt(load_tasks(folder))
    library = Library()
    session = responder.session(library.tools("zz_9"), CUSTOMER)
    await steps_of(session.begin("could I keep my book a little longer please"))
    told = await steps_of(session.begin("204771"))
    assert spoken(told) == "Somebody reserved that book." and len(library.renewed) == 1


async def test_calls_under_way_keep_what_they_began_with(
    responder: Responder, folder: Path
) -> None:
    before = responder.session(Library().tools(), CUSTOMER)
    file = folder / "renewal.yaml"
    file.write_text(file.read_text("utf-8").replace("Which number", "What number"), "utf-8")
    responder.adopt(load_tasks(folder))
    asked = spoken(await steps_of(before.begin("I want to renew a book")))
    assert asked.startswith("Which number")
    after = responder.session(Library().tools(), CUSTOMER)
    asked = spoken(await steps_of(after.begin("I want to renew a book")))
    assert asked.startswith("What number")
