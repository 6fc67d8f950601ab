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
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from voice.errors import ConfigError
from voice.identity import IdentityLevel
from voice.languages import DEFAULT, language
from voice.response.yes_no import ActWords, AnswerReader

ValueKind = Literal["money", "date", "number", "name", "text"]
"""What a value of a tool's result is, which decides how it is written and checked."""

_SLOT = re.compile(r"\{([\w.]+)\}")
LAST_ANSWER = "last_answer"
"""The slot that stands for what was said before."""


def _tag(wanted: str) -> str:
    try:
        return language(wanted).tag
    except ConfigError as error:
        raise ValueError(str(error)) from None


def _level(value: object) -> object:
    return IdentityLevel[value.upper()] if isinstance(value, str) else value


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Undo(_Part):
    """How an act can be undone within the call, where the operator has a tool for it."""

    tool: str
    """A tool of another task, called with the same arguments; models do not see it."""
    after: list[str]
    """The statuses after which there is something to undo."""
    asked: list[str]
    """How a caller may ask for it; phrases that may use the lists of `answered`."""
    told: str
    """The act that tells the caller of it."""


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
    undo: Undo | None = None
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
    language: Annotated[str, AfterValidator(_tag)] = DEFAULT
    """In which its wordings are written, and answers to its questions are read."""
    tool: TaskTool | None = None
    answers: dict[str, list[str]]
    spoken_by_code: dict[str, list[str]] = Field(default_factory=dict)
    end_call_after: list[str] = Field(default_factory=list)
    hand_over_after: list[str] = Field(default_factory=list)
    person_if_yes: list[str] = Field(default_factory=list)
    """Acts that offer a person; a yes after them hands over."""


class TaskSet:
    """All tasks of an installation; they are written in one language."""

    def __init__(self, tasks: list[Task]) -> None:
        self.tasks = tasks
        self.language = language(tasks[0].language)
        """In which their wordings are written, and callers answer."""
        self.tools = {task.tool.name: task.tool for task in tasks if task.tool}
        self.undoing = frozenset(tool.undo.tool for tool in self.tools.values() if tool.undo)
        """Tools that undo what others did; an installation may lack them."""
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
        return f"telephone company. {' '.join(sorted(set(self.tools) - self.undoing))}"

    @cached_property
    def _acts(self) -> dict[str, str]:
        return {words: act for act, wordings in self.answers.items() for words in wordings}

    def act_of(self, sentence: str) -> str | None:
        """The act of a sentence with slots; None when it is not in the closed set."""
        return self._acts.get(sentence.strip())

    def may_become_act(self, beginning: str) -> bool:
        """Whether a sentence of the closed set begins so and goes on."""
        beginning = beginning.strip()
        return any(words != beginning and words.startswith(beginning) for words in self._acts)

    @cached_property
    def readers(self) -> dict[str, AnswerReader]:
        """What reads the answers to the question before each tool that has one."""
        return {
            name: AnswerReader(self.language, tool.answered, f"tool {name}: answered")
            for name, tool in self.tools.items()
            if tool.confirmation
        }

    @cached_property
    def plain_reader(self) -> AnswerReader:
        """What reads the answers to a question that is about no act."""
        return AnswerReader(self.language)

    @cached_property
    def undo_readers(self) -> dict[str, AnswerReader]:
        """What finds the wish to undo what a tool did."""
        return {
            name: AnswerReader(
                self.language,
                ActWords(lists=tool.answered.lists, act=tool.undo.asked),
                f"tool {name}: undo",
            )
            for name, tool in self.tools.items()
            if tool.undo
        }

    @cached_property
    def _tool_of_act(self) -> dict[str, TaskTool | None]:
        return {
            act: task.tool for task in self.tasks for act in (*task.answers, *task.spoken_by_code)
        }

    def source(self, act: str, slot: str) -> tuple[str, str]:
        """The tool, and the key of its result, that a slot of an act stands for.

        `{tool.key}` names both; a mere `{key}` is of the act's own task, or else of the only tool
        that gives such a value. Raises ValueError when that is none or more than one.
        """
        tool, _, key = slot.rpartition(".")
        own = self._tool_of_act[act]
        if own is not None and tool in ("", own.name) and key in own.result:
            return own.name, key
        giving = [one.name for one in self.tools.values() if key in one.result]
        fitting = [name for name in giving if tool in ("", name)]
        if not fitting:
            raise ValueError(f"no tool gives a value for {{{slot}}}")
        if len(fitting) > 1:
            raise ValueError(f"{{{slot}}} may be of {' or '.join(fitting)}: write {{tool.{slot}}}")
        return fitting[0], key

    def _check(self, folder: Path) -> None:
        for task in self.tasks:
            if task.language != self.language.tag:
                raise ConfigError(
                    f"{folder}: task {task.name} is written in {task.language}, but task"
                    f" {self.tasks[0].name} in {self.language.tag}: expected one language"
                )
        for name, tool in self.tools.items():
            if not isinstance(tool.result.get("status"), dict):
                raise ConfigError(f"{folder}: tool {name}: result.status must map words to acts")
            self._check_undo(folder, tool)
        for act, wordings in self.wordings.items():
            if not wordings:
                raise ConfigError(f"{folder}: act {act}: no wording")
            for slot in {slot for words in wordings for slot in slots_of(words)} - {LAST_ANSWER}:
                try:
                    self.source(act, slot)
                except ValueError as error:
                    raise ConfigError(f"{folder}: act {act}: {error}") from None
        try:
            _ = self.readers, self.undo_readers, self.plain_reader
        except ConfigError as error:
            raise ConfigError(f"{folder}: {error}") from None
        for act in self._named_acts() - set(self.wordings):
            raise ConfigError(f"{folder}: act {act} is named but has no wording")

    def _check_undo(self, folder: Path, tool: TaskTool) -> None:
        if tool.undo is None:
            return
        undoing = self.tools.get(tool.undo.tool)
        if undoing is None or not undoing.confirmation:
            raise ConfigError(
                f"{folder}: tool {tool.name}: undo.tool: no task asks before it runs"
                f" {tool.undo.tool}"
            )
        for status in tool.undo.after:
            if not tool.acts_after(status):
                raise ConfigError(f"{folder}: tool {tool.name}: undo.after: no status {status}")

    def _named_acts(self) -> set[str]:
        named = {*self.end_call_after, *self.hand_over_after, *self.person_if_yes}
        for tool in self.tools.values():
            words = tool.result["status"]
            if isinstance(words, dict):
                named.update(act for acts in words.values() for act in acts)
            spoken = [tool.confirmation, tool.declined, tool.unclear, tool.begins]
            spoken += [tool.undo.told] if tool.undo else []
            named.update(act for act in spoken if act)
        return named


def slots_of(sentence: str) -> list[str]:
    """The names of a sentence's slots, in order."""
    return _SLOT.findall(sentence)


def between_slots(sentence: str) -> list[str]:
    """What stands before, between and behind a sentence's slots."""
    return _SLOT.split(sentence)[::2]


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
