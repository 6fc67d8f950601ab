"""Keeps secrets out of what is recorded of a call and out of what the response step reads."""

from __future__ import annotations

from voice.calls.state import CallState
from voice.events import HIDDEN
from voice.hidden_numbers import speaks_of_secrets, without_numbers


def masked(text: str, call: CallState) -> str:
    """`text` without secrets: nothing of it while one is asked for, no number at any time."""
    if call.secret or call.secret_turn:
        return HIDDEN if text else ""
    return without_numbers(text, call.language, dictated=call.dictates or call.digits_expected > 0)


def follow_dictation(text: str, call: CallState) -> None:
    """Remember from a turn to the next that a number may go on: 'my code is', then 'four'."""
    call.dictates = speaks_of_secrets(text, call.language)
