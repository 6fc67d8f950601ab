"""Harmony, the message format of gpt-oss: messages to token ids, and generated tokens to messages.

Control tokens are only ever put in by this file. All text (a caller's words, a tool's result)
is encoded with control tokens spelled out as plain text, so nothing said on the telephone can
open or close a message.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tokenizers import Tokenizer

from voice.errors import ModelError
from voice.tokenizer_files import read_tokenizer

START, END, MESSAGE, CHANNEL = "<|start|>", "<|end|>", "<|message|>", "<|channel|>"
CONSTRAIN, CALL, RETURN, PADDING = "<|constrain|>", "<|call|>", "<|return|>", "<|endoftext|>"
CONTROL = (PADDING, RETURN, CONSTRAIN, CHANNEL, START, END, MESSAGE, CALL)
"""All control tokens; each is one token of the vocabulary."""
STOPS = (RETURN, CALL, END)
"""What ends a generated message."""


@dataclass(frozen=True)
class Instruction:
    """What the assistant is for (the developer's message)."""

    text: str


@dataclass(frozen=True)
class CallerSaid:
    """The caller's words."""

    text: str
    language: str = field(default="", compare=False)
    """The tag of the language in which they were said."""


@dataclass(frozen=True)
class ToolCall:
    """The assistant asks for a tool."""

    tool: str
    arguments: dict[str, str] = field(default_factory=dict)
    """As the model may know them."""


@dataclass(frozen=True)
class ToolResult:
    """What a tool gave back, as far as the model is to see it."""

    tool: str
    values: dict[str, str]


@dataclass(frozen=True)
class AnswerMessage:
    """What the assistant said to the caller."""

    text: str
    wording: str = ""
    """The same with slots, where it is a sentence of the tasks; for models that write these."""


Message = Instruction | CallerSaid | ToolCall | ToolResult | AnswerMessage


class Harmony:
    """Renders messages with one model's vocabulary."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self._control: dict[str, int] = {}
        for name in CONTROL:
            number = tokenizer.token_to_id(name)
            if number is None:
                raise ModelError(f"the vocabulary has no Harmony token {name}")
            self._control[name] = number

    @classmethod
    def load(cls, file: Path) -> Harmony:
        """Read a tokenizer.json; raises ModelError when it is missing, damaged or not Harmony."""
        tokenizer = read_tokenizer(file)
        try:
            return cls(tokenizer)
        except ModelError as error:
            raise ModelError(f"{file}: {error}") from None

    @property
    def size(self) -> int:
        """How many tokens the vocabulary has."""
        return int(self._tokenizer.get_vocab_size())

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The ids as the vocabulary's token strings."""
        return [str(self._tokenizer.id_to_token(number)) for number in ids]

    def control(self, name: str) -> int:
        """The id of a control token."""
        return self._control[name]

    def bytes_of(self, token: str) -> bytes:
        """The bytes of text that a token of a byte-level vocabulary stands for."""
        return b"".join(_BYTE_OF[sign] if sign in _BYTE_OF else sign.encode() for sign in token)

    def text(self, tokens: list[str]) -> str:
        """Plain text of token strings."""
        return b"".join(map(self.bytes_of, tokens)).decode("utf-8", "replace")

    def reply(self) -> list[int]:
        """The beginning of the assistant's next message, for the model to go on from."""
        return [self._control[START], *self.plain("assistant")]

    def render(
        self, message: Message, closing: Literal["history", "training"] = "history"
    ) -> list[int]:
        """Token ids of one whole message; `training` closes an answer as the model must."""
        body = [*self._head(message), self._control[MESSAGE], *self.plain(_content(message))]
        if isinstance(message, ToolCall):
            last = CALL
        elif isinstance(message, AnswerMessage) and closing == "training":
            last = RETURN
        else:
            last = END
        return [self._control[START], *body, self._control[last]]

    def _head(self, message: Message) -> list[int]:
        commentary = [self._control[CHANNEL], *self.plain("commentary")]
        match message:
            case Instruction():
                return self.plain("developer")
            case CallerSaid():
                return self.plain("user")
            case AnswerMessage():
                return [*self.plain("assistant"), self._control[CHANNEL], *self.plain("final")]
            case ToolResult(tool):
                return [*self.plain(f"functions.{tool} to=assistant"), *commentary]
            case ToolCall(tool):
                json_only = [self._control[CONSTRAIN], *self.plain("json")]
                return [*self.plain(f"assistant to=functions.{tool}"), *commentary, *json_only]

    def plain(self, text: str) -> list[int]:
        """The ids of a text; what looks like a control token in it stays text."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)


def compact(values: dict[str, str]) -> str:
    """A call's arguments or a tool's result, as all prompts have them."""
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def _content(message: Message) -> str:
    match message:
        case ToolCall(_, values) | ToolResult(_, values):
            return compact(values)
        case CallerSaid(text):
            return f" {text}"
        case AnswerMessage(text, wording):
            return wording or text
        case Instruction(text):
            return text


def _signs_of_bytes() -> dict[str, bytes]:
    """Byte-level vocabularies write a byte as one printable character (GPT-2, encoder.py)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [number for number in range(256) if number not in printable]
    signs = {chr(number): bytes([number]) for number in printable}
    return signs | {chr(256 + place): bytes([number]) for place, number in enumerate(others)}


_BYTE_OF = _signs_of_bytes()
