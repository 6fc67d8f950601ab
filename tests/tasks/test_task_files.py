"""Every mistake in a task file is told with its file, line and reason, and all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.model_folders import tasks_folder
from voice.tasks import load_tasks, read_tasks

LEVELS = "".join(f"l{n}: &l{n} [{f'*l{n - 1}, ' * 9}]\n" for n in range(1, 12))
BILLION_LAUGHS = f"l0: &l0 [ha]\n{LEVELS}"


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
        ("  side_effect: true", "  side_effect: maybe", "expected true or false"),
        ("  name: record_reading", "  name: record reading", "expected a name of at most 64"),
        ("  name: record_reading", "  name: ''", "expected a name of at most 64"),
        ("length: 8", "length: eight", "expected a whole number"),
        ("length: 8", "length: [8]", "expected a whole number"),
        ("stands at {reading}", "stands at {" + "x" * 2000 + "}", "{xxxxx"),
        ("    reading: {type: number}", "    reading: {}", "its type is missing"),
        ("    reading: {type: number}", "    reading: number", "expected keys and values"),
        ("{type: number}", "{type: number, least: 9, most: 3}", "least: 9 is more than most, 3"),
        ("secret: true", "secret: true, read_back: true", "what is secret cannot be read back"),
        ("of: {red: {en: [red], fr: [rouge]}}", "of: [red, no]", "put them between quotes"),
        ("of: {red: {en: [red], fr: [rouge]}}", "of: {red: 5}", "expected keys and values"),
        ("    fr: {act: [notez le]}", "    fr: notez", "expected keys and values"),
        ("stands at {reading}", "stands at {my reading}", "stand around the name of a value"),
        ("I wrote down {reading}", "I wrote down {reading", "stand around the name of a value"),
        ("[C'est moins que le précédent.]", "['?']", "has no words"),
        ("je veux donner le relevé de mon compteur", "'  '", "has no words"),
        ("    en: [That is lower than the last one.]", "    en: 12", "expected a list"),
        ("confirmation: sure", "confirmation: reading_taken", "{next} is not known before the"),
        ("ask: ask_meter", "ask: reading_taken", "{next} is not known before the tool has run"),
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
    assert all(len(one) < 600 and "\n" not in one for one in wrong)
    assert any(re.match(rf"{re.escape(str(file))}:{line}: ", one) for one in told), told


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name: [meter", r"meter\.yaml:1: not valid YAML"),
        ("- name\n- description\n", r"meter\.yaml: expected keys and values"),
        ("", r"meter\.yaml: expected keys and values"),
        ("name: a\ndescription: b\nname: c\n", r"meter\.yaml:3: name is there twice"),
        ("name: a\n", r"meter\.yaml:1: description: is missing"),
        ("name: a\ntool:\n\tname: b\n", r"meter\.yaml:3: not valid YAML: a tab, where spaces are"),
        ("name: a\ndescription: b\ntool: c\n", r"meter\.yaml:3: tool: expected keys and values"),
        ("name: a\ndescription: b\nanswers: [c]\n", r"meter\.yaml:3: answers: expected keys and"),
        ("[" * 5000, r"meter\.yaml: not valid YAML: too many levels within each other"),
        ("a: &a [*a]\n", r"meter\.yaml: more than 100000 values, those of aliases"),
        (BILLION_LAUGHS, r"meter\.yaml: more than 100000 values, those of aliases"),
        ("name: " + "a" * 1_100_000, r"meter\.yaml: 1\.1 MB; at most 1 MB"),
        ("name: a\x00\n", r"meter\.yaml: not valid YAML: .*special characters"),
    ],
)
def test_a_file_that_is_no_task_is_refused(folder: Path, text: str, reason: str) -> None:
    (folder / "meter.yaml").write_text(text)
    with pytest.raises(ConfigError, match=reason) as refused:
        load_tasks(folder)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "meter.yaml").write_bytes("name: a\ndescription: Zähler".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"meter\.yaml:2: is not UTF-8: byte 0xe4; save the"):
        load_tasks(folder)
    (folder / "meter.yaml").write_text("name: a", "utf-16")
    with pytest.raises(ConfigError, match=r"meter\.yaml:1: is not UTF-8"):
        load_tasks(folder)


def test_a_folder_without_task_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no task files"):
        load_tasks(tmp_path)
    with pytest.raises(ConfigError, match="nowhere: no such folder"):
        load_tasks(tmp_path / "nowhere")


def test_a_file_of_another_name_is_not_passed_over(folder: Path) -> None:
    (folder / "meter.yaml").rename(folder / "meter.yml")
    with pytest.raises(ConfigError, match=r"meter\.yml: task files end in \.yaml"):
        load_tasks(folder)


def test_a_folder_that_is_nowhere_is_looked_for_where_it_was_named(tmp_path: Path) -> None:
    assert tasks_folder("nowhere") == Path("nowhere")
    assert tasks_folder("tasks/municipality").is_dir()
    assert tasks_folder(str(tmp_path / "none")) == tmp_path / "none"


@pytest.mark.parametrize(
    ("right", "mistaken", "reason"),
    [
        ("name: hours", "name: meter_reading", "task meter_reading is in task meter_reading"),
        ("  opening_hours:", "  give_reading:", "request give_reading is in task hours as well"),
        ("  hours:\n    en: [We", "  sure:\n    en: [We", "act sure is in task hours as well"),
        ("when are you open", "'The meter stands at {reading}!'", "is an example of request"),
        ("    answer: hours\n", "", "without a tool it needs an answer"),
        ("answers:\n", "spoken_by_code:\n  hours: {en: [a], fr: [b]}\nanswers:\n", "answers as"),
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
