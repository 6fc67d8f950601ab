"""A suite as it is written down: callers in YAML, and what is wrong with them, a line each."""

from __future__ import annotations

import difflib
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, field_validator

from voice.errors import ConfigError
from voice.evaluation.callers import Goal, Scenario, ScenarioStep
from voice.evaluation.callers.scenario import Patience as CallersPatience
from voice.evaluation.people.noises import KINDS
from voice.evaluation.suites.presets import (
    DIALECTS,
    LINES,
    NOISES,
    PATIENCE,
    PERSONAS,
    Behaviour,
    DialectPart,
    LinePart,
    NoisePart,
    PatiencePart,
    PersonaPart,
    SuitePart,
)
from voice.tasks.yaml_files import fields_of, mistakes_in, parsed, repeated_keys

SHIPPED = Path(__file__).parent
"""Where the suites lie that come with the package, by name."""
FACTS = ("amount", "due", "plan", "data")
"""What the operator's books say of a caller, as `facts` may name it."""
GROUPS: Mapping[str, Mapping[str, SuitePart]] = {
    "persona": PERSONAS,
    "dialect": DIALECTS,
    "patience": PATIENCE,
    "noise": NOISES,
    "line": LINES,
}
"""The properties of a caller by which figures are parted, and their presets."""

T = TypeVar("T", bound=SuitePart)


def _or_preset(presets: Mapping[str, T]) -> Callable[[Any], Any]:
    def chosen(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if value not in presets:
            near = difflib.get_close_matches(value, presets, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(presets)}"
            raise ValueError(f"no preset {value!r}; {hint}")
        return presets[value]

    return chosen


class SuiteWish(SuitePart):
    """One thing that a caller wants."""

    want: Goal
    agrees: bool = True
    """Says yes when asked to confirm."""


def _wanted(value: Any) -> Any:
    """`plan`, `[plan, balance]`, or with `want` and `agrees`."""
    each = value if isinstance(value, list) else [value]
    return [{"want": one} if isinstance(one, str) else one for one in each]


class SuiteCaller(SuitePart):
    """One caller of a suite."""

    name: Annotated[str, Field(pattern=r"^[\w.-]+$")]
    goal: Annotated[list[SuiteWish], BeforeValidator(_wanted), Field(min_length=1)]
    facts: tuple[str, ...] = ()
    persona: Annotated[PersonaPart, BeforeValidator(_or_preset(PERSONAS))] = PersonaPart()
    dialect: Annotated[DialectPart, BeforeValidator(_or_preset(DIALECTS))] = DialectPart()
    patience: Annotated[PatiencePart, BeforeValidator(_or_preset(PATIENCE))] = PatiencePart()
    noise: Annotated[NoisePart, BeforeValidator(_or_preset(NOISES))] = NoisePart()
    line: Annotated[LinePart, BeforeValidator(_or_preset(LINES))] = LinePart()
    behaviour: tuple[Behaviour, ...] = ()

    @field_validator("facts")
    @classmethod
    def _known_facts(cls, facts: tuple[str, ...]) -> tuple[str, ...]:
        for fact in facts:
            for _, name, _, _ in string.Formatter().parse(fact):
                if name is not None and name not in FACTS:
                    raise ValueError(f"{{{name}}}: the books say {', '.join(FACTS)}")
        return facts

    @field_validator("noise")
    @classmethod
    def _known_noise(cls, noise: NoisePart) -> NoisePart:
        if noise.kind and noise.kind not in KINDS:
            raise ValueError(f"no noise {noise.kind!r}; there are: {', '.join(KINDS)}")
        return noise

    @field_validator("behaviour")
    @classmethod
    def _one_way_to_give_a_pin(cls, behaviour: tuple[Behaviour, ...]) -> tuple[Behaviour, ...]:
        if {"keys", "speaks"} <= set(behaviour):
            raise ValueError("keys and speaks exclude each other")
        return behaviour

    @property
    def groups(self) -> dict[str, str]:
        """By which its calls are counted: the preset of each property, or `own`."""
        named = {
            group: next((name for name, preset in presets.items() if preset == own), "own")
            for group, presets in GROUPS.items()
            for own in [getattr(self, group)]
        }
        return {"caller": self.name, **named, "behaviour": "+".join(self.behaviour) or "plain"}

    def scenario(self, facts: Mapping[str, str]) -> Scenario:
        """The same for a simulated caller, of whom the books say these `facts`."""
        interrupts, declines = "interrupts" in self.behaviour, "declines" in self.behaviour
        steps = tuple(
            ScenarioStep(one.want, one.agrees and not declines, interrupts and number > 0)
            for number, one in enumerate(self.goal)
        )
        speaks: Literal["", "voice"] = "voice" if "speaks" in self.behaviour else ""
        return Scenario(
            self.name,
            steps,
            knows_pin=self.persona.knows_pin,
            patience=CallersPatience(**self.patience.model_dump()),
            pin_by="keys" if "keys" in self.behaviour else speaks,
            hesitates="hesitates" in self.behaviour,
            facts=tuple(fact.format(**facts) for fact in self.facts),
        )


class Suite(SuitePart):
    """Who calls, and how often."""

    about: str = ""
    seeds: Annotated[int, Field(ge=1, le=10_000)] = 4
    """Calls of each caller."""
    callers: Annotated[list[SuiteCaller], Field(min_length=1)]


def load_suite(place: str) -> Suite:
    """A suite of the package by name, or a file; raises ConfigError with all that is wrong."""
    shipped = SHIPPED / f"{place}.yaml"
    path = shipped if shipped.is_file() else Path(place)
    if not path.is_file() and not path.suffix:
        known = ", ".join(sorted(file.stem for file in SHIPPED.glob("*.yaml")))
        raise ConfigError(f"{place}: no such file, and no suite of the package ({known})")
    file, content = parsed(path)
    wrong = list(repeated_keys(file))
    try:
        suite = Suite.model_validate(content)
    except ValidationError as error:
        wrong += mistakes_in(file, error, _KEYS)
    else:
        wrong += [file.mistake(place, reason) for place, reason in _names_twice(suite)]
    if wrong:
        others = f" (and {len(wrong) - 1} more)" if wrong[1:] else ""
        raise ConfigError(f"{wrong[0]}{others}")
    return suite


def _names_twice(suite: Suite) -> Iterator[tuple[Sequence[str | int], str]]:
    seen: set[str] = set()
    for number, caller in enumerate(suite.callers):
        if caller.name in seen:
            yield ("callers", number, "name"), f"{caller.name} is there twice"
        seen.add(caller.name)


_KEYS = fields_of(
    Suite, SuiteCaller, SuiteWish, PersonaPart, DialectPart, PatiencePart, NoisePart, LinePart
)
