"""Pipecat's own logging, which names every frame, joined to ours from warnings on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from loguru import logger as pipecat_logger

if TYPE_CHECKING:
    from loguru import Message

_log = logging.getLogger("pipecat")


def quiet_pipecat() -> None:
    """Send pipecat's warnings to the one logger."""
    pipecat_logger.remove()
    pipecat_logger.add(_forward, level="WARNING", format="{message}")


def _forward(message: Message) -> None:
    """With the place in pipecat that it comes from."""
    record = message.record
    error = record["exception"].value if record["exception"] else None
    _log.handle(
        _log.makeRecord(
            record["name"] or _log.name,
            record["level"].no,
            record["file"].path,
            record["line"],
            record["message"],
            (),
            (type(error), error, error.__traceback__) if error else None,
            record["function"],
        )
    )
