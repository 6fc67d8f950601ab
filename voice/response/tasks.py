"""Call-centre tasks: one YAML file each names the tool, what it needs, and what may be said.

The set of answers is closed: whatever chooses an answer can only choose one of these sentences,
and the values in it come from the tool's result. The first wording of an act is the one that a
model writes; the code picks among the others for variety.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from voice.errors import ConfigError
from voice.identity import IdentityLevel

ValueKind = Literal["money", "date", "number", "name", "text"]
"""What a value of a tool's result is, which decides how it is written and checked."""

_SLOT = re.compile(r"\{(\w+)\}")
LAST_ANSWER = "last_answer"
"""The slot that stands for what was said before."""


def _level(value: object) -> object:
    return IdentityLevel[value.upper()] if isinstance(value, str) else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActWords(_Part):
    """What a caller may say to the question before an act, beside yes and no.

    Phrases in the notation of `voice.response.phrases`.
    """

    lists: dict[str, list[str]] = Field(default_factory=dict)
    """Named parts of the phrases."""
    act: list[str] = Field(default_factory=list)
    """The act itself: agrees."""
    reasons: list[str] = Field(default_factory=list)
    """Why it should happen: supports a yes."""
    against: list[str] = Field(default_factory=list)
    """Why it should not: a no."""


class TaskTool(_Part):
    """The tool of a task, as far as the conversation needs to know it."""

    name: str
    identity: Annotated[IdentityLevel, BeforeValidator(_level)] = IdentityLevel.UNKNOWN
    side_effect: bool = False
    confirmation: str | None = None
    """The act that asks before an irreversible tool may run."""
    declined: str | None = None
    """The act that answers a no to that question."""
    unclear: str | None = None
    """The act that asks once more, in other words, after neither yes nor no."""
    begins: str | None = None
    """The act that is said after a yes; the tool runs once it was heard without objection."""
    answered: ActWords = Field(default_factory=ActWords)
    result: dict[str, ValueKind | dict[str, list[str]]]
    """Kind of each value; `status` maps each of its words to the acts that may follow."""

    def acts_after(self, status: str) -> tuple[str, ...]:
        """The acts that may answer a result with this status."""
        words = self.result["status"]
        return tuple(words.get(status, ())) if isinstance(words, dict) else ()


class Task(_Part):
    """One kind of request and all that may be said about it."""

    name: str
    description: str
    tool: TaskTool | None = None
    answers: dict[str, list[str]]
    spoken_by_code: dict[str, list[str]] = Field(default_factory=dict)
    end_call_after: list[str] = Field(default_factory=list)
    hand_over_after: list[str] = Field(default_factory=list)
    person_if_yes: list[str] = Field(default_factory=list)
    """Acts that offer a person; a yes after them hands over."""


class TaskSet:
    """All tasks of an installation."""

    def __init__(self, tasks: list[Task]) -> None:
        self.tasks = tasks
        self.tools = {task.tool.name: task.tool for task in tasks if task.tool}
        self.end_call_after = frozenset(act for task in tasks for act in task.end_call_after)
        self.hand_over_after = frozenset(act for task in tasks for act in task.hand_over_after)
        self.person_if_yes = frozenset(act for task in tasks for act in task.person_if_yes)

    @classmethod
    def load(cls, folder: Path) -> TaskSet:
        """Read all *.yaml of a folder; raises ConfigError with file, key and reason."""
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise ConfigError(f"{folder}: no task files (*.yaml) there")
        tasks = TaskSet([_read(file) for file in files])
        tasks._check(folder)
        return tasks

    @cached_property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """The acts that a model may choose, with their wordings."""
        return {
            act: tuple(wordings) for task in self.tasks for act, wordings in task.answers.items()
        }

    @cached_property
    def wordings(self) -> dict[str, tuple[str, ...]]:
        """All acts, also those that only the code speaks."""
        spoken = {
            act: tuple(words) for task in self.tasks for act, words in task.spoken_by_code.items()
        }
        return {**self.answers, **spoken}

    @property
    def instruction(self) -> str:
        """What the model is told before each conversation."""
        return f"telephone company. {' '.join(sorted(self.tools))}"

    @cached_property
    def _acts(self) -> dict[str, str]:
        return {words: act for act, wordings in self.answers.items() for words in wordings}

    def act_of(self, sentence: str) -> str | None:
        """The act of a sentence with slots; None when it is not in the closed set."""
        return self._acts.get(sentence.strip())

    def _check(self, folder: Path) -> None:
        for name, tool in self.tools.items():
            if not isinstance(tool.result.get("status"), dict):
                raise ConfigError(f"{folder}: tool {name}: result.status must map words to acts")
        known = {slot for tool in self.tools.values() for slot in tool.result} | {LAST_ANSWER}
        for act, wordings in self.wordings.items():
            if not wordings:
                raise ConfigError(f"{folder}: act {act}: no wording")
            for slot in {slot for words in wordings for slot in slots_of(words)} - known:
                raise ConfigError(f"{folder}: act {act}: no tool gives a value for {{{slot}}}")
        for act in self._named_acts() - set(self.wordings):
            raise ConfigError(f"{folder}: act {act} is named but has no wording")

    def _named_acts(self) -> set[str]:
        named = {*self.end_call_after, *self.hand_over_after, *self.person_if_yes}
        for tool in self.tools.values():
            words = tool.result["status"]
            if isinstance(words, dict):
                named.update(act for acts in words.values() for act in acts)
            named.update(act for act in (tool.confirmation, tool.declined, tool.unclear) if act)
        return named


def slots_of(sentence: str) -> list[str]:
    """The names of a sentence's slots, in order."""
    return _SLOT.findall(sentence)


def _read(file: Path) -> Task:
    try:
        return Task.model_validate(yaml.safe_load(file.read_text()))
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{file}: not valid YAML: {' '.join(str(error).split())}") from None
    except (ValidationError, KeyError) as error:
        raise ConfigError(f"{file}: {_mistakes(error)}") from None


def _mistakes(error: ValidationError | KeyError) -> str:
    if isinstance(error, KeyError):
        return f"unknown identity level {error}"
    return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
