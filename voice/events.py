"""The typed events of a call: the one stream that is stored, shown, scored and replayed.

Every event has the call's id, a sequence number without gaps, milliseconds since the call began
and the wall clock (UTC seconds). `to_json` and `from_json` are exact inverses.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any, ClassVar, Literal

ClauseKind = Literal["answer", "filler", "greeting", "reprompt", "notice"]
ToolOutcome = Literal["done", "refused", "failed", "not done", "unknown", "dropped"]
"""Done: as far as is known after a look-up; refused: arguments that its task does not take; failed:
a reading that gave nothing; not done: a change that was not made; unknown: one that may have been;
dropped: nobody waited for it any more."""
HIDDEN = "[hidden]"
"""Stands in an event for words and keys that must not be kept, such as a PIN."""

_TYPES: dict[str, type[CallEvent]] = {}


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """What every event of a call carries."""

    call_id: str
    sequence: int
    ms: int
    """Milliseconds since the call began."""
    wall_time: float
    """UTC seconds since the epoch."""

    name: ClassVar[str] = "CallEvent"

    def __init_subclass__(cls) -> None:
        cls.name = cls.__name__
        _TYPES[cls.__name__] = cls

    def to_json(self) -> str:
        """One line of JSON; the key `event` names the type."""
        return json.dumps({"event": self.name, **asdict(self)}, ensure_ascii=False)


def from_json(line: str) -> CallEvent:
    """Read one line back; raises ValueError when it is not an event."""
    try:
        values: dict[str, Any] = json.loads(line)
        event = _TYPES[values.pop("event")]
        known = {entry.name for entry in fields(event)}
        return event(**{key: value for key, value in values.items() if key in known})
    except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"not a call event: {line[:80]!r} ({error})") from None


@dataclass(frozen=True, kw_only=True)
class CallStarted(CallEvent):
    """A call was offered to us."""

    caller_number: str | None
    called: str
    direction: Literal["inbound", "outbound"] = "inbound"
    sample_rate: int = 8000
    """Hz of the leg's audio."""
    sip_call_id: str = ""
    """Call-ID of the caller's side, by which its own records know the call."""
    trunk: str | None = None
    """Name of the trunk or of the SIP user by which the call came."""
    source: str = ""
    """Address and port that the INVITE came from."""


@dataclass(frozen=True, kw_only=True)
class CallAnswered(CallEvent):
    """We answered; both sides can hear each other."""


@dataclass(frozen=True, kw_only=True)
class SpeechStarted(CallEvent):
    """The caller began to speak."""

    while_assistant_spoke: bool = False


@dataclass(frozen=True, kw_only=True)
class PartialTranscript(CallEvent):
    """What the caller seems to be saying, before the end of the turn.

    Words only; what a `FinalTranscript` would say of numbers is not known yet, so none is shown.
    """

    text: str
    stable: str = ""
    """The beginning of the text that no later one of the turn changes; it only grows. The final
    transcript is read by itself, and may differ."""
    revision: int = 0
    """Grows within a turn."""
    passing: bool = False
    """It is shown to those who watch, and not kept: the next event that is has the same sequence
    number."""


@dataclass(frozen=True, kw_only=True)
class TurnEnded(CallEvent):
    """The caller's turn is over."""

    speech_end_ms: int
    """When the caller's last voiced frame ended, in ms of the call."""
    pause_ms: int
    """How long we waited before deciding."""
    finality: float | None = None
    """How much it sounded as if it were over, 0 to 1; None where nobody listened for that."""
    ending: str = ""
    """How its words end: whole, open or dictated; "" where they were not known yet."""


@dataclass(frozen=True, kw_only=True)
class FinalTranscript(CallEvent):
    """What the caller said in the turn."""

    text: str
    confidence: float
    """0 to 1."""
    language: str = ""
    """Tag of the language in which it was understood."""
    language_confidence: float = 1.0
    """0 to 1: how sure it is that the caller spoke that one."""
    dialect: str | None = None
    """Tag of the dialect that the caller speaks, as far as dialects are told apart."""
    audio_seconds: float = 0.0
    recognition_ms: float = 0.0
    speculative: bool = False
    """The transcript was ready before the end of the turn was decided."""
    in_vain_ms: float = 0.0
    """What was spent on reading it at pauses after which the caller went on."""


@dataclass(frozen=True, kw_only=True)
class LanguageChosen(CallEvent):
    """Where several languages are offered: the call begins, or goes on, in this one."""

    language: str
    """Its tag."""
    confidence: float
    """0 to 1: how sure it is that the caller speaks it."""


@dataclass(frozen=True, kw_only=True)
class LanguageNotOffered(CallEvent):
    """The caller speaks a language that is not offered, and is told so."""

    language: str
    """ISO 639 code."""


@dataclass(frozen=True, kw_only=True)
class ResponseStarted(CallEvent):
    """The response step produced its first clause."""

    response_ms: float
    speculative: bool = False


@dataclass(frozen=True, kw_only=True)
class ToolCalled(CallEvent):
    """The response step asked for a tool."""

    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ToolReturned(CallEvent):
    """A tool answered."""

    tool: str
    result: dict[str, Any] = field(default_factory=dict)
    duration_ms: float = 0.0
    error: str = ""
    """Class and id of what went wrong, even where the result could be looked up."""
    unknown: bool = False
    """It may or may not have done what it was to do."""


@dataclass(frozen=True, kw_only=True)
class ToolUsed(CallEvent):
    """The audit of one run of a tool: also of one that was thought ahead and dropped."""

    tool: str
    source: str
    """Whose function it is: `package`, or `openapi NAME` and `mcp NAME` of the settings."""
    customer: str | None
    """The customer number of whoever it ran for, if it was known."""
    level: str
    """How far their identity could be relied on: unknown, claimed or verified."""
    arguments: dict[str, Any] = field(default_factory=dict)
    """What it was called with; secret ones are hidden."""
    outcome: ToolOutcome = "done"
    error: str = ""
    """Class and id of what went wrong, even where the result could be looked up."""
    duration_ms: float = 0.0
    key: str = ""
    """The idempotency key of the act, by which the other side's records know it."""


@dataclass(frozen=True, kw_only=True)
class ClauseSpoken(CallEvent):
    """A clause began to play to the caller."""

    text: str
    kind: ClauseKind
    synthesis_ms: float = 0.0
    duration_ms: float = 0.0
    act: str = ""
    language: str = ""
    """Tag of the language that it is in."""


@dataclass(frozen=True, kw_only=True)
class Interrupted(CallEvent):
    """The caller spoke over the assistant, and the assistant yielded."""

    heard: str
    """What the caller really heard of the answer, cut at the word."""
    unheard: str = ""


@dataclass(frozen=True, kw_only=True)
class NoInput(CallEvent):
    """The caller said nothing for too long."""

    count: int


@dataclass(frozen=True, kw_only=True)
class DtmfReceived(CallEvent):
    """The caller pressed a key; which digit it was is hidden, because it may belong to a PIN."""

    digit: str


@dataclass(frozen=True, kw_only=True)
class IdentityRequested(CallEvent):
    """The caller was asked to prove who they are."""

    level: str
    attempt: int


@dataclass(frozen=True, kw_only=True)
class IdentityDecided(CallEvent):
    """A proof of identity was accepted or refused."""

    accepted: bool
    level: str
    reason: Literal["", "wrong PIN", "too many tries"] = ""
    """Why it was refused."""


@dataclass(frozen=True, kw_only=True)
class EmergencyHeard(CallEvent):
    """The caller said words of distress; a person, or a number to call, comes next."""

    kind: str
    """self_harm, violence, medical, police, fire or emergency."""
    words: str
    """The phrase that was found; hidden while a secret is being asked for."""


@dataclass(frozen=True, kw_only=True)
class SupervisorJoined(CallEvent):
    """A person began to listen or take part."""

    supervisor: str
    mode: Literal["listen", "whisper", "barge", "take over"]


@dataclass(frozen=True, kw_only=True)
class TransferProgressed(CallEvent):
    """The person's side says how the hand-over goes."""

    target: str
    status: int
    """A provisional SIP status: 180 when it rings there."""


@dataclass(frozen=True, kw_only=True)
class Transferred(CallEvent):
    """The call was handed to a person, or that was tried."""

    target: str
    reason: str
    ok: bool = True


@dataclass(frozen=True, kw_only=True)
class EngineFailed(CallEvent):
    """An engine could not do its part; the caller hears an apology."""

    engine: str
    reason: str
    """The error's class and an id that the log knows, never its text: that may hold a secret."""


@dataclass(frozen=True, kw_only=True)
class EngineFellBack(CallEvent):
    """The service that did an engine's work is away: the models of this process do it."""

    engine: str
    """recognition, response or speech."""
    reason: str
    """Where the service is, and what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class EngineReturned(CallEvent):
    """The service does the engine's work again."""

    engine: str


@dataclass(frozen=True, kw_only=True)
class CallEnded(CallEvent):
    """The call is over."""

    reason: str
    by: Literal["caller", "assistant", "system"]
    duration_ms: int = 0


def is_kept(event: CallEvent) -> bool:
    """Whether it is part of what is stored of the call."""
    return not (isinstance(event, PartialTranscript) and event.passing)


EventSink = Callable[[CallEvent], None]
"""Takes each event as it happens; must return at once."""
