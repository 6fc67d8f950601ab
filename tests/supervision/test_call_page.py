"""The page of a call in Chromium: what it shows, what stays in view, and its French."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.supervision.browser import mistakes_of, open_page, sign_in, until
from tests.supervision.supervised_installation import Installation
from tests.telephony.edge.edge_caller import Caller, calling
from voice.supervision.wording import wording

pytestmark = [pytest.mark.calls, pytest.mark.timeout(120)]

AT_END = (
    "(() => { const talk = document.getElementById('talk');"
    " return talk.scrollHeight > talk.clientHeight"
    " && talk.scrollHeight - talk.scrollTop - talk.clientHeight < 5; })()"
)

NOW_IS_SHOWN = (
    "(() => { const talk = document.getElementById('talk').getBoundingClientRect();"
    " const line = document.querySelector('#transcript li.now').getBoundingClientRect();"
    " return line.top >= talk.top && line.bottom <= talk.bottom; })()"
)


@asynccontextmanager
async def shown_call(
    installation: Installation, browser: Browser, width: int = 1280
) -> AsyncIterator[tuple[Page, Caller]]:
    """The page of a running call, and its caller."""
    page = await open_page(browser, width)
    async with calling(installation.edge) as caller:
        await caller.listens(30)
        await sign_in(page, installation.url, installation.name, installation.password)
        await page.click("#running tbody a")
        await page.wait_for_selector("#transcript li")
        yield page, caller


async def test_it_shows_when_who_and_what_went_wrong(
    installation: Installation, browser: Browser
) -> None:
    async with shown_call(installation, browser) as (page, caller):
        call_id = page.url.rpartition("/")[2]
        await expect(page.locator("#call-id")).to_have_text(call_id)
        year = await page.evaluate("String(new Date().getFullYear())")
        await expect(page.locator("#began")).to_contain_text(year)
        await expect(page.locator("#began")).to_contain_text(":")
        await expect(page.locator("#no-turns")).to_be_visible()
        await expect(page.locator("#legend")).to_be_hidden()
        caller.rtp.send_key("1")
        turn = page.locator("#transcript li", has_text="Turn 1")
        await expect(turn).to_have_count(2)
        await expect(page.locator("#turns li")).to_contain_text("Turn 1")
        await expect(page.locator("#no-turns")).to_be_hidden()
        await expect(page.locator("#legend")).to_be_visible()
        caller.rtp.send_key("7")
        items = page.locator("#transcript li")
        await expect(items.nth(-4)).to_contain_text("Please enter your PIN.")
        await expect(items.nth(-3)).to_contain_text("Keys: • • • •")
        await expect(items.nth(-1)).to_contain_text("That was not right.")
        caller.rtp.send_key("8")
        await expect(items.last).to_contain_text("Hand-over failed: no answer")
        chips = page.locator("#trouble .chip")
        await expect(chips).to_have_text(["PIN refused", "no person was there"])
        await page.click(".back a")
        row = page.locator("#running tbody tr")
        await expect(row.locator(".trouble")).to_have_text(["PIN refused", "no person was there"])
        await expect(page.locator('[data-total="trouble"]')).to_have_text("1")


async def test_words_that_may_still_change_stand_apart_until_they_are_final(
    installation: Installation, browser: Browser
) -> None:
    async with shown_call(installation, browser) as (page, caller):
        said = page.locator("#transcript li.caller").last
        caller.rtp.send_key("0")
        await expect(said.locator(".words")).to_have_text("what is my plan and")
        await expect(said.locator(".tail")).to_have_text(" plan and")
        await expect(said.locator(".tail")).to_have_attribute("title", "may still change")
        await expect(said).to_have_attribute("aria-busy", "true")
        caller.rtp.send_key("1")
        await expect(said).to_contain_text("what is <b>my plan</b>?")
        await expect(said.locator(".tail")).to_have_count(0)
        await expect(said).to_have_attribute("aria-busy", "false")
        assert mistakes_of(page) == []


async def test_the_transcript_follows_unless_one_scrolled_up(
    installation: Installation, browser: Browser
) -> None:
    async with shown_call(installation, browser) as (page, caller):
        lines, follow = page.locator("#transcript li"), page.locator("#follow")
        caller.rtp.send_key("6")
        await expect(lines).to_have_count(41)
        await until(page, AT_END)
        await expect(follow).to_be_hidden()
        await page.hover("#talk")
        await page.mouse.wheel(0, -10_000)
        await expect(follow).to_be_visible()
        caller.rtp.send_key("6")
        await expect(lines).to_have_count(81)
        assert await page.evaluate("document.getElementById('talk').scrollTop") == 0
        await follow.click()
        await until(page, AT_END)
        await expect(follow).to_be_hidden()
        caller.rtp.send_key("6")
        await expect(lines).to_have_count(121)
        await until(page, AT_END)
        assert mistakes_of(page) == []


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_player_stays_in_view(
    width: int, installation: Installation, browser: Browser
) -> None:
    async with shown_call(installation, browser, width) as (page, caller):
        caller.rtp.send_key("6")
        await expect(page.locator("#transcript li")).to_have_count(41)
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await expect(page.locator("#listen")).to_be_in_viewport(ratio=1)
    await until(page, "document.getElementById('replay').readyState >= 1")
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    await expect(page.locator("#replay")).to_be_in_viewport(ratio=1)
    await page.evaluate("scrollTo(0, 0); document.getElementById('talk').scrollTop = 0")
    await page.evaluate("document.getElementById('replay').currentTime = 60")
    await page.wait_for_selector("#transcript li.now")
    await until(page, NOW_IS_SHOWN)


async def test_french_pages_hold_no_english(installation: Installation, browser: Browser) -> None:
    english, french = wording("en"), wording("fr")
    async with shown_call(installation, browser) as (page, caller):
        for key in "1738":
            caller.rtp.send_key(key)
            await caller.listens(15)
        running = page.url
        await page.goto(f"{running}?language=fr")
        await page.wait_for_selector("#trouble .chip")
        shown = [await page.inner_text("body")]
        await page.goto(f"{installation.url}/?language=fr")
        await page.wait_for_selector("#running tbody tr")
        shown.append(await page.inner_text("body"))
    await page.wait_for_selector("#past tbody tr")
    shown.append(await page.inner_text("body"))
    await page.goto(running)
    await until(page, "document.getElementById('replay').readyState >= 1")
    shown.append(await page.inner_text("body"))
    text = " ".join("\n".join(shown).split(" "))
    left = {
        key: words
        for key, words in english.items()
        if words != french[key] and " " in words and "{" not in words and words in text
    }
    assert left == {}
    assert "l’appelant a raccroché" in text and "forfait" in text
    assert "Touches\u202f: • • • •" in text and "Échec du transfert\u202f: pas de réponse" in text
