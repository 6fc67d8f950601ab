"""The one logger: structured lines on standard error, without personal data.

Numbers, names and transcripts belong to the events of a call, never to a log line; the call's id
links the two. What libraries log may quote what was said, and so may the message of any exception:
of a library's warning its place is written, of an exception its class and traceback.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime

import structlog

from voice.log_thread import LogThread

_STANDARD_ERROR = 2
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_OURS = "voice"
_MOST_CAUSES = 5
"""Of one exception; a chain may be endless."""

_add_extra = structlog.stdlib.ExtraAdder()


def configure_logging(level: str, process: str) -> None:
    """Send the logging of all libraries through one formatter; `process` names the writer.

    `level` is that of our own lines; of libraries only warnings and errors are written.
    """
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = LogThread(_STANDARD_ERROR)
    lowest = logging.getLevelNamesMapping()[level.upper()]
    handler.setLevel(lowest)
    handler.addFilter(lambda record: _is_ours(record) or record.levelno >= logging.WARNING)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                _said_or_place,
                structlog.stdlib.add_log_level,
                _timed,
                structlog.processors.ExceptionRenderer(_without_messages),
                _without_control_characters,
                _named(process),
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=max(lowest, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger(_OURS).setLevel(lowest)


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] == _OURS


def _said_or_place(
    logger: logging.Logger, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Our own message with its `extra`; of a library's the place."""
    record: logging.LogRecord = event["_record"]
    if _is_ours(record):
        said = _add_extra(logger, method, dict(event))
        # What begins with _ is a library's (Ray's), which marks the records of everybody.
        return {key: said[key] for key in said if key in event or not key.startswith("_")}
    place = f"{record.filename}:{record.lineno} {record.funcName}"
    return {**event, "event": "a library reports a problem", "library": record.name, "place": place}


def _without_messages(exc_info: structlog.typing.ExcInfo) -> str:
    """Where an exception comes from and of which class it is, the cause first."""
    error: BaseException | None = exc_info[1]
    written: list[str] = []
    while error is not None and len(written) < _MOST_CAUSES:
        frames = "".join(traceback.format_tb(error.__traceback__))
        name = f"{type(error).__module__}.{type(error).__qualname__}"
        written.append(f"Traceback (most recent call last):\n{frames}{name}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(written))


def _without_control_characters(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Text from outside cannot forge log lines or colour a terminal."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = _CONTROL.sub("?", value)
    return event


def _timed(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """When it happened, which may be long before it can be written."""
    happened = datetime.fromtimestamp(event["_record"].created, UTC)
    event["timestamp"] = happened.isoformat().replace("+00:00", "Z")
    return event


def _named(process: str) -> structlog.typing.Processor:
    def name(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"process": process, **event}

    return name
