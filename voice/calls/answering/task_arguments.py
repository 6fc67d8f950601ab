"""What the tasks ask one caller for: it may be keyed in, and may have to stay unheard."""

from __future__ import annotations

from voice.calls.expected_answer import exact_digits
from voice.calls.identity.keyed_digits import KeyedDigits
from voice.calls.identity.secrets import keep_secret
from voice.calls.state import CallState
from voice.recognition import Transcript
from voice.response import ResponseSession

_KEYED = frozenset({"digits", "phone", "number"})
_ONE_BY_ONE = frozenset({"digits", "phone"})


class TaskArguments:
    """Follows what is asked for in one call."""

    def __init__(self, call: CallState, session: ResponseSession) -> None:
        self._call = call
        call.wanted = lambda: session.wanted
        call.asks_yes_no = lambda: session.asks_yes_no
        self.keys = KeyedDigits()

    @property
    def take_keys(self) -> bool:
        """Whether what was asked for may be keyed in."""
        wanted = self._call.wanted()
        return wanted is not None and wanted.type in _KEYED

    @property
    def for_person(self) -> bool:
        """Whether nothing but the key for a person was pressed, which is no number here."""
        wanted = self._call.wanted()
        return wanted is not None and wanted.type in _ONE_BY_ONE and self.keys.for_person

    def keyed(self, key: str) -> Transcript | None:
        """Take a key; returns the digits, as if they were said, once all are there."""
        digits = self.keys.take(key, exact_digits(self._call.wanted()))
        if digits is None:
            return None
        return Transcript(digits, 1.0, self._call.language.tag, 1.0, 0.0)

    def keep_secret(self) -> None:
        """What the caller was asked for may have to stay unheard, as a PIN has."""
        wanted = self._call.wanted()
        if not self._call.digits_expected:  # else they prove who they are
            keep_secret(self._call, wanted is not None and wanted.secret)
