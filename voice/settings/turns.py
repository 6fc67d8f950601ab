"""The settings of turns: by which pauses a caller's turn is over."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from voice.settings.values import Section

_SHORTER_PAUSES = {
    "end_ms_sure": "speculate_ms",
    "end_ms": "end_ms_sure",
    "end_ms_open": "end_ms",
    "end_ms_digits": "end_ms",
}
"""By setting, the one that must not be longer."""


class Turns(Section):
    """When the caller speaks and when the caller's turn is over."""

    detector: Literal["webrtc", "silero"] = "webrtc"
    start_ms: int = Field(80, ge=20, le=500)
    """Voiced time that begins a turn."""
    smart_turn: bool = True
    """Whether it is listened to how a turn ends, and not only to its words and its pause."""
    speculate_ms: int = Field(100, ge=40, le=5000)
    """Pause at which the answer is prepared."""
    end_ms_sure: int = Field(260, ge=40, le=5000, validate_default=True)
    """Pause that ends the turn where its words say that it is over, and nothing speaks against."""
    end_ms: int = Field(600, ge=100, le=5000, validate_default=True)
    """The same where that is not known, or one or two things speak against it."""
    end_ms_doubted: int = Field(1000, ge=100, le=10000)
    """The same where three things do, or the caller has only told something; at least `end_ms`, and
    at most `end_ms_open`."""
    end_ms_open: int = Field(1200, ge=100, le=10000, validate_default=True)
    """The same where more seems to come: an open sentence, a name that is asked for."""
    end_ms_digits: int = Field(1800, ge=100, le=10000, validate_default=True)
    """The same while figures or letters are dictated, until there are as many as were asked for."""
    resume_ms: int = Field(700, ge=0, le=5000)
    """Speech so soon after the end of a turn goes on with it."""
    max_seconds: float = Field(200.0, ge=2, le=600)
    """Who speaks for longer without a pause is asked for one."""

    @field_validator("end_ms_sure", "end_ms", "end_ms_open", "end_ms_digits")
    @classmethod
    def _pauses_grow(cls, pause: int, others: ValidationInfo) -> int:
        shorter = _SHORTER_PAUSES[others.field_name or ""]
        if pause < others.data.get(shorter, 0):
            raise ValueError(f"{pause} is below turns.{shorter}, which is {others.data[shorter]}")
        return pause
