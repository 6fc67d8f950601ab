"""Why calls end and what becomes of transfers, in a few fixed words: what logs and metrics may say.

The reasons in a call's events are free text; here each is one of a closed set.
"""

from __future__ import annotations

from voice.events import CallEnded, Transferred

OTHER = "other"

_ENDS = (
    ("hang-up", "hang-up"),
    ("goodbye", "goodbye"),
    ("the caller said goodbye", "goodbye"),
    ("no input", "no input"),
    ("no sound", "no sound"),
    ("maximum length", "maximum length"),
    ("transferred", "transferred"),
    ("no person", "no person"),
    ("hand-over failed", "hand-over failed"),
    ("cancelled", "cancelled"),
    ("edge lost", "edge lost"),
    ("edge: the other side is gone", "caller gone"),
    ("edge: shutting down", "stopped"),
    ("edge", "edge failed"),
    ("call process lost", "call process lost"),
    ("fault", "fault"),
    ("over", "over"),
)
"""How a reason begins, and what it is called; the first that fits counts."""
_ENGINE_FAILED = "engine failed"

END_REASONS = tuple(dict.fromkeys((*(name for _, name in _ENDS), _ENGINE_FAILED, OTHER)))
"""All that `end_reason` may return."""

_OUTCOMES = {
    "408": "no answer",
    "480": "no answer",
    "487": "no answer",
    "486": "busy",
    "600": "busy",
    "603": "declined",
    "cancelled": "cancelled",
}

TRANSFER_OUTCOMES = ("taken", *dict.fromkeys(_OUTCOMES.values()), "failed")
"""All that `transfer_outcome` may return."""


def end_reason(event: CallEnded) -> str:
    """Why the call ended: one of END_REASONS."""
    for beginning, name in _ENDS:
        if event.reason.startswith(beginning):
            return name
    return _ENGINE_FAILED if event.reason.endswith(" failed") else OTHER


def transfer_outcome(event: Transferred) -> str:
    """What became of a transfer: one of TRANSFER_OUTCOMES."""
    if event.ok:
        return "taken"
    reason = event.reason.partition(" ")[0]
    return "no answer" if event.reason == "no answer" else _OUTCOMES.get(reason, "failed")
