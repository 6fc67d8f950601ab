"""The folder of records at the start: what is refused, and what is not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.records import check_directory


def test_a_folder_that_is_not_there_is_made_for_our_user_alone(tmp_path: Path) -> None:
    check_directory(tmp_path / "records")
    assert (tmp_path / "records").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "records").iterdir()) == []


def fails(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_keeps_no_telephone_from_being_answered(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, number)
    check_directory(tmp_path)


def test_what_cannot_be_written_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(monkeypatch, errno.EROFS)
    with pytest.raises(
        ConfigError, match=rf"records\.directory: {tmp_path}: Read-only file system"
    ):
        check_directory(tmp_path)
