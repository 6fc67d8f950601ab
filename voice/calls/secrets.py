"""Keeps secrets out of what is recorded of a call and out of what the response step reads."""

from __future__ import annotations

from voice.calls.state import CallState
from voice.events import HIDDEN
from voice.hidden_numbers import speaks_of_secrets, without_numbers
from voice.recognition import Transcript


def masked(heard: Transcript, call: CallState) -> str:
    """The words without secrets: none while one is asked for, no number at any time."""
    if call.secret or call.secret_turn:
        return HIDDEN if heard.text else ""
    dictated = call.dictates or call.digits_expected > 0
    return without_numbers(heard.text, call.language_of(heard), dictated=dictated)


def follow_dictation(heard: Transcript, call: CallState) -> None:
    """Remember from a turn to the next that a number may go on: 'my code is', then 'four'."""
    call.dictates = speaks_of_secrets(heard.text, call.language_of(heard))
