"""Sends spans by OTLP over HTTP (opentelemetry.io/docs/specs/otlp)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlsplit

import httpx2
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from voice.errors import ConfigError
from voice.http_client import connect

ANSWER_SECONDS = 3.0

log = logging.getLogger(__name__)


class TraceExporter(SpanExporter):
    """Posts to one address; what it does not take is lost, and said once until it takes again."""

    def __init__(self, url: str, allow: Sequence[str]) -> None:
        """`allow` is `[network] allow`, which has to hold the host of `url`."""
        self._url = url
        self._client = connect(allow, ConfigError)
        self._failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Called on the thread of the span processor."""
        body = encode_spans(spans).SerializeToString()
        headers = {"Content-Type": "application/x-protobuf"}
        try:
            answer = self._client.post(
                self._url, content=body, headers=headers, timeout=ANSWER_SECONDS
            )
            answer.raise_for_status()
        except (httpx2.HTTPError, ConfigError) as error:
            if not self._failing:
                where = urlsplit(self._url).netloc
                log.warning("traces are not taken: %s: %s", where, type(error).__name__)
            self._failing = True
            return SpanExportResult.FAILURE
        self._failing = False
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        """Close the connection."""
        self._client.close()
