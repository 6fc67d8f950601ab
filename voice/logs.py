"""The one logger: structured lines on standard error, without personal data.

Numbers, names and transcripts belong to the events of a call, never to a log line; the call's id
links the two.
"""

from __future__ import annotations

import logging
import re
import sys

import structlog

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def _without_control_characters(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Text from outside cannot forge log lines or colour a terminal."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = _CONTROL.sub("?", value)
    return event


def configure_logging(level: str, process: str) -> None:
    """Send the logging of all libraries through one formatter; `process` names the writer."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _without_control_characters,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _named(process)],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _named(process: str) -> structlog.typing.Processor:
    def name(
        _logger: object, _method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        return {"process": process, **event}

    return name
