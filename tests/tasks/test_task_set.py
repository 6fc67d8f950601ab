"""Tasks in the language of the turn; what the conversation itself says, and tasks in its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.languages import language, languages
from voice.tasks import CHOSEN_BY_MODELS, Role, load_tasks, parameters, slots_of
from voice.tasks.roles import SLOTS

TAGS = sorted(languages())


def test_the_same_tasks_are_said_in_each_of_their_languages(folder: Path) -> None:
    tasks = load_tasks(folder)
    french = tasks.in_language(language("fr"))
    assert tasks.languages == ("en", "fr")
    assert tasks.language.tag == "en" and french.language.tag == "fr"
    assert tasks.wordings["hours"] == ("We are open from nine to five.",)
    assert french.wordings["hours"][0].startswith("Nous sommes ouverts")
    assert french.in_language(language("en")) is tasks
    assert tasks.in_language(language("fr")) is french


def test_tasks_that_are_not_written_in_a_language_stay_as_they_are(folder: Path) -> None:
    tasks = load_tasks(folder)
    assert tasks.in_language(language("sw")) is tasks


def test_what_is_written_without_a_language_is_in_the_files_own(folder: Path) -> None:
    (folder / "meter.yaml").unlink()
    (folder / "hours.yaml").write_text(
        "name: h\ndescription: h\nlanguage: FR\nanswers: {ouvert: [Nous sommes ouverts.]}\n"
    )
    tasks = load_tasks(folder)
    assert tasks.language.tag == "fr" and tasks.wordings["ouvert"] == ("Nous sommes ouverts.",)
    assert tasks.wordings[Role.GOODBYE] == language("fr").roles.acts["goodbye"]


def test_a_task_may_say_a_role_in_its_own_words(folder: Path) -> None:
    tasks = load_tasks(folder)
    assert tasks.wordings[Role.GOODBYE] == ("Bye from the waterworks.",)
    assert Role.GOODBYE in tasks.end_call_after, "it still ends the call"


def test_a_role_in_a_tasks_own_words_offers_a_person_only_if_the_task_says_so(folder: Path) -> None:
    file = folder / "hours.yaml"
    own = "  out_of_scope: {en: [That is not for us.], fr: [Ce n'est pas pour nous.]}\n"
    text = file.read_text("utf-8")
    assert Role.OUT_OF_SCOPE in load_tasks(folder).person_if_yes
    file.write_text(f"{text}{own}", "utf-8")
    assert Role.OUT_OF_SCOPE not in load_tasks(folder).person_if_yes
    file.write_text(f"{text}{own}person_if_yes: [out_of_scope]\n", "utf-8")
    assert Role.OUT_OF_SCOPE in load_tasks(folder).person_if_yes


def test_requests_are_those_of_the_tasks_and_of_the_conversation(folder: Path) -> None:
    requests = load_tasks(folder).requests
    reading = requests["give_reading"]
    assert reading.tool is not None and reading.tool.name == "record_reading"
    assert set(reading.examples) == {"en", "fr"}
    assert requests[Role.REPEAT].answer == Role.REPEAT and requests[Role.REPEAT].tool is None
    assert requests["opening_hours"].answer == "hours"


def test_a_person_is_the_task_that_says_so(folder: Path) -> None:
    assert load_tasks(folder).person_tool is None
    (folder / "colleague.yaml").write_text(
        "name: colleague\ndescription: x\nhand_over: true\n"
        "tool: {name: ring_somebody, result: {status: {ok: [person]}}}\n"
    )
    tasks = load_tasks(folder)
    assert tasks.person_tool is not None and tasks.person_tool.name == "ring_somebody"
    assert tasks.requests[Role.PERSON].tool is tasks.person_tool


def test_what_a_slot_stands_for(folder: Path) -> None:
    tasks = load_tasks(folder)
    given, told = tasks.source("reading_taken", "reading"), tasks.source("reading_taken", "next")
    assert (given.tool, given.key, given.argument) == ("record_reading", "reading", True)
    assert (told.key, told.argument) == ("next", False)


def test_general_models_are_told_of_arguments_but_not_of_secret_ones(folder: Path) -> None:
    schema = parameters(load_tasks(folder).tools["record_reading"].arguments or {})
    assert schema["properties"]["meter"] == {"type": "string", "pattern": "^[0-9]{8,8}$"}
    assert schema["properties"]["colour"] == {"type": "string", "enum": ["red"]}
    assert "code" not in schema["properties"] and "required" not in schema


@pytest.mark.parametrize("tag", TAGS)
def test_every_language_has_every_role(tag: str) -> None:
    roles = language(tag).roles
    assert set(roles.acts) == set(Role)
    assert set(roles.requests) == set(CHOSEN_BY_MODELS)


@pytest.mark.parametrize("tag", TAGS)
def test_roles_have_the_slots_that_code_fills(tag: str) -> None:
    for role, wordings in language(tag).roles.acts.items():
        for wording in wordings:
            wanted = [SLOTS[Role(role)]] if role in SLOTS else []
            assert slots_of(wording) == wanted, wording


@pytest.mark.parametrize("tag", TAGS)
def test_no_example_asks_for_two_things(tag: str) -> None:
    said = [text for texts in language(tag).roles.requests.values() for text in texts]
    assert len(said) == len(set(said))
    assert all(len(texts) >= 3 for texts in language(tag).roles.requests.values())
