"""What a task file may hold.

Words are by language: a mapping of tags, or a list alone, which is in the file's own `language`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from voice.identity import IdentityLevel
from voice.languages import DEFAULT
from voice.languages.yes_no import ActWords
from voice.settings.languages import LanguageTag
from voice.tasks.arguments import Argument

ValueKind = Literal["money", "date", "time", "number", "name", "text"]
"""What a value of a tool's result is, which decides how it is written and checked."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
STATUS = "status"
"""The key of a result that says how it ended."""

Words = dict[LanguageTag, tuple[str, ...]]
"""Wordings, phrases or examples by language."""


def _level(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return IdentityLevel[value.upper()]
    except KeyError:
        known = ", ".join(level.name.lower() for level in IdentityLevel)
        raise ValueError(f"unknown identity level {value}: expected one of {known}") from None


def _name(name: str) -> str:
    """As general models, and the code of tools, can name it."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r}: expected a name of at most 64 letters, figures, _ and -")
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Part):
    """Something that callers ask for."""

    examples: Words = Field(default_factory=dict)
    """How they say it: five to ten phrasings a language; `{argument}` where they say a value."""
    answer: str = ""
    """The act that answers it: without a tool this one, with one where the status allows it."""


class Undo(_Part):
    """How an act can be undone within the call, where the operator has a tool for it."""

    tool: str
    """A tool of another task, called with the same arguments; models do not see it."""
    after: list[str]
    """The statuses after which there is something to undo."""
    asked: Words
    """How a caller may ask for it; phrases that may use the lists of `answered`."""
    told: str
    """The act that tells the caller of it."""


class TaskTool(_Part):
    """The tool of a task, as far as the conversation needs to know it."""

    name: Annotated[str, AfterValidator(_name)]
    identity: Annotated[IdentityLevel, BeforeValidator(_level)] = IdentityLevel.UNKNOWN
    side_effect: bool = False
    arguments: dict[str, Argument] | None = None
    """What it is called with; None: whatever a model says."""
    confirmation: str | None = None
    """The act that asks before an irreversible tool may run."""
    quote: str | None = None
    """A tool that looks up what the question tells, such as a price; it gets the same arguments."""
    declined: str | None = None
    """The act that answers a no to that question."""
    unclear: str | None = None
    """The act that asks once more, in other words, after neither yes nor no."""
    begins: str | None = None
    """The act that is said after a yes; the tool runs once it was heard without objection."""
    answered: dict[LanguageTag, ActWords] = Field(default_factory=dict)
    undo: Undo | None = None
    result: dict[str, ValueKind | dict[str, list[str]]]
    """Kind of each value; `status` maps each of its words to the acts that may follow."""

    @property
    def statuses(self) -> Mapping[str, list[str]]:
        """The words of its status, and the acts that may follow each."""
        words = self.result.get(STATUS)
        return words if isinstance(words, dict) else {}

    def missing(self, known: Collection[str]) -> str | None:
        """The first argument that is still needed where these are known; None: there is none."""
        for name, argument in (self.arguments or {}).items():
            if name not in known and not argument.optional and argument.unless not in known:
                return name
        return None

    def acts_after(self, status: str) -> tuple[str, ...]:
        """The acts that may answer a result with this status."""
        return tuple(self.statuses.get(status, ()))


class Task(_Part):
    """One kind of request and all that may be said about it."""

    name: str
    description: str
    """What it is for, in words for a general model."""
    language: LanguageTag = DEFAULT
    """Of the words that stand without one."""
    hand_over: bool = False
    """This task is that of a person: after it the call goes there."""
    requests: dict[str, Request] = Field(default_factory=dict)
    tool: TaskTool | None = None
    answers: dict[str, Words] = Field(default_factory=dict)
    spoken_by_code: dict[str, Words] = Field(default_factory=dict)
    end_call_after: list[str] = Field(default_factory=list)
    hand_over_after: list[str] = Field(default_factory=list)
    person_if_yes: list[str] = Field(default_factory=list)
    """Acts that offer a person; a yes after them hands over."""

    @property
    def acts(self) -> dict[str, Words]:
        """All that it says."""
        return {**self.answers, **self.spoken_by_code}

    @model_validator(mode="before")
    @classmethod
    def _in_own_language(cls, content: Any) -> Any:
        """What stands without a language is in the file's own."""
        return _with_languages(content) if isinstance(content, dict) else content


def _with_languages(task: dict[str, Any]) -> dict[str, Any]:
    own = task.get("language", DEFAULT)
    task = dict(task)
    for kind in ("answers", "spoken_by_code"):
        task[kind] = _each(task.get(kind, {}), lambda words: _by_tag(words, own))
    task["requests"] = _each(
        task.get("requests", {}), lambda one: _inside(one, "examples", lambda w: _by_tag(w, own))
    )
    if isinstance(tool := task.get("tool"), dict):
        tool = _inside(tool, "undo", lambda undo: _inside(undo, "asked", lambda w: _by_tag(w, own)))
        tool = _inside(tool, "answered", lambda words: _phrases_by_tag(words, own))
        tool = _inside(tool, "arguments", lambda all_: _each(all_, lambda one: _choice(one, own)))
        task["tool"] = tool
    return task


def _by_tag(words: Any, own: str) -> Any:
    """A list, or one wording alone, is in the file's own language."""
    words = [words] if isinstance(words, str) else words
    return {own: words} if isinstance(words, list) else words


def _phrases_by_tag(words: Any, own: str) -> Any:
    is_own = isinstance(words, dict) and words.keys() <= ActWords.model_fields.keys()
    return {own: words} if is_own else words


def _choice(argument: Any, own: str) -> Any:
    return _inside(argument, "of", lambda of: _each(of, lambda words: _by_tag(words, own)))


def _inside(content: Any, key: str, change: Any) -> Any:
    """A copy in which one key's value is changed, where there is one."""
    if not isinstance(content, dict) or content.get(key) is None:
        return content
    return {**content, key: change(content[key])}


def _each(content: Any, change: Any) -> Any:
    return (
        {key: change(value) for key, value in content.items()}
        if isinstance(content, dict)
        else content
    )
