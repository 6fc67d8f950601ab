"""A small model knows the tasks that it was trained on, and says so when it is given others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.response.conftest import CUSTOMER, ROOT, Office, acts, spoken, steps_of
from voice.errors import ModelError
from voice.response import Responder
from voice.response.engines.learnt import Learnt
from voice.tasks import load_tasks


@pytest.fixture
def tasks_copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "tasks", tmp_path / "tasks"))


def test_it_knows_the_tasks_that_come_along(embedded_responder_path: Path) -> None:
    learnt = Learnt.read(embedded_responder_path / "harmony.json")
    assert set(learnt.tools) <= set(load_tasks(ROOT / "tasks").tools)
    assert learnt.language == "en" and learnt.sentences["goodbye"].startswith("Thank you")


async def test_the_first_wording_of_an_answer_may_be_changed(
    embedded_responder_path: Path, tasks_copy: Path
) -> None:
    file = tasks_copy / "plan.yaml"
    old = "You are on the {plan} plan with {data_gb} gigabytes of data for {price} euros a month."
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, "It is called {plan}."))
    responder = Responder.load(embedded_responder_path, tasks_copy)
    session = responder.session(Office().tools(), CUSTOMER)
    steps = await steps_of(session.begin("what plan am i on"))
    responder.close()
    assert acts(steps) == {"plan"} and spoken(steps) == "It is called Smart."


def test_tasks_without_its_tools_are_refused(
    embedded_responder_path: Path, tasks_copy: Path
) -> None:
    file = tasks_copy / "plan.yaml"
    file.write_text(file.read_text().replace("get_plan", "look_up"))
    with pytest.raises(
        ModelError, match=r"embedded-en: .* other tasks, which have get_plan; "
    ) as no:
        Responder.load(embedded_responder_path, tasks_copy)
    assert 'engine = "examples"' in str(no.value)


def _in_french(content: Any) -> Any:
    """What is by language in French alone."""
    if isinstance(content, dict) and content.keys() == {"en", "fr"}:
        return content["fr"]
    if isinstance(content, dict):
        return {key: _in_french(value) for key, value in content.items()}
    return content


def test_tasks_in_another_language_are_refused(
    embedded_responder_path: Path, tasks_copy: Path
) -> None:
    for file in tasks_copy.glob("*.yaml"):
        task = {"language": "fr", **_in_french(yaml.safe_load(file.read_text()))}
        file.write_text(yaml.safe_dump(task, allow_unicode=True))
    with pytest.raises(ModelError, match="texts in English"):
        Responder.load(embedded_responder_path, tasks_copy)


def test_tools_that_it_never_calls_are_told(
    embedded_responder_path: Path, tasks_copy: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tasks_copy / "order.yaml").write_text(
        "name: order\ndescription: x\ntool: {name: order_router, result: {status: {ok: [done]}}}\n"
        "answers: {done: {en: [Ordered.], fr: [Commandé.]}}\n"
    )
    Responder.load(embedded_responder_path, tasks_copy).close()
    (told,) = [line for line in caplog.messages if "order_router" in line]
    assert "the model never calls" in told


def test_a_changed_set_that_it_does_not_know_leaves_new_calls_as_they_were(
    responder: Responder, tasks_copy: Path
) -> None:
    before = responder.tasks
    file = tasks_copy / "plan.yaml"
    file.write_text(file.read_text().replace("get_plan", "look_up"))
    with pytest.raises(ModelError, match="the model was trained on other tasks"):
        responder.adopt(load_tasks(tasks_copy))
    assert responder.tasks is before


async def test_changed_tasks_answer_new_calls_and_no_others(
    embedded_responder_path: Path, tasks_copy: Path
) -> None:
    responder = Responder.load(embedded_responder_path, tasks_copy)
    before = responder.session(Office().tools(), CUSTOMER)
    file = tasks_copy / "conversation.yaml"
    file.write_text(file.read_text().replace("Larkfield Telecom", "Millbrook Water"))
    responder.adopt(load_tasks(tasks_copy))
    after = responder.session(Office().tools(), CUSTOMER)
    old = spoken(await steps_of(before.begin("who are you")))
    new = spoken(await steps_of(after.begin("who are you")))
    responder.close()
    assert "Larkfield" in old and "Millbrook" in new


@pytest.mark.parametrize("wrong", [{"tools": None}, {"language": "xx"}, {"architecture": "gpt-2"}])
def test_a_damaged_description_is_refused(
    embedded_responder_path: Path, tmp_path: Path, wrong: dict[str, object]
) -> None:
    form = json.loads((embedded_responder_path / "harmony.json").read_text())
    (tmp_path / "harmony.json").write_text(json.dumps(form | wrong))
    with pytest.raises(ModelError, match=r"harmony\.json: not"):
        Learnt.read(tmp_path / "harmony.json")
