"""Every mistake in a task file is told with its file, line and reason, and all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.tasks import load_tasks, read_tasks


def test_a_folder_that_is_right_is_read(folder: Path) -> None:
    tasks, wrong = read_tasks(folder)
    assert wrong == [] and tasks is not None
    assert tasks.tools["record_reading"].arguments is not None
    assert set(tasks.requests) > {"give_reading", "opening_hours", "goodbye"}


def line_of(file: Path, part: str) -> int:
    return next(n for n, line in enumerate(file.read_text("utf-8").splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("right", "mistaken", "reason"),
    [
        ("description:", "descripton:", "descripton: unknown key: did you mean description?"),
        ("  side_effect: true", "  side_effect: maybe", "valid boolean"),
        ("  name: record_reading", "  name: 12", "expected text: put it between quotes"),
        ("length: 8", "length: 0", "expected 1 to 64 digits, or [least, most]"),
        ("type: number", "type: numeral", "does not match any of the expected tags"),
        ("ask: ask_meter", "ask: ask_it", "act ask_it is named but has no wording"),
        ("confirmation: sure", "quote: get_fee", "quote: no task has a tool get_fee that only"),
        ("confirmation: sure", "quote: record_reading", "there is no confirmation to tell it in"),
        ("confirmation: sure", "confirmation: certain", "act certain is named but"),
        ("taken: [reading_taken]", "taken: [taken_down]", "act taken_down is named but"),
        ("{taken: [reading_taken],", "{taken: [],", "taken: no act follows"),
        ("answer: reading_taken", "answer: sure", "sure follows no status of record_reading"),
        ("stands at {reading}", "stands at {level}", "{level} is no argument of the task's tool"),
        ("I wrote down {reading}", "I wrote down {level}", "no tool gives a value for {level}"),
        ("j'ai noté {reading}", "j'ai noté {level}", "no tool gives a value for {level}"),
        ("shall I write", "{code} shall I write", "{code} is secret and cannot be said"),
        ("    next: date", "    next: day", "next"),
        ("    next: date", "    reading: date", "reading is an argument as well"),
        ("(write | take) it", "(write | take it", "is missing"),
        ("    fr: {act: [notez le]}", "    klingon: {act: [x]}", "no language that there is"),
        ("type: choice, of: {red", "type: choice, unless: blue, of: {red", "no argument blue"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    folder: Path, right: str, mistaken: str, reason: str
) -> None:
    file = folder / "meter.yaml"
    text = file.read_text("utf-8")
    assert right in text
    line = line_of(file, right)
    file.write_text(text.replace(right, mistaken, 1), "utf-8")
    _, wrong = read_tasks(folder)
    told = [one for one in wrong if reason in one]
    assert told, wrong
    assert any(re.match(rf"{re.escape(str(file))}:{line}: ", one) for one in told), told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: [meter", r"meter\.yaml:1: not valid YAML"),
        ("- name\n- description\n", r"meter\.yaml: expected keys and values"),
        ("", r"meter\.yaml: expected keys and values"),
        ("name: a\ndescription: b\nname: c\n", r"meter\.yaml:3: name is there twice"),
        ("name: a\n", r"meter\.yaml:1: description: is missing"),
    ],
)
def test_a_file_that_is_no_task_is_refused(folder: Path, text: str, reason: str) -> None:
    (folder / "meter.yaml").write_text(text)
    with pytest.raises(ConfigError, match=reason) as refused:
        load_tasks(folder)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "meter.yaml").write_bytes(b"name: \xff\xfe")
    with pytest.raises(ConfigError, match=r"meter\.yaml: is not UTF-8"):
        load_tasks(folder)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no task files"):
        load_tasks(tmp_path)


@pytest.mark.parametrize(
    ("right", "mistaken", "reason"),
    [
        ("name: hours", "name: meter_reading", "task meter_reading is in task meter_reading"),
        ("  opening_hours:", "  give_reading:", "request give_reading is in task hours as well"),
        ("  hours:\n    en: [We", "  sure:\n    en: [We", "act sure is in task hours as well"),
        ("when are you open", "'The meter stands at {reading}!'", "is an example of request"),
        ("    answer: hours\n", "", "without a tool it needs an answer"),
        ("      fr: [quand êtes-vous ouverts]\n", "", "no example in French (fr)"),
    ],
)
def test_files_that_do_not_go_together_are_refused(
    folder: Path, right: str, mistaken: str, reason: str
) -> None:
    file = folder / "hours.yaml"
    text = file.read_text("utf-8")
    assert right in text
    file.write_text(text.replace(right, mistaken, 1), "utf-8")
    _, wrong = read_tasks(folder)
    assert any(reason in one for one in wrong), wrong


def test_an_act_needs_the_languages_that_other_acts_have(folder: Path) -> None:
    file = folder / "meter.yaml"
    file.write_text(file.read_text("utf-8").replace("    fr: [C'est moins", "    # fr: ["), "utf-8")
    with pytest.raises(
        ConfigError, match=r"too_low: act reading_too_low: no wording in French \(fr\)"
    ):
        load_tasks(folder)


def test_all_mistakes_are_told(folder: Path) -> None:
    for name in ("meter.yaml", "hours.yaml"):
        file = folder / name
        file.write_text(file.read_text("utf-8").replace("description:", "descripton:"), "utf-8")
    _, wrong = read_tasks(folder)
    assert len(wrong) == 4, "a key that is unknown, and one that is missing, in each"
    with pytest.raises(ConfigError, match=r"\(and 3 more: voice tasks check "):
        load_tasks(folder)
