"""What stands before every route: the session, the origin, the proxy, and the answers' headers."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voice.settings.supervision import Supervision
from voice.supervision.sessions import Session, Sessions

SIGN_IN = "/sign-in"
PUBLIC = frozenset({SIGN_IN, "/assets/style.css", "/assets/icon.svg"})
"""What is shown without a session."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
_SAFE_METHODS = ("GET", "HEAD")


class Protection:
    """ASGI middleware; everything that it lets through is in `scope["state"]["session"]`."""

    def __init__(self, app: ASGIApp, settings: Supervision, sessions: Sessions) -> None:
        self._app = app
        self._settings = settings
        self._sessions = sessions
        self._proxy = ipaddress.ip_network(settings.proxy) if settings.proxy else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        scope.setdefault("state", {})["session"] = self._session(connection)
        refusal = self._refusal(connection)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await refusal(scope, receive, _with_headers(send))

    def _session(self, connection: HTTPConnection) -> Session | None:
        token = connection.cookies.get(cookie_name(self._settings))
        return self._sessions.find(token) if token else None

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        scope = connection.scope
        if not self._from_proxy(scope):
            return PlainTextResponse("only the proxy may connect", 403)
        changing = scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS
        if changing and not self._own_origin(connection.headers):
            return PlainTextResponse("from another site", 403)
        if connection.state.session is not None or scope["path"] in PUBLIC:
            return None
        if scope["type"] == "http" and "text/html" in connection.headers.get("accept", ""):
            return RedirectResponse(SIGN_IN, 303)
        return PlainTextResponse("sign in first", 401)

    def _from_proxy(self, scope: Scope) -> bool:
        if self._proxy is None:
            return True
        return ipaddress.ip_address(scope["client"][0]) in self._proxy

    def _own_origin(self, headers: Headers) -> bool:
        """Browsers name the page's origin with every websocket and every form that is sent."""
        origin = headers.get("origin", "")
        if self._settings.origin is not None:
            return origin == self._settings.origin
        scheme = "https" if served_securely(self._settings) else "http"
        parts = urlsplit(origin)
        return parts.scheme == scheme and parts.netloc == headers.get("host", "")


def served_securely(settings: Supervision) -> bool:
    """Whether browsers reach us by HTTPS."""
    return settings.certificate is not None or settings.proxy is not None


def cookie_name(settings: Supervision) -> str:
    """The prefix makes browsers refuse the cookie from anywhere but this host, by HTTPS."""
    return "__Host-voice" if served_securely(settings) else "voice"


def client_address(connection: HTTPConnection, settings: Supervision) -> str:
    """Who asks; a proxy says it in the last entry of X-Forwarded-For."""
    forwarded = connection.headers.get("x-forwarded-for", "")
    if settings.proxy is not None and forwarded:
        return forwarded.rpartition(",")[2].strip()[:64]
    return connection.client.host if connection.client else ""


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
