"""What can go wrong with a server of models; no message quotes what was sent or answered."""

from __future__ import annotations

from voice.errors import VoiceError


class ServerFailed(VoiceError):
    """The server cannot be reached, or does not answer as it should."""


class MayPass(ServerFailed):
    """It may answer the same request in a moment."""

    def __init__(self, reason: str, after_seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.after_seconds = after_seconds
        """The server's own wish (Retry-After)."""


class ServerBusy(MayPass):
    """It has too much to do, and is not broken."""


class RequestTooLong(ServerFailed):
    """It refused the request, perhaps because the conversation is too long for it."""
