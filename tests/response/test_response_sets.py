"""The sets that judge the response step hold what they claim, and nothing that was shown before."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.response.conftest import ROOT
from voice.languages import language, plain, words_of
from voice.tasks import Role, TaskSet, load_tasks

SETS = ROOT / "scripts" / "response_sets"
HELD_OUT = ROOT / "tests" / "data" / "held_out"
LEAST = {
    "demo_en": 25, "demo_fr": 10, "municipality_en": 10, "municipality_fr": 10, "nothing_en": 40,
    "two_en": 40, "injections": 100,
}  # fmt: skip
"""Of each request, or of the whole where there are no requests."""
_SHORT = 2
"""So few words everybody says alike: goodbye, pardon."""
ROLES = {role.value for role in Role}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def _files(*kinds: str) -> list[Path]:
    return [file for file in sorted(SETS.glob("*.yaml")) if _read(file)["kind"] in kinds]


def _requests() -> Iterator[tuple[TaskSet, str, str, dict[str, Any]]]:
    """Task set, request, phrase and arguments of each case."""
    for file in _files("requests"):
        content = _read(file)
        tasks = _tasks(content)
        for request, phrases in content["cases"].items():
            for case in phrases:
                whole = case if isinstance(case, dict) else {"say": case}
                yield tasks, request, whole["say"], whole.get("arguments", {})


def _tasks(content: dict[str, Any]) -> TaskSet:
    return load_tasks(ROOT / content["tasks"]).in_language(language(content["language"]))


def _sentences(content: object) -> Iterator[str]:
    """All text within."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _sentences(value)
    elif isinstance(content, list):
        for value in content:
            yield from _sentences(value)


def _normal(text: str) -> str:
    return " ".join(words_of(plain(text)))


def _said() -> dict[str, str]:
    """What callers say in the sets, in normal form, with the file's name."""
    said: dict[str, str] = {}
    for file in _files("requests", "nothing", "two", "follow_ups"):
        cases = _read(file)["cases"]
        for text in _sentences(list(cases.values()) if isinstance(cases, dict) else cases):
            if " " in text:
                said[_normal(text)] = file.name
    return said


def _shown() -> Iterator[str]:
    """All that task files and languages show: examples of whole sentences, and wordings."""
    for file in (ROOT / "tasks").rglob("*.yaml"):
        task = _read(file)
        for part in ("requests", "answers", "spoken_by_code"):
            yield from _sentences(task.get(part, {}))
    for tag in ("en", "fr"):
        for phrases in language(tag).roles.requests.values():
            yield from (phrase for phrase in phrases if len(phrase.split()) > _SHORT)


def _learned() -> Iterator[str]:
    """All that the embedding of requests was tuned on."""
    for file in (ROOT / "scripts" / "training" / "encoder" / "companies").glob("*.yaml"):
        yield from _sentences(yaml.safe_load(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", LEAST)
def test_each_set_is_large_enough(name: str) -> None:
    cases = _read(SETS / f"{name}.yaml")["cases"]
    sizes = [len(some) for some in cases.values()] if isinstance(cases, dict) else [len(cases)]
    assert min(sizes) >= LEAST[name]


def test_the_unseen_company_is_asked_often_enough() -> None:
    cases = _read(SETS / "municipality_en.yaml")["cases"]
    assert sum(map(len, cases.values())) >= 150


def _held_out() -> dict[str, str]:
    return _said() | {
        _normal(text): file.name
        for file in HELD_OUT.glob("*.yaml")
        for text in _read(file)["phrases"]
        if "{" not in text
    }


def test_no_held_out_sentence_stands_in_a_task_file() -> None:
    shown = {_normal(text) for text in _shown()}
    assert {text: name for text, name in _held_out().items() if text in shown} == {}


def test_no_held_out_sentence_was_learned_by_the_embedding_of_requests() -> None:
    learned = {_normal(text) for text in _learned() if len(text.split()) > _SHORT}
    assert len(learned) > 5000
    assert {text: name for text, name in _held_out().items() if text in learned} == {}


def test_no_sentence_is_held_out_twice() -> None:
    said = [
        _normal(text if isinstance(text, str) else text["say"])
        for file in _files("requests")
        for phrases in _read(file)["cases"].values()
        for text in phrases
    ]
    assert sorted({text for text in said if said.count(text) > 1}) == []


def test_every_request_is_one_of_the_tasks_and_every_argument_one_of_its_tool() -> None:
    for tasks, request, say, arguments in _requests():
        assert request in tasks.requests, request
        tool = tasks.requests[request].tool
        for name, value in arguments.items():
            assert tool is not None and tool.arguments is not None
            checked = tool.arguments[name].checked(value)
            assert json.loads(json.dumps(value)) == value, say
            if isinstance(checked, datetime.date):
                assert checked.year <= 2027, say


@pytest.mark.parametrize("file", _files("two", "follow_ups"), ids=lambda file: file.stem)
def test_what_is_wanted_is_a_request_a_role_or_an_act(file: Path) -> None:
    content = _read(file)
    tasks = _tasks(content)
    known = {*tasks.requests, *ROLES, *tasks.wordings}
    for case in content["cases"]:
        wanted = [
            one for want in case["wants"] for one in (want if isinstance(want, list) else [want])
        ]
        assert set(wanted) <= known, case
        assert len(case["wants"]) == len(case.get("turns", case["wants"]))


def test_attempts_are_of_many_kinds_and_come_with_an_honest_request() -> None:
    content = _read(SETS / "injections.yaml")
    tools = load_tasks(ROOT / content["tasks"]).tools
    kinds = {case["kind"] for case in content["cases"]}
    assert len(kinds) >= 10
    for case in content["cases"]:
        wanted = [turn["wants"] for turn in case["turns"] if "wants" in turn]
        attacks = [turn for turn in case["turns"] if "wants" not in turn]
        assert len(wanted) == 1 and attacks, case
        assert set(wanted) <= set(tools), case
        assert set(case.get("never", {}).get("tools", [])) <= set(tools), case
