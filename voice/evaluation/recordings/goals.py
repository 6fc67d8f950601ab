"""What a recorded caller wanted, and whether the call gave it: the manifest's column `goal`.

A goal is one or more conditions with semicolons between them: `tool=get_plan` (it was called and
answered), `act=plan` (an answer of this kind was spoken), `says=42.17 euros` (the words stand in
what was spoken), `person` (the call was handed over, or would have been, had there been anybody).
"""

from __future__ import annotations

from collections.abc import Sequence

from voice.errors import VoiceError
from voice.evaluation.facts import says
from voice.events import CallEnded, CallEvent, ClauseSpoken, ToolReturned, Transferred
from voice.languages import Language

_KINDS = ("tool", "act", "says", "person")


def unmet(goal: str, events: Sequence[CallEvent], spoken: Language) -> list[str]:
    """The conditions that the call does not meet; raises VoiceError for one nobody knows."""
    return [condition for condition in conditions(goal) if not _is_met(condition, events, spoken)]


def conditions(goal: str) -> list[str]:
    """The conditions of a goal; raises VoiceError for one that nobody knows."""
    parts = [part.strip() for part in goal.split(";") if part.strip()]
    for part in parts:
        kind, _, value = part.partition("=")
        if kind.strip() not in _KINDS or bool(value.strip()) == (kind.strip() == "person"):
            known = "tool=NAME, act=NAME, says=WORDS or person"
            raise VoiceError(f"goal {part!r}: expected {known}")
    return parts


def _is_met(condition: str, events: Sequence[CallEvent], spoken: Language) -> bool:
    kind, _, value = (part.strip() for part in condition.partition("="))
    return any(_shows(kind, value, event, spoken) for event in events)


def _shows(kind: str, value: str, event: CallEvent, spoken: Language) -> bool:
    match event:
        case ToolReturned(tool=tool, result=result):
            return kind == "tool" and tool == value and bool(result)
        case ClauseSpoken(text=text, act=act):
            said = kind == "says" and says(text, value, spoken)
            return said or (kind == "act" and act == value)
        case Transferred(ok=ok):
            return kind == "person" and ok
        case CallEnded(reason=reason):
            return kind == "person" and reason.startswith("no person configured")
        case _:
            return False
