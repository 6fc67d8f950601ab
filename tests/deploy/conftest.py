"""Settings as they are deployed."""

from __future__ import annotations

import pytest


@pytest.fixture
def as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the profiles say of the network holds; they allow nothing that a test could reach."""
    monkeypatch.delenv("VOICE_NETWORK__ALLOW")
