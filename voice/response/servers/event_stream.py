"""Server-sent events (WHATWG HTML 9.2) whose data is JSON, as servers of models stream them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from voice.response.servers.server_errors import MayPass

_LAST = "[DONE]"
_MOST_BYTES = 4 << 20
"""Of one reply; no answer on the telephone is a thousandth of it."""

Event = dict[str, Any]


async def events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Event, None]:
    """The events of a stream up to its end or `[DONE]`.

    Raises MayPass when one is no JSON object, and when the stream does not end.
    """
    data: list[str] = []
    async for line in _lines(chunks):
        field, _, value = line.partition(":")
        if field == "data":
            data.append(value.removeprefix(" "))
        elif not line and data:
            event, data = "\n".join(data), []
            if event == _LAST:
                return
            yield _read(event)
    if data and (event := "\n".join(data)) != _LAST:
        yield _read(event)


def _read(event: str) -> Event:
    try:
        value = json.loads(event)
    except (ValueError, RecursionError):
        raise MayPass("it sent an event that is no JSON") from None
    if not isinstance(value, dict):
        raise MayPass("it sent an event that is no JSON object")
    return value


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Lines without their ends, the last one even where it is cut off."""
    rest, count = b"", 0
    async for chunk in chunks:
        count += len(chunk)
        if count > _MOST_BYTES:
            raise MayPass("its answer does not end")
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.removesuffix(b"\r").decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
