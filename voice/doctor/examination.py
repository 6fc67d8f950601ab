"""All that is looked at, in the order in which somebody would mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from voice.doctor.finding import Finding
from voice.doctor.machine import clock, disks, priority, user
from voice.doctor.models import models
from voice.doctor.peers import peers
from voice.doctor.ports import ports
from voice.doctor.purpose import SKIPPED, Purpose, purpose_of
from voice.doctor.secret_files import secret_files
from voice.errors import VoiceError
from voice.service import check_board, check_served, check_settings, doubts
from voice.settings import Settings


def examine(settings: Settings, now: float, purpose: Purpose | None = None) -> Iterator[Finding]:
    """Each finding as it is made; `now` is the wall time in seconds.

    `purpose`: what is started with the settings, where they do not tell it. Reads the installed
    models whole, for their hashes, and waits a few seconds for silent peers.
    """
    purpose = purpose or purpose_of(settings)
    yield from _settings(settings, purpose)
    yield from user()
    yield from ports(settings, now, purpose)
    if purpose is Purpose.CALLS:
        yield priority(settings)
    yield from secret_files(settings)
    yield from models(settings, purpose)
    yield from disks(settings, purpose)
    yield clock()
    yield from asyncio.run(peers(settings, purpose))


def _settings(settings: Settings, purpose: Purpose) -> Iterator[Finding]:
    if purpose in SKIPPED:
        yield Finding("ok", "settings", f"taken for those of {SKIPPED[purpose]}")
    try:
        match purpose:
            case Purpose.CALLS:
                check_settings(settings, make=False)
            case Purpose.BOARD:
                check_board(settings)
            case Purpose.ENGINES:
                check_served(settings)
        yield Finding("ok", "settings", "can be used")
    except VoiceError as error:
        yield Finding("fault", "settings", str(error), "change it")
    for doubt in doubts(settings) if purpose is Purpose.CALLS else ():
        yield Finding("advice", "settings", doubt)
