"""What surrounds an evaluated call: settings that touch nothing, and books that are always new."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

from voice.demo import Operator
from voice.errors import ConfigError
from voice.evaluation.virtual_time.loop import EPOCH
from voice.settings import Demo, Records, Settings

BOOKS_SEED = 1
_TRIES = "pin_tries.sqlite"


def settings_for(settings: Settings, scratch: Path) -> Settings:
    """The live settings, but nothing is recorded, nobody watches, and all databases are our own.

    Raises ConfigError where a server answers, whose time is not ours to make.
    """
    if settings.response.engine == "openai":
        raise ConfigError("response.engine: a server cannot answer in virtual time")
    own = {
        "records": Records(),
        "recognition": settings.recognition.model_copy(update={"partials": False}),
        "demo": Demo(database=scratch / "operator.sqlite"),
        "identity": settings.identity.model_copy(update={"database": scratch / _TRIES}),
    }
    return settings.model_copy(update=own)


def settings_of_worker(written: str, scratch: Path) -> Settings:
    """The same of settings written as JSON, with one thread for each engine.

    A run has as many workers as its user wants: none of them takes another one's core.
    """
    settings = settings_for(Settings.model_validate_json(written), scratch)
    own = settings.recognition
    own = own.model_copy(update={"threads": own.threads or 1})
    return settings.model_copy(update={"recognition": own})


def first_day() -> datetime.date:
    """Of the virtual clock."""
    return datetime.datetime.fromtimestamp(EPOCH, datetime.UTC).date()


class Books:
    """The demonstration operator's database: written once, copied for each call.

    No call's tries of PINs count for the next.
    """

    def __init__(self, scratch: Path) -> None:
        self._database = scratch / "operator.sqlite"
        self._template = scratch / "template.sqlite"
        self._tries = scratch / _TRIES

    def open_anew(self) -> None:
        """As before the first call; bills are due as seen from the virtual clock's first day."""
        if not self._template.exists():
            Operator.create(self._template, BOOKS_SEED, first_day())
        shutil.copyfile(self._template, self._database)
        self._tries.unlink(missing_ok=True)
