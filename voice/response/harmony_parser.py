"""Reads a generated Harmony message token by token."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voice.response.harmony import CHANNEL, CONSTRAIN, MESSAGE, START, STOPS

_RECIPIENT = re.compile(r"to=functions\.(\w+)")
_FUNCTIONS = "functions."


@dataclass(frozen=True)
class Delta:
    """A piece of a message's content."""

    channel: str
    """`final` is for the caller, `commentary` for tools, `analysis` for nobody."""
    tool: str | None
    """The tool to which the message is addressed."""
    text: str
    probability: float = 1.0
    """Of the whole message up to here, as far as the model tells."""


class HarmonyParser:
    """Takes token strings after `<|start|>assistant`, gives the content as it comes."""

    def __init__(self) -> None:
        self.closed_by: str | None = None
        """The token that ended the last message."""
        self._header: list[str] = []
        self._channel = ""
        self._tool: str | None = None
        self._in_content = False

    def push(self, token: str, text: str) -> Delta | None:
        """One token and its plain text; None while nothing but structure came."""
        if token in STOPS:
            self.closed_by = token
            self._in_content = False
            return None
        if token == START:
            self._header = []
            self._channel, self._tool, self.closed_by = "", None, None
            self._in_content = False
            return None
        if token == MESSAGE:
            self._read_header()
            return None
        if self._in_content:
            return Delta(self._channel, self._tool, text)
        self._header.append(f" {token} " if token in (CHANNEL, CONSTRAIN) else text)
        return None

    def _read_header(self) -> None:
        header = "".join(self._header)
        recipient = _RECIPIENT.search(header)
        self._tool = recipient[1] if recipient else None
        _, _, after_channel = header.partition(CHANNEL)
        words = after_channel.split()
        self._channel = words[0] if words else ""
        self._in_content = True
