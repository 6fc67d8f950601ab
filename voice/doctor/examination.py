"""All that is looked at, in the order in which somebody would mend it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from voice.doctor.finding import Finding
from voice.doctor.machine import clock, disks, priority, user
from voice.doctor.models import models
from voice.doctor.peers import peers
from voice.doctor.ports import ports
from voice.doctor.secret_files import secret_files
from voice.errors import VoiceError
from voice.service import check_settings, doubts
from voice.settings import Settings


def examine(settings: Settings, now: float) -> Iterator[Finding]:
    """Each finding as it is made; `now` is the wall time in seconds.

    Reads the installed models whole, for their hashes, and waits a few seconds for silent peers.
    """
    yield from _settings(settings)
    yield from user()
    yield from ports(settings, now)
    yield priority(settings)
    yield from secret_files(settings)
    yield from models(settings)
    yield from disks(settings)
    yield clock()
    yield from asyncio.run(peers(settings))


def _settings(settings: Settings) -> Iterator[Finding]:
    try:
        check_settings(settings, make=False)
        yield Finding("ok", "settings", "can be used")
    except VoiceError as error:
        yield Finding("fault", "settings", str(error), "change it")
    for doubt in doubts(settings):
        yield Finding("advice", "settings", doubt)
