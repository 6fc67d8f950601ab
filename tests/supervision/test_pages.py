"""The pages in Debian's Chromium, against real processes and a caller over real SIP."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.supervision.browser import (
    axe_source,
    barriers,
    keep_screenshot,
    mistakes_of,
    open_page,
    sign_in,
    until,
    wait_for_tone,
)
from tests.supervision.scripted_call_process import ASSISTANT_HZ, PLANTED
from tests.supervision.supervised_installation import Installation, tools
from tests.telephony.edge.edge_caller import Caller, calling

MARKER_HZ = 1700.0

pytestmark = [pytest.mark.calls, pytest.mark.timeout(180)]


async def watched_call(page: Page, caller: Caller) -> None:
    """Go from the board to the page of the one running call."""
    await page.wait_for_selector("#running tbody tr")
    await page.focus("#running tbody a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#transcript li")


async def test_a_supervisor_watches_listens_and_replays(
    installation: Installation, browser: Browser
) -> None:
    page = await open_page(browser)
    await sign_in(page, installation.url, installation.name, installation.password)
    await expect(page.locator("#no-running")).to_be_visible()
    mallory = "<script>alert(2)</script>"
    async with calling(installation.edge, display_name=mallory) as caller:
        caller.frequency = MARKER_HZ
        row = page.locator("#running tbody tr")
        await expect(row).to_contain_text("45")
        await expect(row).not_to_contain_text("35312345")
        await caller.listens(60)
        caller.rtp.send_key("1")
        await expect(row).to_contain_text("It has forty gigabytes of data.")
        await expect(row).to_contain_text("plan")
        await watched_call(page, caller)
        await watches(page, caller)
        await listens(page, caller)
    await expect(page.locator("#listen-state")).to_have_text("The call is over.")
    await replays(page)
    assert mistakes_of(page) == []
    await page.goto(installation.url)
    await expect(page.locator("#past tbody tr")).to_contain_text("the caller hung up")


async def watches(page: Page, caller: Caller) -> None:
    transcript = page.locator("#transcript")
    await expect(transcript).to_contain_text(PLANTED)
    assert await transcript.locator("img, b, i").count() == 0, "what was said stays text"
    note = transcript.locator("li.note", has_text="The system answered")
    await expect(note).to_contain_text("The system answered: plan")
    facts = [
        "number: +••••••45",
        "plan: Meadow <i>Large</i>",
        "price: 20.00",
        "until: December 14, 2026",
    ]
    await expect(note.locator(".fact")).to_have_text(facts)
    assert "35312345" not in await page.content()
    caller.rtp.send_key("2")
    answer = transcript.locator("li.assistant").last
    await expect(answer).to_contain_text("Your plan is Meadow Large. It has forty")
    await expect(answer).to_contain_text("interrupted here")
    await expect(answer).not_to_contain_text("gigabytes")
    caller.rtp.send_key("3")
    await expect(page.locator('[data-health="reprompts"]')).to_have_text("1")
    await expect(page.locator("#turns li")).to_have_count(1)
    await expect(page.locator("#turns svg rect")).to_have_count(5)
    await expect(page.locator('[data-health="packets"]')).to_contain_text("0 lost")


async def listens(page: Page, caller: Caller) -> None:
    await page.focus("#listen")
    await page.keyboard.press("Enter")
    await wait_for_tone(page, 0, MARKER_HZ)
    await wait_for_tone(page, 1, ASSISTANT_HZ)
    assert await page.evaluate(f"heard(1, {MARKER_HZ})") < 0.01, "the caller is on the left only"
    await expect(page.locator("#transcript")).to_contain_text("Listens: supervisor")
    await page.focus("#caller-volume")
    await page.keyboard.press("Home")
    await wait_for_tone(page, 0, MARKER_HZ, loud=False)
    await page.keyboard.press("End")
    await wait_for_tone(page, 0, MARKER_HZ)
    caller.rtp.send_key("4")  # the caller enters a secret
    await wait_for_tone(page, 0, MARKER_HZ, loud=False)
    await wait_for_tone(page, 1, ASSISTANT_HZ)
    caller.rtp.send_key("5")
    await wait_for_tone(page, 0, MARKER_HZ)
    await expect(page.locator("#listen-figures")).to_contain_text("ms buffered")


async def replays(page: Page) -> None:
    await until(page, "document.getElementById('replay').readyState >= 1")
    assert await page.evaluate("document.getElementById('replay').duration") > 2
    await page.click("#turns button")
    await until(page, "document.getElementById('replay').currentTime > 0.1")
    await page.evaluate("document.getElementById('replay').pause()")
    await page.evaluate("document.getElementById('replay').currentTime = 0.05")
    await page.wait_for_selector("#transcript li.assistant.now")
    last = page.locator("#transcript li.assistant").last
    await last.locator("button").click()
    await page.wait_for_selector("#transcript li.assistant.now:nth-last-child(-n+3)")


async def test_no_page_has_a_barrier_at_any_width_in_any_colours(
    installation: Installation, browser: Browser
) -> None:
    axe = tools(axe_source)
    found: list[object] = []
    async with calling(installation.edge) as over, calling(installation.edge) as caller:
        caller.frequency = MARKER_HZ
        await caller.listens(40)
        for key in "1230":
            caller.rtp.send_key(key)
            await caller.listens(15)
        over.call.bye()
        await installation.calls.line("over")
        for width, dark in ((1280, False), (1280, True), (390, False), (390, True)):
            page = await open_page(browser, width, dark)
            name = f"{width}-{'dark' if dark else 'light'}"
            await page.goto(installation.url)
            await keep_screenshot(page, f"sign-in-{name}")
            found += await barriers(page, axe)
            await sign_in(page, installation.url, installation.name, installation.password)
            await page.wait_for_selector("#past tbody tr")
            await page.wait_for_selector("#running tbody tr")
            await keep_screenshot(page, f"board-{name}")
            found += await barriers(page, axe)
            past = await page.get_attribute("#past tbody a", "href")
            await watched_call(page, caller)
            await page.click("#listen")
            await wait_for_tone(page, 0, MARKER_HZ)
            await keep_screenshot(page, f"call-{name}")
            found += await barriers(page, axe)
            await page.goto(f"{installation.url}{past}?language=fr")
            await until(page, "document.getElementById('replay').readyState >= 1")
            await keep_screenshot(page, f"replay-{name}")
            found += await barriers(page, axe)
            scrolls = "document.documentElement.scrollWidth > innerWidth"
            assert not await page.evaluate(scrolls), f"{name} scrolls sideways"
            assert mistakes_of(page) == []
            await page.context.close()
    assert found == [], found


async def test_a_page_finds_the_service_again(installation: Installation, browser: Browser) -> None:
    """The supervision process dies in a call; its successor asks for a new sign-in."""
    page = await open_page(browser)
    await sign_in(page, installation.url, installation.name, installation.password)
    await expect(page.locator("#connection")).to_have_text("Live")
    installation.supervision.kill()
    await expect(page.locator("#connection")).to_contain_text("trying again")
