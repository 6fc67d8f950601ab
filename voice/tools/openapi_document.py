"""An OpenAPI 3 document: the operations in it, as far as a tool needs to know them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import httpx2
import yaml

from voice.errors import ConfigError
from voice.foreign_code import off_loop
from voice.http_client import Reach, connect_within
from voice.tools.schemas import Schema, SchemaPlace, openapi_schema, whole

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_MOST_BYTES = 2**24
_ADDRESSES = ("https://", "http://")


@dataclass(frozen=True)
class Parameter:
    """A value in the path or behind the question mark."""

    name: str
    where: Literal["path", "query"]
    required: bool
    schema: Schema


@dataclass(frozen=True)
class Operation:
    """One operation; bodies are JSON."""

    name: str
    """Its operationId."""
    method: str
    path: str
    parameters: Mapping[str, Parameter]
    body: Schema | None
    body_required: bool
    answers: Mapping[str, Schema] = field(default_factory=dict)
    """Schemas of JSON bodies by status: "200", "2XX" or "default"."""

    @property
    def changes(self) -> bool:
        """Whether the method is one that may change something (RFC 9110 9.2.1)."""
        return self.method not in ("get", "head", "options")

    def schema_of(self, status: int) -> Schema | None:
        """What a body with this status of HTTP has to be."""
        names = (str(status), f"{status // 100}XX", "default")
        return next((self.answers[name] for name in names if name in self.answers), None)


class OpenApiDocument:
    """A document that was read."""

    def __init__(self, document: Mapping[str, Any], name: str) -> None:
        """Raises ConfigError, with its `name`, where it is no OpenAPI 3."""
        if not str(document.get("openapi", "")).startswith("3."):
            raise ConfigError(f"{name}: expected an OpenAPI document of version 3")
        self._name = name
        self._whole = whole(document)

    @classmethod
    async def load(cls, name: str, reach: Reach, connect_seconds: float) -> OpenApiDocument:
        """Read a file, or fetch an address of the hosts in `reach`; raises ConfigError."""
        if name.startswith(_ADDRESSES):
            content = await _fetched(name, reach, connect_seconds)
        else:
            content = await off_loop("openapi", _file, name)
        return OpenApiDocument(await off_loop("openapi", _parsed, content, name), name)

    @property
    def server(self) -> str | None:
        """The address of the first server, if it is one without blanks to be filled in."""
        place = self._whole.to("servers", "0", "url")
        url = place.content if place and isinstance(place.content, str) else ""
        if self._name.startswith(_ADDRESSES):
            url = urljoin(self._name, url)
        return url if urlsplit(url).hostname and "{" not in url else None

    def operation(self, name: str) -> Operation:
        """The operation with this operationId; raises ConfigError."""
        known = dict(self._operations())
        if name not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ConfigError(f"{self._name}: there is no operation {name} (there are: {there})")
        path, method, shared, place = known[name]
        try:
            return _operation(name, path, method, shared, place)
        except ValueError as error:
            raise ConfigError(f"{self._name}: {name}: {error}") from None

    def _operations(self) -> Iterator[tuple[str, tuple[str, str, SchemaPlace, SchemaPlace]]]:
        paths = self._whole.to("paths")
        for path in paths.content if paths and isinstance(paths.content, dict) else ():
            shared = paths.to(path) if paths else None
            for method in _METHODS:
                place = shared.to(method) if shared else None
                if shared and place and isinstance(place.content, dict):
                    name = place.content.get("operationId")
                    if isinstance(name, str):
                        yield name, (path, method, shared, place)


def _operation(
    name: str, path: str, method: str, shared: SchemaPlace, place: SchemaPlace
) -> Operation:
    parameters: dict[str, Parameter] = {}
    for one in (*_each(shared.to("parameters")), *_each(place.to("parameters"))):
        parameter = _parameter(one)
        if parameter is None:
            continue
        other = parameters.get(parameter.name)
        if other is not None and other.where != parameter.where:
            raise ValueError(f"{parameter.name} is in the path and in the query")
        parameters[parameter.name] = parameter
    body, wanted = place.to("requestBody"), False
    if body is not None:
        wanted = bool(body.content.get("required"))
    schema = _json_schema(body, reads=False)
    if schema is None and wanted:
        raise ValueError("its body is no JSON")
    responses = place.to("responses")
    answers = {
        str(status): found
        for status in (responses.content if responses else ())
        if responses and (found := _json_schema(responses.to(str(status)), reads=True))
    }
    return Operation(name, method, path, parameters, schema, wanted, answers)


def _parameter(place: SchemaPlace) -> Parameter | None:
    """None for headers and cookies, which are not a caller's."""
    name, where = place.content.get("name"), place.content.get("in")
    required = bool(place.content.get("required"))
    schema = place.to("schema")
    if where not in ("path", "query") or not isinstance(name, str):
        return None
    if schema is None:
        if required:
            raise ValueError(f"parameter {name} has no schema")
        return None
    return Parameter(name, where, required, openapi_schema(schema, reads=False))


def _json_schema(place: SchemaPlace | None, *, reads: bool) -> Schema | None:
    """The schema of a body as JSON, if it can be that."""
    content = place.to("content") if place else None
    for kind in content.content if content and isinstance(content.content, dict) else ():
        schema = content.to(kind, "schema") if content and is_json(kind) else None
        if schema is not None:
            return openapi_schema(schema, reads=reads)
    return None


def is_json(kind: str) -> bool:
    """Whether a media type is JSON or one of its kinds (RFC 6839)."""
    kind = kind.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _each(place: SchemaPlace | None) -> Iterator[SchemaPlace]:
    for number in range(len(place.content) if place and isinstance(place.content, list) else 0):
        one = place.to(str(number)) if place else None
        if one is None or not isinstance(one.content, dict):
            raise ValueError("a parameter that cannot be found")
        yield one


def _file(name: str) -> bytes:
    try:
        return Path(name).expanduser().read_bytes()
    except OSError as error:
        raise ConfigError(f"{name}: {error.strerror}") from None


async def _fetched(address: str, reach: Reach, connect_seconds: float) -> bytes:
    wide = Reach(reach.allow, reach.hosts, reach.networks, _MOST_BYTES)
    try:
        async with connect_within(wide, ConfigError, connect_seconds) as client:
            response = await client.get(address, timeout=httpx2.Timeout(30.0))
    except httpx2.HTTPError as error:
        raise ConfigError(f"{address}: {type(error).__name__}") from None
    except ConfigError as error:
        raise ConfigError(f"{address}: {error}") from None
    if response.status_code != httpx2.codes.OK:
        raise ConfigError(f"{address}: status {response.status_code}")
    return response.content


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    """JSON or YAML; keys are words, as JSON has them."""
    try:
        if not content.lstrip().startswith(b"{"):
            loaded = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
            content = json.dumps(loaded, default=str).encode()
        document = json.loads(content)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise ConfigError(f"{name}: expected JSON or YAML") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{name}: expected an OpenAPI document of version 3")
    return document
