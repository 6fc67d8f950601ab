"""The web application: its routes, and what stands before them."""

from __future__ import annotations

import asyncio
import logging
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from voice.supervision.call_search import CallSearch
from voice.supervision.desk import Desk
from voice.supervision.live import listen, live
from voice.supervision.protection import (
    SIGN_IN,
    Protection,
    client_address,
    cookie_name,
    served_securely,
)
from voice.supervision.sessions import Session
from voice.supervision.wording import COOKIE, LANGUAGES, language_of, wording
from voice.telemetry import END_REASONS

log = logging.getLogger(__name__)

_FOLDER = files("voice.supervision")
_PAGES = Jinja2Templates(directory=str(_FOLDER / "pages"))
_LONGEST_FORM = 4096
_LANGUAGE_SECONDS = 365 * 86_400


def application(desk: Desk) -> Starlette:
    """The application around what the process holds."""
    app = Starlette(
        routes=[
            Route("/", board_page),
            Route(SIGN_IN, sign_in_page, methods=["GET"]),
            Route(SIGN_IN, sign_in, methods=["POST"]),
            Route("/sign-out", sign_out, methods=["POST"]),
            Route("/past", past),
            Route("/calls/{call_id}", call_page),
            Route("/calls/{call_id}/recording", recording),
            WebSocketRoute("/live", live),
            WebSocketRoute("/calls/{call_id}/listen", listen),
            Mount("/assets", StaticFiles(directory=str(_FOLDER / "assets")), name="assets"),
        ],
        middleware=[Middleware(Protection, settings=desk.settings, sessions=desk.sessions)],
        exception_handlers={HTTPException: _error},
    )
    app.state.desk = desk
    return app


async def board_page(request: Request) -> Response:
    """All calls."""
    desk: Desk = request.app.state.desk
    return _page(
        request,
        "board.html",
        tasks=desk.tasks,
        ends=END_REASONS,
        dialled=await asyncio.to_thread(desk.dialled),
        hours=f"{desk.settings.history_hours:g}",
    )


async def past(request: Request) -> Response:
    """A page of past calls, as they are searched for."""
    desk: Desk = request.app.state.desk
    search = CallSearch.of(request.query_params)
    return JSONResponse(await asyncio.to_thread(desk.search, search))


async def call_page(request: Request) -> Response:
    """One call, running or over."""
    desk: Desk = request.app.state.desk
    call_id = request.path_params["call_id"]
    call = desk.board.call(call_id) or await desk.past.call(call_id)
    if call is None:
        raise HTTPException(404)
    return _page(request, "call.html", call_id=call_id)


async def recording(request: Request) -> Response:
    """The sound of a call that is over."""
    desk: Desk = request.app.state.desk
    call_id = request.path_params["call_id"]
    file = await asyncio.to_thread(desk.past.recording, call_id)
    call = desk.board.call(call_id)
    if file is None or (call is not None and call.running):
        raise HTTPException(404)
    session: Session = request.state.session
    # A player asks for the whole first, and for a part at each seek; whatever is asked for, at
    # least one line says who had the recording.
    whole = request.headers.get("range", "bytes=0-") == "bytes=0-"
    if whole or call_id not in session.replayed:
        session.replayed.add(call_id)
        log.info("a supervisor replays", extra={"call_id": call_id, "supervisor": session.name})
    return FileResponse(file, media_type="audio/flac")


async def sign_in_page(request: Request) -> Response:
    """The form."""
    return _page(request, "sign_in.html")


async def sign_in(request: Request) -> Response:
    """Check name and password; too many wrong ones have to wait."""
    desk: Desk = request.app.state.desk
    form = await _form(request)
    name, password = form.get("name", ""), form.get("password", "")
    address = client_address(request, desk.settings)
    wait = desk.attempts.wait_seconds(address, name)
    if wait > 0:
        log.warning("a sign-in has to wait after wrong passwords")
        answer = _page(request, "sign_in.html", status=429, mistake="too_many_tries")
        answer.headers["Retry-After"] = str(round(wait) + 1)
        return answer
    # Counted before it is known: guesses at the same time do not slip through.
    desk.attempts.failed(address, name)
    async with desk.checking:
        right = await asyncio.to_thread(desk.accounts.verify, name, password)
    if not right:
        return _page(request, "sign_in.html", status=401, mistake="wrong_password")
    desk.attempts.succeeded(address, name)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        cookie_name(desk.settings),
        desk.sessions.begin(name),
        max_age=round(desk.settings.session_hours * 3600),
        secure=served_securely(desk.settings),
        httponly=True,
        samesite="strict",
    )
    return answer


async def sign_out(request: Request) -> Response:
    """End the session."""
    desk: Desk = request.app.state.desk
    name = cookie_name(desk.settings)
    desk.sessions.end(request.cookies.get(name, ""))
    answer = RedirectResponse(SIGN_IN, 303)
    answer.delete_cookie(
        name, secure=served_securely(desk.settings), httponly=True, samesite="strict"
    )
    return answer


def _page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    language = language_of(request)
    session = request.state.session
    answer = _PAGES.TemplateResponse(
        request,
        template,
        {
            "t": wording(language),
            "language": language,
            "languages": LANGUAGES,
            "name": session.name if session else "",
            **values,
        },
        status_code=status,
    )
    if request.query_params.get("language") == language:
        answer.set_cookie(COOKIE, language, max_age=_LANGUAGE_SECONDS, samesite="strict")
    return answer


async def _form(request: Request) -> dict[str, str]:
    """The fields of a short form; raises HTTPException(413) for a longer one."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            raise HTTPException(413)
    fields = parse_qs(body.decode("utf-8", errors="replace"), max_num_fields=10)
    return {key: values[-1] for key, values in fields.items()}


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.state.session and "text/html" in request.headers.get("accept", ""):
        return _page(request, "error.html", status=error.status_code, code=error.status_code)
    return PlainTextResponse(error.detail, error.status_code, error.headers)
