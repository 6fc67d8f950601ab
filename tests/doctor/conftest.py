"""The settings of these tests stand in the tests alone."""

from __future__ import annotations

import os

import pytest

from voice.settings.places import PREFIX


@pytest.fixture(autouse=True)
def _no_settings_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(PREFIX) and "__" in name:
            monkeypatch.delenv(name)
