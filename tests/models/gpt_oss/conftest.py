"""A small gpt-oss as it is published, and dialogues to choose its experts by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.gpt_oss.small_models import (
    gpt_oss_config,
    gpt_oss_tensors,
    save_checkpoint,
    save_dialogues,
)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return save_checkpoint(tmp_path / "gpt-oss-small", gpt_oss_config(), gpt_oss_tensors())


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    return save_dialogues(tmp_path / "dialogues.jsonl")
