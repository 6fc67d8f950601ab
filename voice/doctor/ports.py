"""Whether the addresses of the settings are there, and free."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator

from voice.doctor.finding import Finding
from voice.doctor.purpose import Purpose
from voice.settings import Settings
from voice.settings.values import host_and_port
from voice.telephony.edge.edge import needed_pairs
from voice.telephony.rtp.ports import even_ports

FRESH_SECONDS = 15.0
"""A running process writes its figures more often than that."""
_UDP, _TCP = socket.SOCK_DGRAM, socket.SOCK_STREAM


def ports(settings: Settings, now: float, purpose: Purpose = Purpose.CALLS) -> Iterator[Finding]:
    """Of SIP, the pages, the metrics, and audio; those that a running service holds are right."""
    if purpose is Purpose.BOARD:
        shown = _runs(settings, now, "supervision")
        yield _one("supervision.listen", settings.supervision.listen, _TCP, shown)
        return
    if purpose is Purpose.ENGINES:
        yield _one("engines.listen", settings.engines.listen, _TCP, None)
        if settings.telemetry.enabled:
            yield _one("telemetry.listen", settings.telemetry.listen, _TCP, None)
        return
    running = _runs(settings, now, "edge")
    yield _one("sip.listen", settings.sip.listen, _UDP, running)
    if settings.supervision.enabled:
        yield _one("supervision.listen", settings.supervision.listen, _TCP, running)
    if settings.telemetry.enabled:
        yield _one("telemetry.listen", settings.telemetry.listen, _TCP, running)
    if not running:
        yield _audio(settings)


def _runs(settings: Settings, now: float, process: str) -> bool:
    """Whether this process of these settings has written its figures a moment ago."""
    try:
        return abs(now - settings.runtime.statistics(process).stat().st_mtime) < FRESH_SECONDS
    except OSError:
        return False


def _one(key: str, address: str, kind: socket.SocketKind, running: bool | None) -> Finding:
    """`running`: whether the service of these settings runs; None where that cannot be seen."""
    reason = _refusal(*host_and_port(address), kind)
    if not reason:
        return Finding("ok", key, f"{address} is free")
    words = f"{address}: {os.strerror(reason)}"
    if reason == errno.EADDRINUSE and running:
        return Finding("ok", key, f"{address} is served by the running service")
    if reason == errno.EADDRINUSE:
        tool = "ss -lunp" if kind == _UDP else "ss -ltnp"
        if running is None:
            remedy = f"`{tool}` shows who has it: the service itself, or stop that, or change it"
            return Finding("advice", key, words, remedy)
        return Finding("fault", key, words, f"`{tool}` shows who has it: stop that, or change it")
    if reason == errno.EACCES:
        return Finding("fault", key, words, "take a port from 1024 on, or grant the port to Voice")
    return Finding("fault", key, words, "name an address of this machine (`ip address`)")


def _audio(settings: Settings) -> Finding:
    host, _ = host_and_port(settings.sip.listen)
    low, high, needed = settings.rtp.port_min, settings.rtp.port_max, needed_pairs(settings)
    free = sum(
        not _refusal(host, port, _UDP) and not _refusal(host, port + 1, _UDP)
        for port in even_ports(low, high)
    )
    words = f"{free} pairs of ports are free in {low}..{high}, and {needed} are needed"
    if free < needed:
        return Finding("fault", "rtp", words, "widen the range, or lower sip.max_calls")
    return Finding("ok", "rtp", words)


def _refusal(host: str, port: int, kind: socket.SocketKind) -> int:
    """The system's error number when the address cannot be had; 0 when it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as tried:
            if kind == _TCP:
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((host, port))
            if kind == _TCP:
                tried.listen()  # SO_REUSEADDR lets a bind through where somebody listens
    except OSError as error:
        return error.errno or errno.EIO
    return 0
