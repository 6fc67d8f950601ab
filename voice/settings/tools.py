"""The settings of the tools: what `[tools]` may say."""

from __future__ import annotations

import os
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from voice.errors import ConfigError
from voice.settings.values import (
    FilePath,
    HostName,
    Network,
    Section,
    Url,
)

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN_HEADERS = {"host", "content-length", "transfer-encoding", "content-type", "accept-encoding"}
_OF_THE_CALLER = ("caller.customer", "caller.number")
_POINTER = re.compile(r"(/([^/~]|~[01])*)+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name) or name.lower() in _OWN_HEADERS:
        raise ValueError(f"{name!r}: expected the name of a header, for instance Authorization")
    return name


def _source(value: str) -> str:
    if value not in _OF_THE_CALLER and not value.isidentifier():
        raise ValueError(
            f"{value!r}: expected an argument of the task, {' or '.join(_OF_THE_CALLER)}"
        )
    return value


def _pointer(value: str) -> str:
    if not _POINTER.fullmatch(value):
        raise ValueError(f"{value!r}: expected a JSON pointer, for instance /invoice/amount")
    return value


def _target(value: str) -> str:
    return _pointer(value) if value.startswith("/") else value


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(f"{name!r}: expected the name of an environment variable")
    return name


HeaderName = Annotated[str, AfterValidator(_header)]
"""A header of HTTP that we do not write ourselves."""
VariableName = Annotated[str, AfterValidator(_variable)]
"""An environment variable."""
ArgumentSource = Annotated[str, AfterValidator(_source)]
"""What goes out: an argument of the task, or what is known of the caller."""
Pointer = Annotated[str, AfterValidator(_pointer)]
"""A place in an answer (RFC 6901)."""
Target = Annotated[str, AfterValidator(_target)]
"""Where a value goes: a parameter or a field by its name, a field further in by a pointer."""


class KeptElsewhere(Section):
    """A value that stands in an environment variable or a file, because it is secret."""

    env: VariableName | None = None
    file: FilePath | None = None
    prefix: str = ""
    """What is written before it: `Bearer `."""

    @model_validator(mode="after")
    def _one_place(self) -> KeptElsewhere:
        if (self.env is None) == (self.file is None):
            raise ValueError("expected env or file")
        return self

    def read(self, key: str) -> str:
        """The value; raises ConfigError with the key of the setting, and never with the value."""
        try:
            found = os.environ.get(self.env) if self.env else None
            found = self.file.read_text("ascii") if self.file else found
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not ASCII"
            raise ConfigError(f"{key}: {self.file}: {reason}") from None
        if found is None:
            raise ConfigError(f"{key}: there is no environment variable {self.env}")
        value = f"{self.prefix}{found.strip()}"
        if not found.strip() or not value.isascii() or not value.isprintable():
            raise ConfigError(f"{key}: {self.env or self.file}: expected a line of printable ASCII")
        return value


class RemoteCall(Section):
    """What goes out with a call of somebody else's function, and what is read from its answer."""

    arguments: dict[Target, ArgumentSource] = Field({})
    """Where values go, and what they are; a task's argument goes to its namesake without it."""
    fixed: dict[Target, Any] = Field({})
    """Values that are the same in each call."""
    status: str = "/status"
    """The pointer to the status, or the status itself."""
    statuses: dict[str, str] = Field({})
    """What is found there, and the task's word for it."""
    result: dict[str, Pointer] = Field({})
    """Where the values of the task's result stand; without it under their own names."""


class RemoteTool(RemoteCall):
    """A task's tool that somebody else's function does."""

    identity: Literal["unknown", "claimed", "verified"]
    """The least identity that it needs."""
    keyed: bool = False
    """The other side does what comes twice with one idempotency key once."""


class OpenApiCall(RemoteCall):
    """An operation of a document."""

    operation: str
    """Its operationId."""
    answers: dict[Annotated[str, Field(pattern=r"^[45]\d\d$")], str] = Field({})
    """Statuses of HTTP that are answers and no failures, and the task's word for each."""


class OpenApiTool(OpenApiCall, RemoteTool):
    """A tool that is an operation."""

    side_effect: bool | None = None
    """Whether it changes anything; without it all but GET and HEAD does."""
    outcome: OpenApiCall | None = None
    """Asked what became of a change that gave no answer; a status of "" says: of nothing."""


class McpCall(RemoteCall):
    """A tool of an MCP server."""

    tool: str
    """Its name there."""


class McpTool(McpCall, RemoteTool):
    """A task's tool that is one of a server."""

    side_effect: bool = True
    """Whether it changes anything."""
    key: Target | None = None
    """The argument that takes the idempotency key; it is in the request's `_meta` as well."""
    outcome: McpCall | None = None
    """Asked what became of a change that gave no answer; a status of "" says: of nothing."""


class Reached(Section):
    """Where somebody else's functions are, and how long they are waited for."""

    hosts: list[HostName] = Field([])
    """Which hosts are called, and no others; they have to be in `network.allow`, too."""
    networks: list[Network] = Field([])
    """Where their addresses may lie, beside those of the internet; only there without TLS."""
    headers: dict[HeaderName, KeptElsewhere] = Field({})
    connect_seconds: float = Field(2.0, gt=0, le=60)
    most_bytes: int = Field(2**20, ge=2**10, le=2**25)
    """A longer answer is refused."""
    tries: int = Field(2, ge=1, le=10)
    """Of a call that fails in passing, where it is safe to make it twice."""
    failures: int = Field(5, ge=1, le=1000)
    """So many in a row, and the other side is left alone ..."""
    rest_seconds: float = Field(15.0, gt=0, le=3600)
    """... for so long, then tried again."""


class OpenApi(Reached):
    """Endpoints that an OpenAPI document describes."""

    document: str
    """A file or an address."""
    server: Url | None = None
    """What paths begin with; without it the document's first server."""
    tools: dict[str, OpenApiTool]
    """By the name that the tasks have for each."""


class Mcp(Reached):
    """A server that speaks the Model Context Protocol: a command, or an address."""

    command: list[str] = Field([])
    environment: dict[VariableName, KeptElsewhere] = Field({})
    """What the command gets beside PATH, HOME and the like."""
    url: Url | None = None
    tools: dict[str, McpTool]
    """By the name that the tasks have for each."""

    @model_validator(mode="after")
    def _one_way(self) -> Mcp:
        if bool(self.command) == (self.url is not None):
            raise ValueError("expected command or url")
        return self


class Tools(Section):
    """Whose tools the tasks may call."""

    packages: list[str] = Field(["demo"])
    """Entry points of the group voice.tools, modules, or files that end in .py."""
    openapi: dict[str, OpenApi] = Field({})
    """By a name of the operator's choice."""
    mcp: dict[str, Mcp] = Field({})
    """By a name of the operator's choice."""
