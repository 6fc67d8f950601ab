"""Both languages say the same things, and every word that the pages ask for exists."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

import voice.supervision
from voice.identity import IdentityLevel
from voice.supervision.wording import LANGUAGES, wording
from voice.telemetry import END_REASONS

FOLDER = Path(voice.supervision.__file__).parent


def test_all_languages_have_the_same_words() -> None:
    first, *others = (set(wording(language)) for language in LANGUAGES)
    assert all(other == first for other in others)
    assert all(text.strip() for language in LANGUAGES for text in wording(language).values())


def test_every_word_that_a_page_asks_for_exists() -> None:
    asked: set[str] = set()
    for page in (FOLDER / "pages").iterdir():
        asked |= set(re.findall(r"\bt\.(\w+)", page.read_text()))
    for module in (FOLDER / "assets").glob("*.js"):
        asked |= set(re.findall(r'\bword\("(\w+)"\)', module.read_text()))
    assert asked and asked <= set(wording("en"))


def test_pages_take_nothing_from_elsewhere_and_make_no_markup_of_text() -> None:
    for file in [*(FOLDER / "pages").iterdir(), *(FOLDER / "assets").iterdir()]:
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text and "https://" not in text.replace('"https:"', "")
        assert "innerHTML" not in text and "insertAdjacentHTML" not in text and "|safe" not in text


def test_french_marks_stand_behind_a_narrow_no_break_space() -> None:
    for key, text in wording("fr").items():
        assert not re.search(r"[^\u202f][:;!?]", text), (key, text)
        assert "'" not in text, (key, text)


def test_reasons_tasks_and_troubles_have_words() -> None:
    words = wording("en").keys()
    assert {f"end_{reason}" for reason in END_REASONS} <= words
    files = list((FOLDER.parents[1] / "tasks").glob("*.yaml"))
    tasks = {yaml.safe_load(file.read_text())["name"] for file in files}
    assert tasks and {f"task_{task}" for task in tasks} <= words
    results = [yaml.safe_load(file.read_text()).get("tool", {}).get("result", {}) for file in files]
    assert {f"fact_{key}" for result in results for key in result} <= words
    assert {f"status_{word}" for result in results for word in result.get("status", ())} <= words
    assert {f"said_{level.name.lower()}" for level in IdentityLevel} <= words
    for name in ("supervised_call.py", "transcript.py"):
        source = (FOLDER / name).read_text()
        for state in re.findall(r'_state = "([\w ]+)"', source):
            assert f"state_{state}" in words
        for kind in re.findall(r'_note\(event, position, "([\w ]+)"', source):
            assert f"note_{kind}" in words
    source = (FOLDER / "supervised_call.py").read_text()
    troubles = re.findall(r'return "([\w ]+)"', source)
    assert troubles and all(f"trouble_{kind}" in words for kind in troubles)


def test_no_word_is_left_unused() -> None:
    """Words that are put together of two parts are looked up as such."""
    text = (
        "".join(
            file.read_text()
            for folder in ("pages", "assets")
            for file in (FOLDER / folder).iterdir()
            if file.suffix in (".js", ".html")
        )
        + (FOLDER / "application.py").read_text()
    )
    kinds = ("end_", "task_", "said_", "state_", "note_", "trouble_", "total_", "stage_",
             "fact_", "status_")  # fmt: skip
    unused = {
        key
        for key in wording("en")
        if not key.startswith(kinds) and not re.search(rf"\b{key}\b", text)
    }
    assert unused == set()
