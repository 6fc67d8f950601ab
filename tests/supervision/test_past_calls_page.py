"""The board's list of past calls in Chromium: searched, paged, and found again by its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.supervision.browser import (
    axe_source,
    barriers,
    keep_screenshot,
    mistakes_of,
    open_page,
    sign_in,
)
from tests.supervision.kept_calls import KeptCall
from tests.supervision.supervised_installation import Installation, tools
from tests.telephony.edge.edge_caller import calling

pytestmark = [pytest.mark.calls, pytest.mark.timeout(120)]


@pytest.fixture
def kept(tmp_path: Path) -> list[KeptCall]:
    """Sixty calls of the last thirty days."""
    calls = [
        KeptCall(
            f"{number:02}call",
            days=0.01 + number / 2,
            number=f"+49155500{number:05}",
            tool="get_bill" if number % 2 else "get_plan",
            end="no input" if number % 3 == 0 else "hang-up",
            wrong_pins=int(number % 10 == 0),
        )
        for number in range(60)
    ]
    for call in calls:
        call.write(tmp_path / "records")
    return calls


async def test_past_calls_are_paged_and_searched(
    kept: list[KeptCall], installation: Installation, browser: Browser
) -> None:
    page = await open_page(browser)
    await sign_in(page, installation.url, installation.name, installation.password)
    host, port = installation.edge
    await expect(page.locator("#no-running code")).to_have_text(f"sip:{host}:{port}")
    rows, shown = page.locator("#past tbody tr"), page.locator("#page")
    await expect(page.locator("#found")).to_have_text("60 calls")
    await expect(shown).to_have_text("Page 1 of 3")
    await expect(rows).to_have_count(25)
    await expect(rows.first).to_contain_text("00call")
    await expect(page.locator("#newer")).to_be_disabled()
    await page.click("#older")
    await expect(shown).to_have_text("Page 2 of 3")
    await expect(rows.first).to_contain_text("25call")
    await page.click("#older")
    await expect(rows).to_have_count(10)
    await expect(page.locator("#older")).to_be_disabled()
    await page.reload()
    await expect(shown).to_have_text("Page 3 of 3")
    await page.go_back()
    await expect(shown).to_have_text("Page 2 of 3")

    await page.fill('[name="text"]', kept[41].number)
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_have_text("1 call")
    await expect(rows).to_contain_text(["41call"])
    await rows.locator("a").click()
    await expect(page.locator("#call-id")).to_have_text("41call")
    await expect(page.locator("#no-recording")).to_be_visible()
    await page.go_back()
    await expect(page.locator('[name="text"]')).to_have_value(kept[41].number)
    await expect(rows).to_contain_text(["41call"])

    await page.click('button[type="reset"]')
    await page.select_option('[name="end"]', "needs help")
    await page.select_option('[name="task"]', "plan")
    await page.click('#search button:not([type="reset"])')
    await expect(page.locator("#found")).to_have_text("6 calls")
    await expect(rows.first.locator(".trouble")).to_have_text("PIN refused")
    day = await page.evaluate(
        "(days) => { const at = new Date(Date.now() - days * 86400000);"
        " const two = (n) => String(n).padStart(2, '0');"
        " return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`; }",
        kept[20].days,
    )
    await page.fill('[name="date"]', day)
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_have_text("1 call")
    await expect(rows).to_contain_text(["20call"])
    await page.fill('[name="text"]', "nobody")
    await page.keyboard.press("Enter")
    await expect(page.locator("#found")).to_have_text("No call fits.")
    assert [each for each in mistakes_of(page) if "404" not in each] == []


async def test_a_call_that_ends_joins_the_list_and_takes_no_focus(
    kept: list[KeptCall], installation: Installation, browser: Browser
) -> None:
    page = await open_page(browser)
    await sign_in(page, installation.url, installation.name, installation.password)
    await page.wait_for_selector("#past tbody tr")
    async with calling(installation.edge) as caller:
        await caller.listens(20)
        await page.wait_for_selector("#running tbody tr")
        await page.focus('#past a[href="/calls/03call"]')
    await expect(page.locator("#no-running")).to_be_visible()
    await expect(page.locator("#found")).to_have_text("61 calls")
    focused = "document.activeElement.getAttribute('href')"
    assert await page.evaluate(focused) == "/calls/03call"


@pytest.mark.parametrize("width", [1280, 1130, 840, 390])
@pytest.mark.parametrize("dark", [False, True])
async def test_the_list_has_no_barrier(
    width: int, dark: bool, kept: list[KeptCall], installation: Installation, browser: Browser
) -> None:
    axe = tools(axe_source)
    page = await open_page(browser, width, dark)
    await sign_in(page, installation.url, installation.name, installation.password)
    await page.goto(f"{installation.url}/?end=needs+help&language=fr")
    await page.wait_for_selector("#past .trouble")
    await keep_screenshot(page, f"past-{width}-{'dark' if dark else 'light'}")
    assert await barriers(page, axe) == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    lines = (
        "[...document.querySelectorAll('td[data-column=call_id], td[data-column=end]')].map((cell)"
        " => { const text = document.createRange(); text.selectNodeContents(cell);"
        " return text.getClientRects().length; })"
    )
    assert set(await page.evaluate(lines)) <= {1, 2}, "no word is cut to fit into a column"
