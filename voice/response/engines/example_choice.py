"""What is to be done next, given what the caller's words were understood to be."""

from __future__ import annotations

from collections.abc import Sequence

from voice.response.engines.engine import ModelCall, Piece, Wording
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.tasks import Role, TaskSet, TaskTool
from voice.understanding import NONE, Reading, RequestReader, Stance, Wish

_TURNS_BACK = 6
"""How far back the wish may lie that a tool of this turn answers."""
_WAITS = 0.9
"""How surely the caller still wants what they asked for beside what they now decline."""

Turns = Sequence[Sequence[Message]]


def choice(tasks: TaskSet, reader: RequestReader, turns: Turns) -> list[Piece]:
    """The pieces of the reply: a call, or the act that is to be said; none where nothing fits."""
    return _Choice(tasks, reader, turns).pieces()


class _Choice:
    def __init__(self, tasks: TaskSet, reader: RequestReader, turns: Turns) -> None:
        self._tasks = tasks
        self._reader = reader
        self._turns = turns
        self._talk = {*tasks.language.roles.requests} - {Role.PERSON}

    def pieces(self) -> list[Piece]:
        if any(isinstance(message, ToolResult) for message in self._turns[-1]):
            return self._after_tools()
        reading = self._reading(len(self._turns) - 1)
        asked = self._tool_asked_about()
        if asked is not None:
            return [self._opinion(reading, asked)]
        return [self._begin(reading)]

    def _begin(self, reading: Reading) -> Piece:
        wanted = self._wanted(reading)
        if wanted:
            return self._started(wanted[0])
        others = [wish for wish in reading.wishes if wish.request not in {NONE, *self._talk}]
        if any(wish.stance is Stance.BEYOND for wish in others):
            return Wording("", others[0].probability, Role.OUT_OF_SCOPE)
        if others:
            return Wording("", others[0].probability, Role.OKAY)
        return self._said(reading.wishes[0])

    def _said(self, wish: Wish) -> Piece:
        """What is no matter of the tasks."""
        if wish.request == NONE:
            return Wording("", wish.probability, Role.NOT_UNDERSTOOD)
        if wish.stance is Stance.UNWANTED:
            return Wording("", wish.probability, Role.OKAY)
        return Wording("", wish.probability, self._tasks.requests[wish.request].answer)

    def _wanted(self, reading: Reading) -> list[Wish]:
        """What is to be done, those with a tool first: an answer alone ends the turn."""
        wanted = [
            wish
            for wish in reading.wishes
            if wish.stance is Stance.WANTED and wish.request not in {NONE, *self._talk}
        ]
        return sorted(wanted, key=lambda wish: self._tool(wish) is None)

    def _started(self, wish: Wish) -> Piece:
        tool = self._tool(wish)
        if tool is not None:
            return ModelCall(tool.name, {}, wish.probability)
        request = self._tasks.requests[wish.request]
        return Wording("", wish.probability, request.answer or request.name)

    def _tool(self, wish: Wish) -> TaskTool | None:
        return self._tasks.requests[wish.request].tool

    # The answer to "shall I?"

    def _tool_asked_about(self) -> TaskTool | None:
        """The tool of the question with which the turn before ended."""
        if len(self._turns) < 2:
            return None
        answers = [message for message in self._turns[-2] if isinstance(message, AnswerMessage)]
        said = answers[-1].wording if answers else ""
        for tool in self._tasks.tools.values():
            for act in (tool.confirmation, tool.unclear):
                if act and said in self._tasks.wordings.get(act, ()):
                    return tool
        return None

    def _opinion(self, reading: Reading, asked: TaskTool) -> Piece:
        """What the words are beside a yes or a no, which is read by rule."""
        said = self._text(self._turns[-1])
        if self._tasks.plain_reader.agrees(said):
            return Wording("", 1.0, Role.NOT_UNDERSTOOD)
        waiting = self._waiting(asked.name)
        if waiting and self._tasks.plain_reader.declines(said):
            return ModelCall(waiting[0], {}, _WAITS)
        for wish in self._wanted(reading):
            return self._started(wish)
        wish = reading.wishes[0]
        if wish.request in self._talk:
            return self._said(wish)
        if wish.request != NONE and self._tool(wish) is asked and asked.declined:
            return Wording("", wish.probability, asked.declined)
        return Wording("", 1 - wish.probability, Role.NOT_UNDERSTOOD)

    # After a tool's result

    def _after_tools(self) -> list[Piece]:
        called = [message.tool for message in self._turns[-1] if isinstance(message, ToolResult)]
        waiting = self._waiting(called[-1])
        if waiting:
            return [ModelCall(waiting[0], {}, 1.0)]
        act = self._answer(called)
        return [Wording("", 1.0, act)] if act else []

    def _answer(self, called: Sequence[str]) -> str | None:
        """An act that all results allow, if possible the one that a wish prefers."""
        results = [message for message in self._turns[-1] if isinstance(message, ToolResult)]
        allowed = [
            self._tasks.tools[result.tool].acts_after(result.values.get("status", ""))
            for result in results
        ]
        common = [act for act in allowed[0] if all(act in acts for acts in allowed)]
        preferred = [
            self._tasks.requests[wish.request].answer
            for wish in self._wishes_for(called[-1])[1]
            if self._tool(wish) is not None
        ]
        return next((act for act in preferred if act in common), next(iter(common), None))

    def _waiting(self, tool: str) -> list[str]:
        """The tools that were wished for together with one, and have not been called since."""
        place, wishes = self._wishes_for(tool)
        called = {
            message.tool
            for turn in self._turns[place:]
            for message in turn
            if isinstance(message, ToolCall)
        }
        tools = [found.name for wish in wishes if (found := self._tool(wish))]
        return [name for name in tools if name != tool and name not in called]

    def _wishes_for(self, tool: str) -> tuple[int, list[Wish]]:
        """The turn in which a tool was wished for, and all that was wished for there."""
        last = len(self._turns) - 1
        for place in range(last, max(last - _TURNS_BACK, -1), -1):
            wishes = self._wanted(self._reading(place))
            if any((found := self._tool(wish)) and found.name == tool for wish in wishes):
                return place, wishes
        return last, []

    def _reading(self, place: int) -> Reading:
        return self._reader.read(self._text(self._turns[place]), self._matter_before(place))

    def _matter_before(self, place: int) -> str:
        """The tool that was called last before a turn."""
        calls = [
            message.tool
            for turn in self._turns[:place]
            for message in turn
            if isinstance(message, ToolCall)
        ]
        return calls[-1] if calls else ""

    def _text(self, turn: Sequence[Message]) -> str:
        said = [message.text for message in turn if isinstance(message, CallerSaid)]
        return said[-1] if said else ""
