"""What settings are for: which command starts by them, and so what has to be looked at."""

from __future__ import annotations

from enum import StrEnum

from voice.settings import Settings
from voice.settings.values import LOCAL


class Purpose(StrEnum):
    """The command that is started with the settings."""

    CALLS = "serve"
    BOARD = "supervise"
    ENGINES = "engines"


SKIPPED = {
    Purpose.BOARD: (
        "a board of calls (voice supervise): what answering calls needs was not looked at, as sip, "
        "rtp, the priority of audio, models, identity, tools and services"
    ),
    Purpose.ENGINES: (
        "engines for other machines (voice engines serve): what answering calls needs was not "
        "looked at, as sip, rtp, the priority of audio, pages, records, identity, response and "
        "tools"
    ),
}
"""What is said of the settings where not all is looked at."""


def purpose_of(settings: Settings) -> Purpose:
    """As far as the settings tell it; whoever says something of [sip] answers calls."""
    if "sip" in settings.model_fields_set:
        return Purpose.CALLS
    region = settings.supervision.region
    if region.url is not None and region.node is None:
        return Purpose.BOARD
    ours = settings.recognition.at == LOCAL and settings.speech.at == LOCAL
    if ours and "listen" in settings.engines.model_fields_set:
        return Purpose.ENGINES
    return Purpose.CALLS
