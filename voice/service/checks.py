"""What the service refuses to start with, or warns of, found before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from urllib.parse import urlsplit

from voice.errors import ConfigError
from voice.languages import language
from voice.network import is_allowed
from voice.records import check_directory
from voice.settings import Settings
from voice.settings.values import LOCAL
from voice.supervision.accounts import Accounts
from voice.supervision.address import check_certificate, check_exposure
from voice.telephony.edge.edge import check_edge


def check_settings(settings: Settings, make: bool = True) -> None:
    """Raise ConfigError with key and reason; opens no socket and loads no model.

    The folder of records is made where there is none, unless nothing is to be made.
    """
    records = settings.records.directory
    if make or (records is not None and records.exists()):
        check_directory(records)
    check_edge(settings)
    _check_traces(settings)
    if settings.supervision.enabled:
        check_pages(settings)


def check_pages(settings: Settings) -> None:
    """The same for the supervisors' pages alone."""
    check_exposure(settings.supervision)
    check_certificate(settings.supervision)
    Accounts(settings.supervision.accounts).names()


def check_board(settings: Settings) -> None:
    """The same for the board of a region, on a machine that answers no calls itself."""
    region = settings.supervision.region
    if region.url is None:
        raise ConfigError("supervision.region.url: names no Redis, so there is nothing to show")
    if region.node is not None:
        raise ConfigError(f"supervision.region.node: {region.node}: a board is no node")
    check_pages(settings)


def check_served(settings: Settings) -> None:
    """The same for a service of engines, which loads its certificate."""
    for key, at in (("recognition", settings.recognition.at), ("speech", settings.speech.at)):
        if at != LOCAL:
            raise ConfigError(f"{key}.at: {at}: what is served is at work here; set {LOCAL}")
    if settings.engines.certificate:
        # Only now: it reads the protocol's library, which others do without.
        from voice.engine_services import tls_context

        tls_context(settings.engines, served=True)


def _check_traces(settings: Settings) -> None:
    url = settings.telemetry.traces
    if url is None:
        return
    host = urlsplit(url).hostname or ""
    if not is_allowed(host, settings.network.allow):
        raise ConfigError(f"telemetry.traces: {host} is not in [network] allow")
    try:
        import_module("voice.telemetry.trace_export")
    except ModuleNotFoundError:
        raise ConfigError(
            'telemetry.traces: needs the otel extra: pip install "voice[otel]"'
        ) from None


def doubts(settings: Settings) -> Iterator[str]:
    """What works and is probably not meant so: each key with the reason, in one line."""
    for tag in settings.recognition.offered:
        own, spoken = settings.greeting_in(tag), language(tag)
        if own is not None and not spoken.discloses(own):
            key = "greeting" if tag == settings.recognition.language else f"greetings.{tag}"
            yield (
                f"calls.{key}: does not say that no person speaks, which callers must be told, "
                f"for instance: {spoken.disclosure.sentence}"
            )
