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


class Part(BaseModel):
    """A part of a suite; keys that are not known are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Dialect(Part):
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


class Noise(Part):
    """What is heard beside the caller."""

    kind: Annotated[str, Field(json_schema_extra={"enum": list(KINDS)})] = ""
    dbfs: Annotated[float, Field(ge=-90, le=-10)] = -45.0
    """Its mean level; the caller speaks at about -20."""


class Line(Part):
    """What the way to the service does to the sound."""

    loss: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    """Share of the packets."""
    burst: Annotated[float, Field(ge=1, le=50)] = 1.0
    """How many are lost one after the other, on average."""
    echo_seconds: Annotated[float, Field(ge=0, le=1)] = 0.0
    """After which the caller's telephone returns what it hears; 0: never. Not over SIP."""
    echo_db: Annotated[float, Field(ge=0, le=80)] = 20.0
    """By how much softer."""


class Patience(Part):
    """How long the caller bears with a machine; see `callers.Patience`."""

    before_answer_ms: tuple[Annotated[int, Field(ge=200)], Annotated[int, Field(le=5000)]] = (
        600,
        1000,
    )
    wait_seconds: Annotated[float, Field(ge=2, le=60)] = 10.0
    rephrasings: Annotated[int, Field(ge=0, le=10)] = 2
    utterances: Annotated[int, Field(ge=1, le=100)] = 24


class Persona(Part):
    """Who calls."""

    customer: Annotated[int, Field(ge=0)] | None = None
    """Which of the operator's customers, from 0; without it the seed chooses."""
    number: Literal["own", "withheld"] = "own"
    knows_pin: bool = True


DIALECTS: Mapping[str, Dialect] = {
    "plain": Dialect(),
    "quick": Dialect(speed=1.2),
    "slow": Dialect(speed=0.8),
    "england": Dialect(accent="en-gb-x-rp"),
    "lancashire": Dialect(accent="en-gb-x-gbclan"),
    "scotland": Dialect(accent="en-gb-scotland"),
    "caribbean": Dialect(accent="en-029"),
    "new_york": Dialect(accent="en-us-nyc"),
    "american": Dialect(voice="kokoro:af_heart"),
    "american_man": Dialect(voice="kokoro:am_michael"),
    "british": Dialect(voice="kokoro:bf_emma"),
    "british_man": Dialect(voice="kokoro:bm_george"),
    "hibari": Dialect(voice="hibari:heart"),
}
NOISES: Mapping[str, Noise] = {
    "quiet": Noise(),
    "office": Noise(kind="typing", dbfs=-45),
    "street": Noise(kind="rumble", dbfs=-38),
    "wind": Noise(kind="gusts", dbfs=-35),
    "music": Noise(kind="melody", dbfs=-42),
    "mains": Noise(kind="hum", dbfs=-40),
    "bad_contact": Noise(kind="crackle", dbfs=-40),
}
LINES: Mapping[str, Line] = {
    "clean": Line(),
    "mobile": Line(loss=0.01, burst=2),
    "lossy": Line(loss=0.03, burst=1.5),
    "bad": Line(loss=0.08, burst=3),
    "echo": Line(echo_seconds=0.2, echo_db=25),
}
PATIENCE: Mapping[str, Patience] = {
    "normal": Patience(),
    "patient": Patience(before_answer_ms=(1000, 2000), wait_seconds=15, rephrasings=3),
    "impatient": Patience(
        before_answer_ms=(400, 600), wait_seconds=6, rephrasings=1, utterances=12
    ),
}
PERSONAS: Mapping[str, Persona] = {
    "customer": Persona(),
    "stranger": Persona(knows_pin=False),
    "withheld": Persona(number="withheld"),
}
