"""Who is signed in: sessions with an end, and a limit on guesses at passwords."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from voice.supervision.accounts import Accounts

MOST_SESSIONS = 1000
TRIES_PER_ADDRESS = 5
TRIES_PER_NAME = 20
"""More than for an address, so that a stranger cannot lock somebody out from one."""
FIRST_WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 900.0
FORGET_SECONDS = 1800.0
_MOST_KEYS = 10_000


@dataclass(frozen=True)
class Session:
    """One sign-in."""

    name: str
    ends: float
    """On the clock of the sessions."""
    mark: str
    """Of the account when it signed in; another password ends the session."""
    replayed: set[str] = field(default_factory=set)
    """The calls whose recordings were fetched."""


class Sessions:
    """In memory: a restart signs everybody out. `clock` gives seconds."""

    def __init__(
        self, accounts: Accounts, hours: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts = accounts
        self._seconds = hours * 3600
        self._clock = clock
        self._sessions: OrderedDict[str, Session] = OrderedDict()

    def begin(self, name: str) -> str:
        """A new session of this account; returns its token, of which only a hash is kept."""
        token = secrets.token_urlsafe(32)
        session = Session(name, self._clock() + self._seconds, self._accounts.mark(name) or "")
        self._sessions[_hashed(token)] = session
        while len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return token

    def find(self, token: str) -> Session | None:
        """The session, unless it is over."""
        session = self._sessions.get(_hashed(token))
        if session is None:
            return None
        if session.ends <= self._clock() or self._accounts.mark(session.name) != session.mark:
            self.end(token)
            return None
        return session

    def end(self, token: str) -> None:
        """Sign out."""
        self._sessions.pop(_hashed(token), None)


class Attempts:
    """Counts wrong passwords by address and by name; each further one makes the wait longer."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_seconds(self, address: str, name: str) -> float:
        """How long nobody may try from there, or for that name; 0 when they may."""
        keys = _keys(address, name).items()
        return max(self._wait(key, allowed) for key, allowed in keys)

    def failed(self, address: str, name: str) -> None:
        """A password was wrong."""
        now = self._clock()
        for key in _keys(address, name):
            count, last = self._failures.pop(key, (0, now))
            count = 0 if now - last > FORGET_SECONDS else count
            self._failures[key] = (count + 1, now)
        while len(self._failures) > _MOST_KEYS:
            self._failures.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """A password was right."""
        for key in _keys(address, name):
            self._failures.pop(key, None)

    def _wait(self, key: str, allowed: int) -> float:
        count, last = self._failures.get(key, (0, 0.0))
        if count < allowed:
            return 0.0
        wait = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2.0 ** min(20, count - allowed))
        return max(0.0, last + wait - self._clock())


def _keys(address: str, name: str) -> dict[str, int]:
    return {f"address {address}": TRIES_PER_ADDRESS, f"name {name[:64]}": TRIES_PER_NAME}


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
