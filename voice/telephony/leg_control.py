"""What the edge and a call process tell each other about a call leg, apart from audio and keys.

Each message is one frozen dataclass; on the wire it is a JSON object whose key `type` names it.
Unknown types, unknown or missing keys and values of a wrong kind are a LegError.
"""

from __future__ import annotations

import json
import re
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, ClassVar, get_type_hints

from voice.errors import VoiceError

CONTROL_MAX_BYTES = 4096


class LegError(VoiceError):
    """The other side of a leg socket sent what it must not send, or cannot be reached."""


_TYPES: dict[str, type[Control]] = {}
_KINDS: dict[str, dict[str, Any]] = {}
"""By message and key, what its value must be an instance of."""


@dataclass(frozen=True, kw_only=True)
class Control:
    """Base of all control messages."""

    wire_name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        cls.wire_name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        _TYPES[cls.wire_name] = cls
        _KINDS[cls.wire_name] = get_type_hints(cls)


# From the edge to the call process


@dataclass(frozen=True, kw_only=True)
class Offer(Control):
    """A caller wants this call answered; always the first message of a leg."""

    call_id: str
    """Unique for this call; names its records."""
    caller_number: str | None
    caller_display: str
    called: str
    sample_rate: int
    """Hz of the leg's audio in both directions."""
    identity: str
    """How far the number can be relied on: a lower-case name of voice.identity.IdentityLevel."""
    diversion: str | None = None
    sip_call_id: str = ""
    """Call-ID of the caller's side, by which its own records know the call."""
    trunk: str | None = None
    """Name of the trunk or of the SIP user by which the call came."""
    source: str = ""
    """Address and port that the INVITE came from."""


@dataclass(frozen=True, kw_only=True)
class Answered(Control):
    """The caller has our answer; both sides can hear each other from now on."""


@dataclass(frozen=True, kw_only=True)
class Cancelled(Control):
    """The caller gave up before the answer."""


@dataclass(frozen=True, kw_only=True)
class Played(Control):
    """The ledger of what the caller heard, in samples of the leg's rate since the leg began.

    Sent every 100 ms while audio plays, whenever the ring runs empty, and in answer to Flush.
    `samples + dropped` equals the samples that were sent to the edge once the ring is empty.
    """

    samples: int
    """Samples that left for the caller."""
    dropped: int = 0
    """Samples that never left: flushed, or pushed out of a full ring."""
    flushed: bool = False
    """This is the answer to a Flush."""


@dataclass(frozen=True, kw_only=True)
class MediaLost(Control):
    """No packet came from the caller for the media timeout."""


@dataclass(frozen=True, kw_only=True)
class TransferProgress(Control):
    """How a transfer goes; the deadline is the edge's."""

    status: int
    """What the person's side reports: a provisional SIP status, 180 when it rings."""
    bridged: bool
    """By the edge's own call to the person, and not by the caller's side (REFER)."""


@dataclass(frozen=True, kw_only=True)
class TransferResult(Control):
    """How a transfer ended, once and finally; after `ok` nothing more is to be said.

    The edge then ends the leg: at once, or, when `bridged`, once the caller or the person hangs up.
    """

    ok: bool
    reason: str
    bridged: bool = False
    """The caller and the person are through to each other by way of the edge."""


@dataclass(frozen=True, kw_only=True)
class Recording(Control):
    """The answer to Record: whether the call is recorded from now on."""

    on: bool


@dataclass(frozen=True, kw_only=True)
class Hold(Control):
    """The caller put us on hold: they neither speak nor hear."""


@dataclass(frozen=True, kw_only=True)
class Resume(Control):
    """The caller is back from hold."""


# From the call process to the edge


@dataclass(frozen=True, kw_only=True)
class Ring(Control):
    """Tell the caller that it rings (180)."""


@dataclass(frozen=True, kw_only=True)
class Answer(Control):
    """Take the call (200)."""


@dataclass(frozen=True, kw_only=True)
class Reject(Control):
    """Refuse the call with a SIP status."""

    status: int
    reason: str = ""
    retry_after: int | None = None
    """Seconds."""


@dataclass(frozen=True, kw_only=True)
class Flush(Control):
    """Drop what has not left the ring; the next 20 ms fade out, and no later ones are softer.

    Answered by Played(flushed).
    """


@dataclass(frozen=True, kw_only=True)
class Duck(Control):
    """Play softer from the next 20 ms on, what waits in the ring included."""

    gain_db: float
    """Negative: softer; 0: as it was sent."""


@dataclass(frozen=True, kw_only=True)
class Record(Control):
    """Record both sides into a stereo FLAC file (caller left, assistant right).

    Answered by Recording; before that nobody may be told that the call is recorded.
    """

    path: str
    """Inside the records directory, relative to it or absolute."""


@dataclass(frozen=True, kw_only=True)
class StopRecording(Control):
    """Record no more and keep nothing: the caller was not told in time."""


@dataclass(frozen=True, kw_only=True)
class MuteRecording(Control):
    """Put silence in the place of the caller while a secret is entered: in the recording, and for
    whoever listens."""

    on: bool


@dataclass(frozen=True, kw_only=True)
class Transfer(Control):
    """Send the caller to somebody else; answered by TransferProgress and one TransferResult."""

    target: str
    """SIP URI."""


@dataclass(frozen=True, kw_only=True)
class CancelTransfer(Control):
    """Give up the transfer; without effect once the caller's side or the person has accepted it."""


@dataclass(frozen=True, kw_only=True)
class HangUp(Control):
    """End the call once what is in the ring has been played."""

    reason: str = ""


def encode_control(message: Control) -> bytes:
    """The message as JSON; raises LegError when it is longer than CONTROL_MAX_BYTES."""
    data = json.dumps({"type": message.wire_name, **asdict(message)}).encode()
    if len(data) > CONTROL_MAX_BYTES:
        raise LegError(f"leg socket: {message.wire_name} of {len(data)} bytes is too long")
    return data


def decode_control(data: bytes) -> Control:
    """Read a message back; raises LegError when it is not exactly one of the messages above."""
    if len(data) > CONTROL_MAX_BYTES:
        raise LegError(f"leg socket: control message of {len(data)} bytes is too long")
    try:
        values: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise LegError("leg socket: control message is not JSON") from None
    if not isinstance(values, dict):
        raise LegError("leg socket: control message is not an object")
    name = values.pop("type", None)
    message = _TYPES.get(name) if isinstance(name, str) else None
    if message is None:
        raise LegError(f"leg socket: unknown control message {str(name)[:40]!r}")
    _check(message, values)
    return message(**values)


def _check(message: type[Control], values: dict[str, Any]) -> None:
    kinds = _KINDS[message.wire_name]
    known = {entry.name: entry for entry in fields(message)}
    for key, value in values.items():
        if key not in known:
            raise LegError(f"leg socket: {message.wire_name}: unknown key {key[:40]!r}")
        if (isinstance(value, bool) and kinds[key] is not bool) or not isinstance(
            value, kinds[key]
        ):
            raise LegError(f"leg socket: {message.wire_name}.{key}: a {type(value).__name__}")
    for key, entry in known.items():
        if key not in values and entry.default is MISSING:
            raise LegError(f"leg socket: {message.wire_name}: {key} is missing")
