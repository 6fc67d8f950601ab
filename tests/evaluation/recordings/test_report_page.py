"""The report in Chromium: it fits a telephone's screen, in both colours, without a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.recordings.test_report import ABOUT, html, result
from tests.supervision.browser import chromium, keep_screenshot, open_page
from voice.evaluation.recordings.summary import summarised

pytestmark = pytest.mark.calls

LONG = "a_very_long_name_of_a_recording_without_any_place_to_break_it_" * 3


@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_wider_than_the_screen(tmp_path: Path, width: int) -> None:
    calls = [
        result(0, "how much is my bill", "how much", LONG, name=LONG, diverged=LONG),
        result(1, "what is my plan", "what is my plan", "b", failures=(LONG,)),
    ]
    file = tmp_path / "report.html"
    file.write_text(html(summarised(calls, 1, ABOUT), calls))
    async with chromium() as browser:
        page = await open_page(browser)
        await page.set_viewport_size({"width": width, "height": 844})
        await page.goto(file.as_uri())
        await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await keep_screenshot(page, f"evaluation-{width}")
