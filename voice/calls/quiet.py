"""Pipecat's own logging, which names every frame, joined to ours at a sensible level."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from loguru import logger as pipecat_logger

if TYPE_CHECKING:
    from loguru import Message

_log = logging.getLogger("pipecat")


def quiet_pipecat(level: str) -> None:
    """Send pipecat's warnings (everything at level debug) to the one logger."""
    pipecat_logger.remove()
    lowest = "DEBUG" if level == "debug" else "WARNING"
    pipecat_logger.add(_forward, level=lowest, format="{message}")


def _forward(message: Message) -> None:
    _log.log(message.record["level"].no, "%s", message.record["message"])
