"""What the log holds of our own lines and of those of libraries."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from loguru import logger as pipecat_logger

from voice.calls.quiet import quiet_pipecat
from voice.logs import configure_logging

SAID = "my code is four two seven one"

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capfd: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """The lines of a process that logs at debug, as objects, once it has come to its end."""
    root, ours = logging.getLogger(), logging.getLogger("voice")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    configure_logging("debug", "calls-0")

    def read() -> list[dict[str, Any]]:
        for handler in root.handlers:
            handler.close()
        return [json.loads(line) for line in capfd.readouterr().err.splitlines()]

    yield read
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def raising(said: str) -> None:
    raise ValueError(said)


def test_a_line_holds_what_it_is_about(lines: Lines) -> None:
    logging.getLogger("voice.calls").info("call %s", "started", extra={"call_id": "c1", "ms": 7})
    (line,) = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "process": "calls-0", "level": "info", "event": "call started", "call_id": "c1", "ms": 7,
    }  # fmt: skip


def test_what_a_library_adds_to_every_record_is_not_written(lines: Lines) -> None:
    factory = logging.getLogRecordFactory()

    def marking(*told: Any, **more: Any) -> logging.LogRecord:
        record = factory(*told, **more)
        record._marked = 1
        return record

    logging.setLogRecordFactory(marking)
    try:
        logging.getLogger("voice.calls").info("call started")
    finally:
        logging.setLogRecordFactory(factory)
    (line,) = lines()
    assert set(line) == {"timestamp", "process", "level", "event"}


@pytest.mark.parametrize("level", ["debug", "info"])
@pytest.mark.parametrize(
    "library", ["piper.voice", "faster_whisper", "uvicorn.access", "voicemail"]
)
def test_a_library_does_not_chat(library: str, level: str, lines: Lines) -> None:
    chatty = logging.getLogger(library)
    chatty.setLevel(logging.DEBUG)
    chatty.log(logging.getLevelNamesMapping()[level.upper()], "text: %s", SAID)
    assert lines() == []


def test_of_a_librarys_warning_the_place_is_told_but_not_the_words(lines: Lines) -> None:
    logging.getLogger("piper.voice").warning(f"no phonemes for {SAID}", extra={"text": SAID})  # noqa: G004
    logging.getLogger("asyncio").error("lost: %s", SAID)
    first, second = lines()
    assert SAID not in str((first, second))
    assert (first["library"], second["library"]) == ("piper.voice", "asyncio")
    assert first["place"].startswith("test_logs.py:") and first["place"].endswith("the_words")
    assert (first["level"], second["level"]) == ("warning", "error")


def test_pipecat_is_a_library_like_any_other(lines: Lines) -> None:
    quiet_pipecat()
    pipecat_logger.debug(f"TextFrame({SAID})")
    try:
        raising(SAID)
    except ValueError:
        pipecat_logger.exception(f"processor failed on {SAID}")
    (line,) = lines()
    assert SAID not in str(line) and "pipecat" in line["place"]
    assert "in raising" in line["exception"] and "ValueError" in line["exception"]


def test_of_an_exception_class_and_place_are_told_but_not_its_message(lines: Lines) -> None:
    try:
        try:
            raising(SAID)
        except ValueError as cause:
            raise RuntimeError(f"again: {SAID}") from cause
    except RuntimeError:
        logging.getLogger("voice.calls").exception("a tool failed")
    (line,) = lines()
    assert SAID not in str(line)
    first, second = line["exception"].split("\n\n")
    assert first.endswith("builtins.ValueError") and "in raising" in first
    assert second.endswith("builtins.RuntimeError")


def test_text_from_outside_forges_no_line(lines: Lines) -> None:
    logging.getLogger("voice").error("from %s", "a\nb\x1b[31m", extra={"reason": "c\r\nd"})
    (line,) = lines()
    assert (line["event"], line["reason"]) == ("from a?b?[31m", "c??d")


def test_a_level_counts_for_libraries_too(lines: Lines) -> None:
    configure_logging("error", "evaluate")
    logging.getLogger("piper").warning("a warning")
    logging.getLogger("voice").warning("a warning")
    assert lines() == []
