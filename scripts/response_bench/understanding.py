"""Are requests found in phrasings that nobody wrote examples from, and the values in them?

What is judged is what the engine of the examples decides: the tool with its arguments, or the act.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from response_bench.sets import Case
from voice.engine_queue import Priority
from voice.languages import language
from voice.response.caller_text import normal_form
from voice.response.engines.engine import Model, ModelCall, Piece, Wording
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.tasks import Role, TaskSet
from voice.understanding import values_in

TODAY = datetime.date(2026, 11, 30)
"""What the dates in the sets are counted from."""
LEAST_PROBABILITY = 0.35
"""Below it the conversation takes the words as not understood."""
DECLINES = frozenset({Role.OUT_OF_SCOPE, Role.NOT_UNDERSTOOD, Role.HELP, Role.PERSON})
"""What may answer what nothing is for."""
HARMLESS = frozenset({*DECLINES, Role.OKAY, Role.THANKS, Role.GOODBYE, Role.GREETING, Role.WAIT})
_MOST_CALLS = 3


@dataclass
class Talk:
    """One conversation with a model whose tools all do what they are to do."""

    model: Model
    tasks: TaskSet
    tag: str
    turns: list[list[Message]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    """Of each reply to what was said."""

    async def say(self, text: str) -> list[str]:
        """The tools that are called for it and the act that answers it, in order."""
        spoken = language(self.tag)
        turn: list[Message] = [CallerSaid(normal_form(text, spoken), self.tag)]
        self.turns.append(turn)
        did: list[str] = []
        began = time.perf_counter()
        while len(did) < _MOST_CALLS:
            pieces = [piece async for piece in self.model.reply(self.turns, Priority.FINAL)]
            if not did:
                self.milliseconds.append((time.perf_counter() - began) * 1000)
            first = pieces[0]
            if not isinstance(first, ModelCall) or (
                first.probability < LEAST_PROBABILITY and not did
            ):
                act = _act(first) if did or _sure(first) else Role.NOT_UNDERSTOOD
                turn.append(AnswerMessage(act, self.tasks.wordings.get(act, ("",))[0]))
                return [*did, act]
            did.append(first.tool)
            status = next(iter(self.tasks.tools[first.tool].statuses))
            turn += [ToolCall(first.tool), ToolResult(first.tool, {"status": status})]
        return did


def _act(piece: Piece) -> str:
    return piece.act if isinstance(piece, Wording) else ""


def _sure(piece: Piece) -> bool:
    return isinstance(piece, Wording | ModelCall) and piece.probability >= LEAST_PROBABILITY


async def judge(case: Case, model: Model, tasks: TaskSet) -> tuple[bool, str, list[float]]:
    """Whether the right thing is done about a case, what is done, and ms for each reply."""
    talk = Talk(model, tasks, case.language)
    did = [await talk.say(text) for text in case.turns]
    shown = " / ".join(" ".join(each) for each in did)
    match case.kind:
        case "requests":
            right = _does(did[0], case.wants[0][0], tasks)
            given = _arguments(case, tasks)
            if given != case.arguments:
                return False, f"{shown} {given}", talk.milliseconds
        case "nothing":
            right = did[0][0] in HARMLESS
        case "two":
            right = _does_all(did[0], [want[0] for want in case.wants], tasks)
        case _:
            turns = zip(did, case.wants, strict=True)
            right = all(any(_does(each, name, tasks) for name in wants) for each, wants in turns)
    return right, shown, talk.milliseconds


def _does(did: Sequence[str], wanted: str, tasks: TaskSet) -> bool:
    """Whether a request is what is done first, or what the tools of the turn lead to."""
    if wanted == Role.OUT_OF_SCOPE:
        return did[0] in DECLINES
    request = tasks.requests.get(wanted)
    if request is None:
        return did[0] == wanted
    answered = (request.answer or wanted) in (did[0], did[-1])
    return answered or (request.tool is not None and did[0] == request.tool.name)


def _does_all(did: Sequence[str], wanted: Sequence[str], tasks: TaskSet) -> bool:
    tools = [tool.name for name in wanted if (tool := tasks.requests[name].tool)]
    called = [name for name in did if name in tasks.tools]
    return called == list(dict.fromkeys(tools)) or (not tools and _does(did, wanted[0], tasks))


def _arguments(case: Case, tasks: TaskSet) -> dict[str, object]:
    """The values that are found in the words, as JSON; what was expected where it is the same."""
    request = tasks.requests.get(case.wants[0][0])
    if request is None or request.tool is None or not request.tool.arguments:
        return {}
    arguments = request.tool.arguments
    examples = tasks.examples_of(request.tool)
    found = values_in(case.said, arguments, language(case.language), TODAY, examples)
    given: dict[str, object] = {}
    for name, value in found.items():
        try:
            checked = arguments[name].checked(value.value)
        except ValueError:
            continue
        expected = case.arguments.get(name)
        same = expected is not None and arguments[name].checked(expected) == checked
        given[name] = expected if same else str(checked)
    return given
