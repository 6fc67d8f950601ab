"""The desk: what the routes of the application share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection

from voice.settings.supervision import Supervision
from voice.supervision.accounts import Accounts
from voice.supervision.board import Board
from voice.supervision.call_index import CallIndex
from voice.supervision.call_search import CallSearch
from voice.supervision.listening import Listeners
from voice.supervision.past_calls import PastCalls
from voice.supervision.protection import cookie_name
from voice.supervision.sessions import Attempts, Sessions
from voice.supervision.watching import Watching


@dataclass(frozen=True)
class Desk:
    """One for the process; in `app.state.desk`."""

    settings: Supervision
    accounts: Accounts
    sessions: Sessions
    board: Board
    listening: Listeners
    watching: Watching
    past: PastCalls
    index: CallIndex
    tasks: tuple[str, ...] = ()
    """Names of all tasks, to choose from."""
    dialled: Callable[[], str] = lambda: ""
    """The SIP URI under which calls are answered."""
    attempts: Attempts = field(default_factory=Attempts)
    pages: set[HTTPConnection] = field(default_factory=set)
    """Whose websockets are open."""
    checking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One password at a time: each check takes 64 MiB and a good part of a core."""

    def search(self, search: CallSearch) -> dict[str, Any]:
        """A page of the calls that are over, and how many are not looked at yet."""
        calls = self.board.calls()
        over = (call.past_call() for call in calls if not call.running)
        running = (call.call_id for call in calls if call.running)
        return {**self.index.search(search, over, running), "unread": self.index.unread}

    def still_signed_in(self, connection: HTTPConnection) -> bool:
        """Whether the session with which the connection began still holds."""
        token = connection.cookies.get(cookie_name(self.settings), "")
        return self.sessions.find(token) is not None

    def now(self) -> float:
        """UTC seconds, by which pages reckon durations."""
        return time.time()
