"""What the tasks ask one caller for: it may be keyed in, and may have to stay unheard."""

from __future__ import annotations

from voice.calls.expected_answer import exact_digits
from voice.calls.secrets import keep_secret
from voice.calls.state import CallState
from voice.recognition import Transcript
from voice.response import ResponseSession

_KEYED = frozenset({"digits", "phone", "number"})
_CLEAR_KEY, _ENTER_KEY = "*", "#"


class TaskArguments:
    """Follows what is asked for in one call."""

    def __init__(self, call: CallState, session: ResponseSession) -> None:
        self._call = call
        call.wanted = lambda: session.wanted
        call.asks_yes_no = lambda: session.asks_yes_no
        self._keys = ""

    @property
    def take_keys(self) -> bool:
        """Whether what was asked for may be keyed in."""
        wanted = self._call.wanted()
        return wanted is not None and wanted.type in _KEYED

    def keyed(self, key: str) -> Transcript | None:
        """Take a key; returns the digits, as if they were said, once all are there."""
        if key == _CLEAR_KEY:
            self._keys = ""
            return None
        if key != _ENTER_KEY:
            self._keys += key
        are_all = key == _ENTER_KEY or len(self._keys) == exact_digits(self._call.wanted())
        if not (self._keys and are_all):
            return None
        digits, self._keys = self._keys, ""
        return Transcript(digits, 1.0, self._call.language.tag, 1.0, 0.0)

    def keep_secret(self) -> None:
        """What the caller was asked for may have to stay unheard, as a PIN has."""
        wanted = self._call.wanted()
        if not self._call.digits_expected:  # else they prove who they are
            keep_secret(self._call, wanted is not None and wanted.secret)
