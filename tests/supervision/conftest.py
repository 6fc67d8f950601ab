"""A running installation, and Debian's Chromium to look at its pages with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.supervision.browser import chromium, chromium_path
from tests.supervision.region_parts import RedisServer
from tests.supervision.supervised_installation import Installation, installed, tools
from voice.supervision import intake as intakes
from voice.supervision.region import gathering, relay, streams


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(tmp_path) as everything:
        yield everything


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    tools(chromium_path)
    async with chromium() as started:
        yield started


@pytest.fixture
def quick_region(require_peer: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes fractions of one."""
    require_peer("redis-server")
    monkeypatch.setattr(streams, "NAME_SECONDS", 1.0)
    monkeypatch.setattr(relay, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(gathering, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr("voice.feed.connection.RETRY_SECONDS", 0.05)
    monkeypatch.setattr(intakes, "RETURN_SECONDS", 0.5)


@pytest.fixture
async def redis(tmp_path: Path, quick_region: None) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path)
    await server.start()
    yield server
    await server.kill()
