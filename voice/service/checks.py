"""What the processes of the service refuse to start with, found before anything is loaded."""

from __future__ import annotations

from voice.records import check_directory
from voice.settings import Settings
from voice.supervision.accounts import Accounts
from voice.supervision.address import check_certificate, check_exposure
from voice.telephony.edge.edge import check_edge


def check_settings(settings: Settings) -> None:
    """Raise ConfigError with key and reason; opens no socket and loads no model."""
    check_directory(settings.records.directory)
    check_edge(settings)
    if settings.supervision.enabled:
        check_exposure(settings.supervision)
        check_certificate(settings.supervision)
        Accounts(settings.supervision.accounts).names()
