"""Settings as they are deployed."""

from __future__ import annotations

import pytest


@pytest.fixture
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the profiles say of the network, which allows nothing that a test could reach, and of
    what answers holds.
    """
    monkeypatch.delenv("VOICE_NETWORK__ALLOW")
    monkeypatch.delenv("VOICE_RESPONSE__ENGINE")
