"""Follows what one caller speaks, from what is known before the first word to the last turn."""

from __future__ import annotations

import contextlib

from voice.calls.hearing.language_prior import prior
from voice.calls.identity.identity_in_time import IdentityInTime
from voice.calls.state import CallState
from voice.events import LanguageChosen
from voice.foreign_code import ForeignError
from voice.identity import IdentityLevel
from voice.recognition import LanguageBelief, Transcript
from voice.telephony.leg import Offer

CUSTOMER_SECONDS = 1.0
"""Before the call is answered the operator's side has so long to say whose number it is."""


async def begin_language(call: CallState, offer: Offer) -> None:
    """Choose the language of the greeting; takes time only where customers' languages are known."""
    wanted = call.settings.recognition
    customer = None
    if call.caller.level >= IdentityLevel.CLAIMED and any(row.customer for row in wanted.callers):
        with contextlib.suppress(ForeignError):
            check = IdentityInTime(call.engines.identity, CUSTOMER_SECONDS)
            customer = await check.knows(call.caller)
    anybody = call.belief
    likely = prior(wanted.callers, anybody, offer, customer)
    call.belief = LanguageBelief.of(wanted.offered, likely, anybody.dialects)
    if len(wanted.offered) > 1:
        _note(call)


def follow_language(heard: Transcript, call: CallState) -> None:
    """Go on in the language that the caller speaks by now."""
    if heard.belief is None:
        return
    before, call.belief = call.belief, heard.belief
    if call.belief.spoken != before.spoken:
        _note(call)


def _note(call: CallState) -> None:
    spoken = call.belief.spoken
    confidence = round(call.belief.share_of(spoken), 3)
    call.journal.record(LanguageChosen, language=spoken, confidence=confidence)
