"""Both languages say the same things, and every word that the pages ask for exists."""

from __future__ import annotations

import re
from pathlib import Path

import voice.supervision
from voice.supervision.wording import LANGUAGES, wording

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
