"""A running installation, and Debian's Chromium to look at its pages with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.supervision.browser import chromium, chromium_path
from tests.supervision.supervised_installation import Installation, installed, tools


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as everything:
        yield everything


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    tools(chromium_path)
    async with chromium() as started:
        yield started
