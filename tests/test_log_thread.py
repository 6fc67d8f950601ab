"""Lines of the log are written by a thread: in order, bounded, and without holding anybody up."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from voice import log_thread
from voice.log_thread import LogThread

Logged = tuple[logging.Logger, Callable[[], list[str]]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """A logger, and what it has written once everything is read."""
    reader, writer = os.pipe()
    handler = LogThread(writer)
    logger = logging.Logger("test")  # noqa: LOG001 - of this test alone
    logger.addHandler(handler)

    def lines() -> list[str]:
        with ThreadPoolExecutor() as reading, open(reader, closefd=False) as file:
            text = reading.submit(file.read)
            handler.close()
            os.close(writer)
            return text.result(timeout=20).splitlines()

    yield logger, lines
    os.close(reader)


def test_lines_come_in_order_with_the_values_they_were_logged_with(logged: Logged) -> None:
    logger, lines = logged
    changing = [0]
    for number in range(3):
        changing[0] = number
        logger.info("line %s of %s", changing, "three")
    assert lines() == [f"line [{number}] of three" for number in range(3)]


def test_what_nobody_reads_is_lost_and_counted(
    logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_thread, "CAPACITY", 5)
    logger, lines = logged
    for number in range(3000):  # of 100 bytes each: the pipe is full long before
        logger.info("%099d", number)
    written = lines()
    kept = [line for line in written if line.isdigit()]
    lost = [int(line.split()[0]) for line in written if line.endswith("lines of the log were lost")]
    assert kept == sorted(kept)
    assert sum(lost) > 1000 and len(kept) + sum(lost) == 3000


def test_a_line_that_cannot_be_written_costs_no_other(logged: Logged) -> None:
    logger, lines = logged
    logger.handlers[0].setFormatter(Picky())
    logger.info("bad")
    logger.info("wrong %d arguments", "number of")
    logger.info("good \udcff")
    assert lines()[0] == r"good \udcff"


class Picky(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if record.getMessage() == "bad":
            raise ValueError("not this one")
        return super().format(record)
