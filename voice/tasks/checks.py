"""What can be wrong with task files that are well formed, each by itself and together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voice.errors import ConfigError
from voice.languages import language, words_of
from voice.languages.yes_no import ActWords, AnswerReader
from voice.tasks.roles import SLOTS, Role
from voice.tasks.schema import STATUS, Task, TaskTool
from voice.tasks.slots import LAST_ANSWER, between_slots, slots_of
from voice.tasks.task_set import TaskSet

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong with a task."""

    task: Task
    path: Path
    """Where in its file."""
    reason: str


def mistakes(tasks: TaskSet) -> Iterator[Mistake]:
    """All that is wrong with a set of tasks."""
    yield from _twice(tasks)
    for task in tasks.tasks:
        for path, reason in _of_task(tasks, task):
            yield Mistake(task, path, reason)
    yield from _same_examples(tasks)


def _of_task(tasks: TaskSet, task: Task) -> Iterator[tuple[Path, str]]:
    known = {*Role, *(act for one in tasks.tasks for act in one.acts)}
    for path, act in _named_acts(task):
        if act not in known:
            yield path, f"act {act} is named but has no wording"
    yield from _wordings(tasks, task)
    yield from _requests(tasks, task)
    if task.tool is not None:
        yield from _tool(tasks, task.tool)


def _twice(tasks: TaskSet) -> Iterator[Mistake]:
    """Names that have to be given once."""
    seen: dict[tuple[str, str], Task] = {}
    for task in tasks.tasks:
        names: list[tuple[str, str, Path]] = [("task", task.name, ("name",))]
        if task.tool:
            names.append(("tool", task.tool.name, ("tool", "name")))
        if task.hand_over:
            names.append(("hand_over", "hand_over: true", ("hand_over",)))
        names += [("request", name, ("requests", name)) for name in task.requests]
        for kind in ("answers", "spoken_by_code"):
            names += [("act", act, (kind, act)) for act in getattr(task, kind)]
        for kind, name, path in names:
            before = seen.setdefault((kind, name), task)
            if before is not task:
                yield Mistake(task, path, f"{kind} {name} is in task {before.name} as well")


def _named_acts(task: Task) -> Iterator[tuple[Path, str]]:
    """Every act that is named anywhere, with its place."""
    for kind in ("end_call_after", "hand_over_after", "person_if_yes"):
        for number, act in enumerate(getattr(task, kind)):
            yield (kind, number), act
    for name, request in task.requests.items():
        if request.answer:
            yield ("requests", name, "answer"), request.answer
    tool = task.tool
    if tool is None:
        return
    for kind in ("confirmation", "declined", "unclear", "begins"):
        if act := getattr(tool, kind):
            yield ("tool", kind), act
    if tool.undo:
        yield ("tool", "undo", "told"), tool.undo.told
    for name, argument in (tool.arguments or {}).items():
        if argument.ask:
            yield ("tool", "arguments", name, "ask"), argument.ask
    for status, acts in tool.statuses.items():
        for number, act in enumerate(acts):
            yield ("tool", "result", STATUS, status, number), act


def _wordings(tasks: TaskSet, task: Task) -> Iterator[tuple[Path, str]]:
    roles = {role.value for role in Role}
    for kind in ("answers", "spoken_by_code"):
        for act, words in getattr(task, kind).items():
            for tag in tasks.languages:
                if not words.get(tag) and (tag in words or act not in roles):
                    yield (kind, act), f"act {act}: no wording in {language(tag).name} ({tag})"
            for tag, wordings in words.items():
                for number, wording in enumerate(wordings):
                    for reason in (*_form(wording), *_slots(tasks, act, wording)):
                        yield (kind, act, tag, number), f"act {act}: {reason}"
    for act in task.answers.keys() & task.spoken_by_code.keys():
        yield ("spoken_by_code", act), f"act {act} is in answers as well"


def _form(words: str) -> Iterator[str]:
    """What no sentence has, whatever it says."""
    around = between_slots(words)
    if any(sign in text for text in around for sign in "{}"):
        yield f"{words!r}: {{ and }} stand around the name of a value, of letters, figures and _"
    elif len(around) == 1 and not words_of(words):
        yield f"{words!r}: has no words"


def _slots(tasks: TaskSet, act: str, wording: str) -> Iterator[str]:
    given = {LAST_ANSWER, *({SLOTS[Role(act)]} if act in SLOTS else ())}
    for slot in dict.fromkeys(slots_of(wording)):
        if slot in given:
            continue
        try:
            source = tasks.source(act, slot)
        except ValueError as error:
            yield str(error)
            continue
        arguments = tasks.tools[source.tool].arguments or {}
        if source.argument and arguments[source.key].secret:
            yield f"{{{slot}}} is secret and cannot be said"


def _requests(tasks: TaskSet, task: Task) -> Iterator[tuple[Path, str]]:
    known = set(task.tool.arguments or {}) if task.tool else set()
    for name, request in task.requests.items():
        place: Path = ("requests", name)
        said = tasks.requests[name].examples
        for tag in tasks.languages:
            if not said.get(tag):
                yield place, f"request {name}: no example in {language(tag).name} ({tag})"
        for tag, examples in request.examples.items():
            for number, example in enumerate(examples):
                where: Path = (*place, "examples", tag, number)
                for reason in _form(example):
                    yield where, reason
                for slot in set(slots_of(example)) - known:
                    yield where, f"{{{slot}}} is no argument of the task's tool"
        if task.tool is None and not request.answer:
            yield place, f"request {name}: without a tool it needs an answer"
        allowed = {act for acts in task.tool.statuses.values() for act in acts} if task.tool else ()
        if task.tool is not None and request.answer and request.answer not in allowed:
            yield (*place, "answer"), f"{request.answer} follows no status of {task.tool.name}"


def _same_examples(tasks: TaskSet) -> Iterator[Mistake]:
    """The same words cannot ask for two things."""
    first: dict[tuple[str, tuple[str, ...]], str] = {}
    for task in tasks.tasks:
        for name, request in task.requests.items():
            for tag, examples in request.examples.items():
                for number, example in enumerate(examples):
                    words = tuple(words_of(example))
                    other = first.setdefault((tag, words), name)
                    if other != name:
                        place: Path = ("requests", name, "examples", tag, number)
                        reason = f"{example!r} is an example of request {other} as well"
                        yield Mistake(task, place, reason)


def _tool(tasks: TaskSet, tool: TaskTool) -> Iterator[tuple[Path, str]]:
    if not isinstance(tool.result.get(STATUS), dict) or not tool.statuses:
        yield ("tool", "result"), f"tool {tool.name}: result.status must map words to acts"
    for status, acts in tool.statuses.items():
        if not acts:
            yield ("tool", "result", STATUS, status), f"tool {tool.name}: {status}: no act follows"
    for name, argument in (tool.arguments or {}).items():
        if argument.unless and argument.unless not in (tool.arguments or {}):
            reason = f"{name}: unless: there is no argument {argument.unless}"
            yield ("tool", "arguments", name, "unless"), reason
        if argument.secret and argument.read_back:
            yield ("tool", "arguments", name), f"{name}: what is secret cannot be read back"
        if name in tool.result:
            yield ("tool", "result", name), f"{name} is an argument as well"
        elif not name.isidentifier():
            yield ("tool", "arguments", name), f"{name}: expected a name of letters, figures and _"
    yield from _said_before(tasks, tool)
    if tool.quote is not None:
        yield from _quote(tasks, tool)
    yield from _grammar(tasks, tool)
    if tool.undo is not None:
        yield from _undo(tasks, tool)


def _said_before(tasks: TaskSet, tool: TaskTool) -> Iterator[tuple[Path, str]]:
    """What is said before the tool runs, or where it does not, has nothing of its result."""
    named: list[tuple[Path, str | None]] = [
        (("tool", kind), getattr(tool, kind))
        for kind in ("confirmation", "unclear", "declined", "begins")
    ]
    asked = (tool.arguments or {}).items()
    named += [(("tool", "arguments", name, "ask"), one.ask) for name, one in asked]
    for place, act in named:
        words = (one for task in tasks.tasks for one in task.acts.get(act or "", {}).values())
        slots = {slot for wordings in words for one in wordings for slot in slots_of(one)}
        for slot in sorted(slots - {LAST_ANSWER}):
            if slot.removeprefix(f"{tool.name}.") in tool.result:
                yield place, f"act {act}: {{{slot}}} is not known before the tool has run"


def _quote(tasks: TaskSet, tool: TaskTool) -> Iterator[tuple[Path, str]]:
    quoting = tasks.tools.get(tool.quote or "")
    if quoting is None or quoting.side_effect or quoting.identity > tool.identity:
        reason = f"no task has a tool {tool.quote} that only reads, for all who may use this one"
        yield ("tool", "quote"), f"tool {tool.name}: quote: {reason}"
    elif (quoting.arguments or {}).keys() != (tool.arguments or {}).keys():
        yield ("tool", "quote"), f"tool {tool.name}: quote: {tool.quote} takes other arguments"
    if not tool.confirmation:
        yield ("tool", "quote"), f"tool {tool.name}: quote: there is no confirmation to tell it in"


def _undo(tasks: TaskSet, tool: TaskTool) -> Iterator[tuple[Path, str]]:
    assert tool.undo is not None
    undoing = tasks.tools.get(tool.undo.tool)
    if undoing is None or not undoing.confirmation:
        reason = f"tool {tool.name}: undo.tool: no task asks before it runs {tool.undo.tool}"
        yield ("tool", "undo", "tool"), reason
    for number, status in enumerate(tool.undo.after):
        if not tool.acts_after(status):
            reason = f"tool {tool.name}: undo.after: no status {status}"
            yield ("tool", "undo", "after", number), reason


def _grammar(tasks: TaskSet, tool: TaskTool) -> Iterator[tuple[Path, str]]:
    """Phrases that cannot be read."""
    asked: Mapping[str, tuple[str, ...]] = tool.undo.asked if tool.undo else {}
    for tag in dict.fromkeys([*tool.answered, *asked]):
        spoken, words = language(tag), tool.answered.get(tag) or ActWords()
        undo = ActWords(lists=words.lists, act=list(asked.get(tag, ())))
        places: list[tuple[Path, ActWords]] = [
            (("tool", "answered", tag), words),
            (("tool", "undo", "asked", tag), undo),
        ]
        for place, phrases in places:
            try:
                AnswerReader(spoken, phrases, f"tool {tool.name}: {place[1]}")
            except ConfigError as error:
                yield place, str(error)
                break
