"""Reads a generated Harmony message token by token, whatever the tokens are."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from voice.response.prompts.harmony import CHANNEL, CONSTRAIN, CONTROL, MESSAGE, START, STOPS

_RECIPIENT = re.compile(r"\bto=(?:functions\.)?([\w.-]+)")
_EVERYBODY = ("user", "all")
"""Recipients that are no tool."""
_CHANNEL_NAME = re.compile(r"\s*(\w*)")


@dataclass(frozen=True)
class Delta:
    """A piece of a message's content."""

    channel: str
    """`final` is for the caller, `commentary` for tools, `analysis` for nobody."""
    tool: str | None
    """The tool to which the message is addressed."""
    text: str


class HarmonyParser:
    """Takes token strings after `<|start|>assistant`, gives the content as it comes.

    Only what follows a header and `<|message|>` is content. Whatever else a model may write is
    dropped: text outside of messages, control tokens within one. A message that begins before the
    last one was closed is a new one, so no analysis is taken for an answer.
    """

    def __init__(self) -> None:
        self.closed_by: str | None = None
        """The token that ended the last message."""
        self.in_content = False
        self.channel = ""
        """Of the message that is being read, or was read last."""
        self._begin()

    def push(self, token: str, data: bytes) -> Delta | None:
        """One token and its bytes of text; None while nothing but structure came."""
        if token in CONTROL:
            self._control(token)
            return None
        text = self._decoder.decode(data)
        if not self.in_content:
            self._header += text
            return None
        return Delta(self.channel, self._tool, text) if text else None

    def _control(self, token: str) -> None:
        if token in STOPS:
            self.closed_by, self.in_content = token, False
        elif token == START or (token == CHANNEL and (self.in_content or self.closed_by)):
            self._begin()
        if token in (CHANNEL, CONSTRAIN) and not self.in_content:
            self._header += f" {token} "
        elif token == MESSAGE and not self.in_content and self.closed_by is None:
            self._read_header()

    def _begin(self) -> None:
        self._header = ""
        self.channel = ""
        self._tool: str | None = None
        self.closed_by, self.in_content = None, False
        self._decoder = _text_of_bytes()

    def _read_header(self) -> None:
        recipient = _RECIPIENT.search(self._header)
        self._tool = recipient[1] if recipient and recipient[1] not in _EVERYBODY else None
        _, _, after_channel = self._header.partition(CHANNEL)
        name = _CHANNEL_NAME.match(after_channel)
        self.channel = name[1] if name else ""
        self._decoder = _text_of_bytes()
        self.in_content = True


def _text_of_bytes() -> codecs.IncrementalDecoder:
    """A character may be split over tokens; what is no UTF-8 becomes U+FFFD."""
    return codecs.getincrementaldecoder("utf-8")(errors="replace")
