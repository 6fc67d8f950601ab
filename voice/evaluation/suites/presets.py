"""What a suite may say of a caller in one word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voice.evaluation.people.noises import KINDS
from voice.evaluation.suites.natural_voices import NaturalVoice, natural_voice

CALLERS_VOICE = "embedded-caller-en"
Behaviour = Literal["interrupts", "hesitates", "declines", "keys", "speaks"]
"""Says requests into the answers before; makes pauses within sentences; says no when asked to
confirm; gives a PIN by keys, or by voice."""


class SuitePart(BaseModel):
    """A part of a suite; keys that are not known are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DialectPart(SuitePart):
    """How a caller speaks."""

    voice: str = CALLERS_VOICE
    """A Piper voice: embedded, pulled, or its folder; `kokoro:NAME` or `hibari:heart`."""
    accent: str = ""
    """The espeak-ng voice by whose sounds it reads, such as `en-gb-scotland`; empty: its own."""
    speed: Annotated[float, Field(ge=0.5, le=2)] = 1.0

    @model_validator(mode="after")
    def _known_voice(self) -> Self:
        if self.natural is not None:
            self.natural.require_known()
        return self

    @property
    def natural(self) -> NaturalVoice | None:
        """The voice, if it is no Piper voice."""
        return natural_voice(self.voice, self.accent, self.speed)


class NoisePart(SuitePart):
    """What is heard beside the caller."""

    kind: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})] = ""
    dbfs: Annotated[float, Field(ge=-90, le=-10)] = -45.0
    """Its mean level; the caller speaks at about -20."""


class LinePart(SuitePart):
    """What the way to the service does to the sound."""

    loss: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the packets."""
    burst: Annotated[float, Field(ge=1, le=50)] = 1.0
    """How many are lost one after the other, on average."""
    echo_seconds: Annotated[float, Field(ge=0, le=1)] = 0.0
    """After which the caller's telephone returns what it hears; 0: never. Not over SIP."""
    echo_db: Annotated[float, Field(ge=0, le=80)] = 20.0
    """By how much softer."""


class PatiencePart(SuitePart):
    """How long the caller bears with a machine; see `callers.Patience`."""

    before_answer_ms: tuple[Annotated[int, Field(ge=200)], Annotated[int, Field(le=5000)]] = (
        600,
        1000,
    )
    wait_seconds: Annotated[float, Field(ge=2, le=60)] = 10.0
    rephrasings: Annotated[int, Field(ge=0, le=10)] = 2
    utterances: Annotated[int, Field(ge=1, le=100)] = 24


class PersonaPart(SuitePart):
    """Who calls."""

    customer: Annotated[int, Field(ge=0)] | None = None
    """Which of the operator's customers, from 0; without it the seed chooses."""
    number: Literal["own", "withheld"] = "own"
    knows_pin: bool = True


DIALECTS: Mapping[str, DialectPart] = {
    "plain": DialectPart(),
    "quick": DialectPart(speed=1.2),
    "slow": DialectPart(speed=0.8),
    "england": DialectPart(accent="en-gb-x-rp"),
    "lancashire": DialectPart(accent="en-gb-x-gbclan"),
    "scotland": DialectPart(accent="en-gb-scotland"),
    "caribbean": DialectPart(accent="en-029"),
    "new_york": DialectPart(accent="en-us-nyc"),
    "american": DialectPart(voice="kokoro:af_heart"),
    "american_man": DialectPart(voice="kokoro:am_michael"),
    "british": DialectPart(voice="kokoro:bf_emma"),
    "british_man": DialectPart(voice="kokoro:bm_george"),
    "hibari": DialectPart(voice="hibari:heart"),
}
NOISES: Mapping[str, NoisePart] = {
    "quiet": NoisePart(),
    "office": NoisePart(kind="typing", dbfs=-45),
    "street": NoisePart(kind="rumble", dbfs=-38),
    "wind": NoisePart(kind="gusts", dbfs=-35),
    "music": NoisePart(kind="melody", dbfs=-42),
    "mains": NoisePart(kind="hum", dbfs=-40),
    "bad_contact": NoisePart(kind="crackle", dbfs=-40),
}
LINES: Mapping[str, LinePart] = {
    "clean": LinePart(),
    "mobile": LinePart(loss=0.01, burst=2),
    "lossy": LinePart(loss=0.03, burst=1.5),
    "bad": LinePart(loss=0.08, burst=3),
    "echo": LinePart(echo_seconds=0.2, echo_db=25),
}
PATIENCE: Mapping[str, PatiencePart] = {
    "normal": PatiencePart(),
    "patient": PatiencePart(before_answer_ms=(1000, 2000), wait_seconds=15, rephrasings=3),
    "impatient": PatiencePart(
        before_answer_ms=(400, 600), wait_seconds=6, rephrasings=1, utterances=12
    ),
}
PERSONAS: Mapping[str, PersonaPart] = {
    "customer": PersonaPart(),
    "stranger": PersonaPart(knows_pin=False),
    "withheld": PersonaPart(number="withheld"),
}
