"""The service deletes old records by itself and says which."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest

from voice.records import EVENTS
from voice.service import Service
from voice.settings import Records, Settings


async def test_old_records_go_and_the_log_names_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, mtime in (("old", 0), ("young", None)):
        (tmp_path / name).mkdir()
        (tmp_path / name / EVENTS).write_text("{}\n")
        if mtime is not None:
            os.utime(tmp_path / name / EVENTS, (mtime, mtime))
    service = Service(Settings(records=Records(directory=tmp_path, keep_days=30)))
    with caplog.at_level(logging.INFO):
        cleaning = asyncio.create_task(service._clean_records())
        async with asyncio.timeout(5):
            while (tmp_path / "old").exists():
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        cleaning.cancel()
    assert (tmp_path / "young" / EVENTS).exists()
    assert [record.call_id for record in caplog.records if hasattr(record, "call_id")] == ["old"]


async def test_a_directory_that_cannot_be_read_is_said_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error", str(tmp_path))

    monkeypatch.setattr("voice.records.retention.call_folders", fail)
    service = Service(Settings(records=Records(directory=tmp_path, keep_days=30)))
    cleaning = asyncio.create_task(service._clean_records())
    async with asyncio.timeout(5):
        while not caplog.records:
            await asyncio.sleep(0.01)
    assert not cleaning.done() and "Input/output error" in caplog.text
    cleaning.cancel()
