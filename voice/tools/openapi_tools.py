"""Tools that are operations of an OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import quote, urlsplit

import httpx2

from voice.errors import ConfigError, VoiceError
from voice.foreign_code import off_loop
from voice.http_client import Reach, UnfitAnswer, connect_within
from voice.identity import Caller, IdentityLevel
from voice.network import is_allowed
from voice.settings.tools import OpenApi, OpenApiCall, OpenApiTool
from voice.tasks import TaskTool
from voice.tools.mapping import Mapping, nested
from voice.tools.openapi_document import OpenApiDocument, Operation, is_json
from voice.tools.remote import OtherSide, reach_of
from voice.tools.schemas import NotAsDocumented, Schema, keys_of
from voice.tools.tool import Arguments, Tool

_REFUSALS = frozenset([*range(400, 408), *range(410, 425), 426, 428, 429, 431, 451])
"""Statuses after which nothing was done; 408, 409 and 425 may come while a request is at work."""
_TOO_MANY = 429
_FAULTS = 500
"""From here on the fault is the server's."""
_DOTS = (".", "..")


class NotReached(VoiceError):
    """A host or an address that may not be called."""


async def openapi_tools(
    name: str, settings: OpenApi, allow: list[str], seconds: float
) -> list[Tool]:
    """The tools of `[tools.openapi.NAME]`; raises ConfigError with the key to be mended.

    `seconds` is the deadline of a tool.
    """
    key = f"tools.openapi.{name}"
    reach = reach_of(settings, allow)
    try:
        document = await OpenApiDocument.load(settings.document, reach, settings.connect_seconds)
    except ConfigError as error:
        raise ConfigError(f"{key}.document: {error}") from None
    server = settings.server or document.server
    if server is None:
        raise ConfigError(f"{key}.server: missing, and {settings.document} names none")
    host = urlsplit(server).hostname or ""
    for known, where in ((settings.hosts, f"{key}.hosts"), (allow, "[network] allow")):
        if not is_allowed(host, known):
            raise ConfigError(f"{key}.server: {host} is not in {where}")
    service = _Service(
        OtherSide(f"openapi {name}", settings, seconds),
        server.rstrip("/"),
        reach,
        settings.connect_seconds,
        {one: kept.read(f"{key}.headers.{one}") for one, kept in settings.headers.items()},
    )
    return [
        _tool(f"{key}.tools.{tool}", tool, wanted, document, service)
        for tool, wanted in settings.tools.items()
    ]


@dataclass(frozen=True)
class _Service:
    """What all operations of a source share."""

    side: OtherSide
    server: str
    reach: Reach
    connect_seconds: float
    headers: AnyMapping[str, str]


def _tool(
    key: str, name: str, wanted: OpenApiTool, document: OpenApiDocument, service: _Service
) -> Tool:
    operation = _found(key, wanted, document)
    changes = operation.changes if wanted.side_effect is None else wanted.side_effect
    function = _Function(key, wanted, operation, service, wanted.keyed or not changes, changes)
    lookup = None
    if wanted.outcome is not None:
        place = f"{key}.outcome"
        asked = _found(place, wanted.outcome, document)
        lookup = _Function(place, wanted.outcome, asked, service, True, False)

    def fits(task: TaskTool) -> None:
        function.mapping.fits(task, wanted.answers.values())
        if lookup and wanted.outcome:
            lookup.mapping.reads_for(task, wanted.outcome.answers.values())

    return Tool(
        name,
        IdentityLevel[wanted.identity.upper()],
        changes,
        function.run,
        lookup.run if lookup else None,
        source=service.side.source,
        as_json=True,
        fits=fits,
    )


def _found(key: str, call: OpenApiCall, document: OpenApiDocument) -> Operation:
    try:
        return document.operation(call.operation)
    except ConfigError as error:
        raise ConfigError(f"{key}.operation: {error}") from None


class _Function:
    """One operation as a tool uses it."""

    def __init__(
        self,
        key: str,
        call: OpenApiCall,
        operation: Operation,
        service: _Service,
        may_repeat: bool,
        changes: bool,
    ) -> None:
        self._call = call
        self._operation = operation
        self._service = service
        self._may_repeat = may_repeat
        self._changes = changes
        required = [one.name for one in operation.parameters.values() if one.required]
        self.mapping = Mapping(key, call, self._schema_of, required)

    def _schema_of(self, target: str) -> Schema | None:
        operation = self._operation
        if target in operation.parameters:
            return operation.parameters[target].schema
        keys = keys_of(target) if target.startswith("/") else [target]
        return operation.body.of(*keys) if operation.body else None

    async def run(
        self, caller: Caller, arguments: Arguments, *, idempotency_key: str
    ) -> dict[str, object]:
        """See Tool.run; raises RemoteFailed."""
        side = self._service.side
        try:
            request = self._request(self.mapping.outgoing(caller, arguments), idempotency_key)
        except NotAsDocumented as error:
            raise side.failed(f"not called: {error}", nothing_done=True) from None
        return await side.call(lambda: self._once(request), self._may_repeat)

    def _request(self, values: dict[str, object], key: str) -> httpx2.Request:
        operation = self._operation
        path, query = operation.path, {}
        for name, one in operation.parameters.items():
            if name in values:
                written = _as_text(name, values.pop(name))
                if one.where == "query":
                    query[name] = written
                elif not written or written in _DOTS:
                    raise NotAsDocumented(f"{name}: nothing that a path may hold")
                path = path.replace(f"{{{name}}}", quote(written, safe=""))
        body = nested(values) if values or operation.body_required else None
        if body is not None and operation.body is not None:
            operation.body.check(body)
        headers = {**self._service.headers, "Accept": "application/json"}
        if self._changes:
            headers["Idempotency-Key"] = key
        url = f"{self._service.server}{path}"
        method = operation.method.upper()
        return httpx2.Request(method, url, params=query or None, json=body, headers=headers)

    async def _once(self, request: httpx2.Request) -> dict[str, object]:
        side, service = self._service.side, self._service
        try:
            async with connect_within(service.reach, NotReached, service.connect_seconds) as client:
                response = await client.send(request)
        except NotReached as error:
            raise side.failed(str(error), nothing_done=True) from None
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            unmade = type(error).__name__
            raise side.failed(unmade, nothing_done=True, passing=True) from None
        except UnfitAnswer as error:
            raise side.failed(str(error)) from None
        except httpx2.HTTPError as error:
            # Its text may name what was sent; its class says enough.
            raise side.failed(type(error).__name__, passing=True) from None
        return await off_loop("tool answers", self._judged, response)

    def _judged(self, response: httpx2.Response) -> dict[str, object]:
        """The result that an answer holds; blocking, as long as a schema takes."""
        status = response.status_code
        word = self._call.answers.get(str(status))
        if word is None and not response.is_success:
            self._fail(status)
        answer = self._body(response, must_be=word is None)
        return self.mapping.result(answer, word)

    def _fail(self, status: int) -> NoReturn:
        passing = status >= _FAULTS or status == _TOO_MANY
        nothing_done = status in _REFUSALS
        raise self._service.side.failed(
            f"status {status}", nothing_done=nothing_done, passing=passing
        )

    def _body(self, response: httpx2.Response, must_be: bool) -> object:
        """What a body holds; None for none, and for one that need not be as documented and is not.

        Raises RemoteFailed.
        """
        if not response.content:
            return None
        try:
            kind = response.headers.get("content-type", "")
            if not is_json(kind):
                raise NotAsDocumented("it answered with something else than JSON")
            answer: object = json.loads(response.content, parse_constant=_no_number)
            schema = self._operation.schema_of(response.status_code)
            if schema is not None:
                schema.check(answer)
        except (NotAsDocumented, ValueError, RecursionError) as error:
            if not must_be:
                return None
            known = isinstance(error, NotAsDocumented)
            raise self._service.side.failed(str(error) if known else "no JSON") from None
        return answer


def _as_text(name: str, value: object) -> str:
    """A parameter of one value, as a path or a query has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise NotAsDocumented(f"{name}: a parameter of several values")
    return str(value)


def _no_number(written: str) -> object:
    raise ValueError(written)
