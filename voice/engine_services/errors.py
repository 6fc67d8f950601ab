"""What can go wrong with a service; no message quotes what was sent or answered."""

from __future__ import annotations

from voice.errors import VoiceError


class ServiceFailed(VoiceError):
    """The service cannot be reached, or does not answer as it should."""


class ServiceBusy(ServiceFailed):
    """It has too much to do, and is not broken."""
