"""All tasks of an installation, as a conversation in one language sees them.

The set of answers is closed: whatever chooses an answer can only choose an act, and says it in one
of its wordings; the values in it come from the tool's result and from what the caller said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from voice.languages import Language, language
from voice.languages.yes_no import ActWords, AnswerReader
from voice.tasks.roles import CHOSEN_BY_MODELS, ENDS_CALL, HANDS_OVER, OFFERS_PERSON, Role
from voice.tasks.schema import Task, TaskTool


@dataclass(frozen=True)
class KnownRequest:
    """Something that callers ask for, and what it leads to."""

    name: str
    tool: TaskTool | None
    answer: str
    """The act that answers it: without a tool always, with one where the result allows it."""
    examples: Mapping[str, Sequence[str]]
    """How callers say it, by the tags of languages."""


@dataclass(frozen=True)
class SlotSource:
    """What a slot of a wording stands for."""

    tool: str
    key: str
    argument: bool
    """What the tool was called with, and not what it gave."""


class TaskSet:
    """All tasks, in the words of one of the languages in which they are written."""

    def __init__(self, tasks: Sequence[Task], spoken: Language | None = None) -> None:
        """`spoken`: in whose words; without it in the first file's own."""
        self.tasks = list(tasks)
        self.language = spoken or language(self.tasks[0].language)
        self.tools = {task.tool.name: task.tool for task in tasks if task.tool}
        self.undoing = frozenset(tool.undo.tool for tool in self.tools.values() if tool.undo)
        """Tools that undo what others did; an installation may lack them."""
        own = {act for task in tasks for act in task.acts}
        ending = (act for task in tasks for act in task.end_call_after)
        leaving = (act for task in tasks for act in _hand_over_after(task))
        offering = (act for task in tasks for act in task.person_if_yes)
        self.end_call_after = ENDS_CALL.union(ending)
        self.hand_over_after = HANDS_OVER.union(leaving)
        self.person_if_yes = (OFFERS_PERSON - own).union(offering)
        self._views = {self.language.tag: self}

    def in_language(self, wanted: Language) -> TaskSet:
        """The same tasks in another language, if they are written in it; else as they are."""
        if wanted.tag not in self._views and wanted.tag in self.languages:
            view = TaskSet(self.tasks, wanted)
            view._views = self._views
            self._views[wanted.tag] = view
        return self._views.get(wanted.tag, self)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The tags of all languages in which the tasks are written, their own first."""
        written = (tag for task in self.tasks for words in task.acts.values() for tag in words)
        return tuple(dict.fromkeys([self.tasks[0].language, *written]))

    @property
    def person_tool(self) -> TaskTool | None:
        """The tool that is used before a call goes to a person, if there is one."""
        return next((task.tool for task in self.tasks if task.hand_over), None)

    @cached_property
    def answers(self) -> dict[str, tuple[str, ...]]:
        """The acts that a model may choose, with their wordings."""
        chosen = {*CHOSEN_BY_MODELS, *(act for task in self.tasks for act in task.answers)}
        return {act: words for act, words in self.wordings.items() if act in chosen}

    @cached_property
    def wordings(self) -> dict[str, tuple[str, ...]]:
        """All acts, also those that only the code speaks."""
        tag = self.language.tag
        said = {act: words for task in self.tasks for act, words in task.acts.items()}
        own = {act: words[tag] for act, words in said.items() if tag in words}
        return {**self.language.roles.acts, **own}

    @cached_property
    def requests(self) -> dict[str, KnownRequest]:
        """All that callers may ask for, by name; those of the conversation itself among them."""
        spoken = [language(tag) for tag in self.languages]
        examples: dict[str, dict[str, Sequence[str]]] = {}
        for each in spoken:
            for name, phrases in each.roles.requests.items():
                examples.setdefault(name, {})[each.tag] = phrases
        known = {name: KnownRequest(name, None, name, said) for name, said in examples.items()}
        if self.person_tool is not None and Role.PERSON in known:
            said = known[Role.PERSON].examples
            known[Role.PERSON] = KnownRequest(Role.PERSON, self.person_tool, "", said)
        for task in self.tasks:
            for name, request in task.requests.items():
                said = {**examples.get(name, {}), **request.examples}
                known[name] = KnownRequest(name, task.tool, request.answer, said)
        return known

    def examples_of(self, tool: TaskTool) -> list[str]:
        """How callers ask for what a tool does, in this language."""
        known = (one for one in self.requests.values() if one.tool is tool)
        return [said for one in known for said in one.examples.get(self.language.tag, ())]

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
            name: AnswerReader(self.language, self._answered(tool), f"tool {name}: answered")
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
        tag = self.language.tag
        return {
            name: AnswerReader(
                self.language,
                ActWords(lists=self._answered(tool).lists, act=list(tool.undo.asked.get(tag, ()))),
                f"tool {name}: undo",
            )
            for name, tool in self.tools.items()
            if tool.undo
        }

    def _answered(self, tool: TaskTool) -> ActWords:
        return tool.answered.get(self.language.tag) or ActWords()

    @cached_property
    def tool_of_act(self) -> dict[str, TaskTool | None]:
        """The tool of the task to which each act belongs."""
        return {act: task.tool for task in self.tasks for act in task.acts}

    def tool_before(self, act: str) -> TaskTool | None:
        """The tool that has to be used before an act may be said, as its answer or question."""
        for tool in self.tools.values():
            if act == tool.confirmation or any(act in acts for acts in tool.statuses.values()):
                return tool
        return None

    @cached_property
    def declining(self) -> frozenset[str]:
        """The acts that say that something was not done."""
        return frozenset(tool.declined for tool in self.tools.values() if tool.declined)

    def source(self, act: str, slot: str) -> SlotSource:
        """The tool, and the key of its result or the argument, that a slot of an act stands for.

        `{tool.key}` names both; a mere `{key}` is of the act's own task, or else of the only tool
        that gives such a value. Raises ValueError when that is none or more than one.
        """
        tool, _, key = slot.rpartition(".")
        own = self.tool_of_act.get(act)
        if own is not None and tool in ("", own.name):
            if key in own.result:
                return SlotSource(own.name, key, argument=False)
            if key in (own.arguments or {}):
                return SlotSource(own.name, key, argument=True)
        others = [one for one in self.tools.values() if tool in ("", one.name)]
        fitting = [SlotSource(one.name, key, False) for one in others if key in one.result]
        fitting += [
            SlotSource(one.name, key, True) for one in others if key in (one.arguments or {})
        ]
        if not fitting:
            raise ValueError(f"no tool gives a value for {{{slot}}}")
        if len(fitting) > 1:
            names = " or ".join(one.tool for one in fitting)
            raise ValueError(f"{{{slot}}} may be of {names}: write {{tool.{slot}}}")
        return fitting[0]


def _hand_over_after(task: Task) -> Sequence[str]:
    """Without a list, all that a task of a person says hands over."""
    return task.hand_over_after or (list(task.answers) if task.hand_over else [])
