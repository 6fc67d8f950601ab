"""The settings of the response step: what `[response]` may say."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from voice.errors import ConfigError
from voice.settings.values import FilePath, Section, Url

EMBEDDED_RESPONDER = "embedded-en"
BY_EXAMPLES: Literal["examples"] = "examples"
"""In place of a model: requests are found by the examples of the task files."""
BY_HEART: Literal["embedded"] = "embedded"
"""The small model that comes along; it knows the sentences that it was trained on."""
EngineName = Literal["examples", "embedded", "ctranslate2", "openai"]


class ResponseServer(Section):
    """A server with OpenAI's interface: vLLM, llama.cpp, Ollama; its host is in `network.allow`."""

    url: Url = "http://127.0.0.1:8000/v1"
    """Up to and with /v1."""
    api: Literal["chat", "responses"] = "chat"
    """Which of its interfaces: Chat Completions or Responses."""
    key: SecretStr | None = None
    key_file: FilePath | None = None
    connect_seconds: float = Field(1.0, gt=0, le=60)
    first_seconds: float = Field(3.0, gt=0, le=60)
    """Until the first word or call, all tries together."""
    silence_seconds: float = Field(2.0, gt=0, le=60)
    """Between two pieces of a reply."""
    tries: int = Field(3, ge=1, le=10)
    failures: int = Field(5, ge=1, le=1000)
    """So many in a row, and the server is left alone ..."""
    rest_seconds: float = Field(15.0, gt=0, le=3600)
    """... for so long, then tried again."""
    extra: dict[str, Any] = Field({})
    """Added to the body of each request, for what a server wants beyond the interface."""

    @field_validator("url")
    @classmethod
    def _holds_no_secret(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.username or parts.password or parts.query:
            raise ValueError("expected an address alone; a key goes to key_file")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _one_key(self) -> ResponseServer:
        if self.key is not None and self.key_file is not None:
            raise ValueError("key and key_file: expected one of them")
        return self

    def read_key(self) -> str | None:
        """The key, if there is one; raises ConfigError when its file cannot be used."""
        if self.key is not None:
            where, key = "key", self.key.get_secret_value()
        elif self.key_file is not None:
            where = f"key_file: {self.key_file}"
            try:
                key = self.key_file.read_text("ascii").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "is not ASCII"
                raise ConfigError(f"response.server.{where}: {reason}") from None
        else:
            return None
        if not key or not key.isascii() or not key.isprintable():
            raise ConfigError(f"response.server.{where}: expected a line of printable ASCII")
        return key


class Response(Section):
    """The response step."""

    engine: EngineName = BY_EXAMPLES
    """The examples of the task files; the small model that knows the demonstration's sentences; a
    converted gpt-oss; a server."""
    model: str = EMBEDDED_RESPONDER
    """A name, a folder, or what the server calls its model."""
    tasks: str = "tasks"
    fallback: str = BY_EXAMPLES
    """What answers when the server does not: `examples`, a model in this process, or nothing."""
    reasoning: Literal["none", "low", "medium", "high"] = "low"
    """How long a general model thinks before it answers."""
    most_tokens: int = Field(300, ge=16, le=8192)
    """Of a reply of a general model, thoughts included."""
    vocabulary: str = "o200k-base"
    """The name or folder of gpt-oss's vocabulary, for openai-harmony."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: Literal["int8", "int8_float16", "int8_float32", "float16", "float32"] = "int8"
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(1, ge=1, le=256)
    """Of each worker."""
    capacity: int = Field(64, ge=1, le=10000)
    timeout_seconds: float = Field(8.0, gt=0, le=60)
    tool_timeout_seconds: float = Field(5.0, gt=0, le=60)
    """For a tool, for the look-up of what it did, and for an identity check."""
    server: ResponseServer = ResponseServer()

    @model_validator(mode="after")
    def _server_has_a_model(self) -> Response:
        if self.engine == "openai" and self.model == EMBEDDED_RESPONDER:
            raise ValueError("model: expected the name that the server of engine openai has for it")
        return self
