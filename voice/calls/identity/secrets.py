"""Keeps secrets out of what is recorded of a call and out of what the response step reads."""

from __future__ import annotations

from voice.calls.expected_answer import dictates_digits
from voice.calls.state import CallState
from voice.events import HIDDEN
from voice.hidden_numbers import speaks_of_secrets, without_numbers
from voice.languages import plain
from voice.recognition import Transcript
from voice.telephony.leg import MuteRecording


def keep_secret(call: CallState, secret: bool) -> None:
    """From now on what the caller says or keys is secret, or is not any more."""
    if secret != call.secret:
        call.secret = secret
        call.leg.send(MuteRecording(on=secret))


def for_arguments(heard: Transcript, call: CallState) -> str:
    """The words with their numbers, for what a task asks; none that may be a PIN.

    A PIN that is said unasked is announced: such words hold no argument.
    """
    wanted = call.wanted()
    if call.secret or call.secret_turn:
        return heard.text if wanted is not None and wanted.secret else ""
    announced = call.language_of(heard).secrets.mention.search(plain(heard.text))
    return "" if announced and wanted is None else heard.text


def masked(heard: Transcript, call: CallState) -> str:
    """The words without secrets: none while one is asked for, no number at any time."""
    if call.secret or call.secret_turn:
        return HIDDEN if heard.text else ""
    dictated = call.dictates or dictates_digits(call)
    return without_numbers(heard.text, call.language_of(heard), dictated=dictated)


def follow_dictation(heard: Transcript, call: CallState) -> None:
    """Remember from a turn to the next that a number may go on: 'my code is', then 'four'."""
    call.dictates = speaks_of_secrets(heard.text, call.language_of(heard))
