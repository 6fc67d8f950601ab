"""What can go wrong on the SIP side."""

from __future__ import annotations

from voice.errors import VoiceError


class SipSyntaxError(VoiceError, ValueError):
    """A message or a part of one breaks the grammar; names the part and the fault."""


class UnsupportedScheme(SipSyntaxError):
    """A well-formed URI that is neither sip, sips nor tel."""


class NotAcceptable(VoiceError):
    """An offer that we cannot answer (488)."""


class CallRejected(VoiceError):
    """The other side refused, or nobody answered (408)."""

    def __init__(self, status: int, phrase: str) -> None:
        super().__init__(f"{status} {phrase}")
        self.status = status
        self.phrase = phrase
