"""Where the pages are served, and whether that is safe."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import socket
import ssl

from voice.errors import ConfigError
from voice.settings import Settings
from voice.settings.supervision import Supervision
from voice.settings.values import host_and_port
from voice.supervision.protection import served_securely

_SEND_BYTES = 65_536
"""A page that does not read has at most so much sound under way in the kernel."""


def check_exposure(settings: Supervision) -> None:
    """Raise ConfigError when passwords and calls would travel in the clear."""
    if (settings.certificate is None) != (settings.key is None):
        there, missing = ("certificate", "key") if settings.certificate else ("key", "certificate")
        raise ConfigError(f"supervision.{there}: needs supervision.{missing} as well")
    for name, file in (("certificate", settings.certificate), ("key", settings.key)):
        if file is not None and not os.access(file, os.R_OK):
            raise ConfigError(f"supervision.{name}: {file}: cannot be read")
    host, _ = host_and_port(settings.listen)
    if not ipaddress.ip_address(host).is_loopback and not served_securely(settings):
        raise ConfigError(
            f"supervision.listen: {settings.listen} can be reached from other machines: set "
            "supervision.certificate and supervision.key, or name the supervision.proxy in front"
        )


def check_certificate(settings: Supervision) -> None:
    """Raise ConfigError unless certificate and key, where they are set, belong together."""
    if settings.certificate is None or settings.key is None:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # With a password nobody is asked for the one of an encrypted key.
        context.load_cert_chain(settings.certificate, settings.key, password="")
    except (ssl.SSLError, OSError, ValueError) as error:
        raise ConfigError(f"supervision.certificate: {settings.certificate}: {error}") from None


def listening_socket(settings: Supervision) -> socket.socket:
    """The socket of the web server; raises ConfigError when the address is in use."""
    host, port = host_and_port(settings.listen)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BYTES)
        listener.bind((host, port))
        listener.set_inheritable(False)
    except OSError as error:
        listener.close()
        raise ConfigError(f"supervision.listen: {settings.listen}: {error.strerror}") from None
    return listener


def url_of(settings: Supervision, listener: socket.socket) -> str:
    """What to open in a browser."""
    if settings.origin is not None:
        return settings.origin
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.certificate is not None else "http"
    return f"{scheme}://{shown}:{port}"


def dialled(settings: Settings) -> str:
    """The SIP URI that reaches the assistant, as the running edge says, else as the settings do."""
    listen = settings.sip.listen
    with contextlib.suppress(OSError, ValueError, KeyError):
        figures = json.loads(settings.runtime.statistics("edge").read_text(encoding="utf-8"))
        listen = str(figures["address"])
    host, port = host_and_port(listen)
    address = settings.sip.advertised_address or host
    return f"sip:{f'[{address}]' if ':' in address else address}:{port}"
