"""`voice serve` as it is: a simulated caller dials it, a supervisor sees what was understood."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.supervision.browser import keep_screenshot, mistakes_of, open_page, sign_in
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.measured_call import read_events
from voice.evaluation.trial_call import hold_trial_call
from voice.evaluation.trial_service import TrialService
from voice.events import ClauseSpoken, FinalTranscript
from voice.supervision.accounts import Accounts

pytestmark = [pytest.mark.calls, pytest.mark.timeout(240)]


async def test_the_words_of_a_simulated_call_appear(tmp_path: Path, browser: Browser) -> None:
    accounts = tmp_path / "accounts.json"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    password = Accounts(accounts).issue("ana")
    settings = (
        'log_level = "warning"\n[sip]\nlisten = "127.0.0.1:0"\n[supervision]\n'
        f'listen = "127.0.0.1:{port}"\naccounts = "{accounts}"\n'
    )
    customer = caller_of(open_books(tmp_path / "operator.sqlite", 3), 3)
    page = await open_page(browser)
    async with TrialService(tmp_path, settings) as service:
        await sign_in(page, f"http://127.0.0.1:{port}", "ana", password)
        call = asyncio.create_task(
            hold_trial_call(service, "plan", customer, 3, tmp_path / "caller")
        )
        await page.wait_for_selector("#running tbody a", timeout=60_000)
        await page.click("#running tbody a")
        trial = await call
        assert trial.records is not None, trial.verdict.failures
        await expect(page.locator("#state")).to_contain_text("ended")
        shown = await page.inner_text("#transcript")
        await keep_screenshot(page, "served-call")
        await expect(page.locator("#turns li")).not_to_have_count(0)
        assert mistakes_of(page) == []
        assert (trial.records / "call.flac").stat().st_size > 10_000
    assert "This call is recorded." in shown
    for event in read_events(trial.records / "events.jsonl"):
        if isinstance(event, ClauseSpoken | FinalTranscript) and not any(
            digit.isdigit() for digit in event.text
        ):
            assert event.text in shown
