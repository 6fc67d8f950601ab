"""What the model proposes, and what a caller's words plainly say, as the rules read them."""

from __future__ import annotations

from voice.response.rules.collecting import gathered
from voice.response.rules.confirmation import Opinion
from voice.response.rules.documents import looking_up
from voice.response.rules.exchange import Exchange
from voice.response.rules.reading import ModelReply
from voice.response.rules.said import Said
from voice.response.rules.state import Act, State
from voice.tasks import DOCUMENTS, Role, TaskTool

VAGUE = frozenset({Role.NOT_UNDERSTOOD, Role.OKAY, Role.THANKS, Role.GREETING})
"""Acts that a model falls back on; they say nothing of what the caller wants."""
CERTAIN = 0.8
"""Of the model, to follow it where the words might mean something else."""
_UNSURE = 0.5
"""Of the recogniser; below it the words were perhaps others, or of another language."""
_OF_THE_TALK = frozenset(Role) - {Role.PERSON, Role.GOODBYE}
_BRIEF = 5
"""Words; a longer answer to an offer may ask for something else."""


def proposed(exchange: Exchange, tool: TaskTool, reply: ModelReply, said: Said) -> Act:
    """The call that a model wishes, with what the caller said for it."""
    if tool.name == DOCUMENTS:
        return looking_up(str(reply.arguments.get("question") or said.text), exchange.tasks)
    return Act(tool.name, gathered(tool, reply.arguments, said, exchange.tasks))


def wants_person(exchange: Exchange, said: Said, before: State) -> bool:
    """Whether a person is asked for, or the offer of one is taken."""
    reader = exchange.tasks.plain_reader
    agreed = before.person_offered and reader.agrees(said.text)
    instead = exchange.tasks.language.after_correction(said.text) or ""
    return agreed or any(map(reader.asks_for_person, (said.text, instead)))


def declines(exchange: Exchange, said: Said) -> bool:
    """Whether it is a no, and nothing more."""
    brief = len(said.text.split()) <= _BRIEF
    return brief and exchange.tasks.plain_reader.declines(said.text)


def is_doubtful(act: str | None, said: Said) -> bool:
    """Whether it is one of the talk's own acts, to words that the recogniser was unsure of."""
    return act in _OF_THE_TALK and said.confidence < _UNSURE


def helps_no_more(act: str | None, said: Said, before: State) -> bool:
    """Whether an act would help as little as what was said before it.

    What can be asked for is told once; who is heard badly again was not understood.
    """
    if act == Role.HELP and (before.last_act == act or before.misunderstood > 1):
        return True
    return is_doubtful(act, said) and before.misunderstood > 0


def undo_wanted(exchange: Exchange, said: Said, before: State) -> Act | None:
    """What undoes the last act, where the caller wants that."""
    done, tasks = before.done, exchange.tasks
    undo = tasks.tools[done.tool].undo if done else None
    if done is None or undo is None or not tasks.undo_readers[done.tool].names_act(said.text):
        return None
    taken = tasks.tools[undo.tool].arguments
    known = {name: v for name, v in done.arguments.items() if taken is None or name in taken}
    return Act(undo.tool, known)


def act_of(exchange: Exchange, reply: ModelReply) -> str | None:
    """The act that a reply says; None for a call, and for words that are none of the tasks'."""
    if reply.tool is not None:
        return None
    return reply.act or exchange.tasks.act_of(reply.text)


def tool_wanted(exchange: Exchange, reply: ModelReply) -> TaskTool | None:
    """The tool that is called, or that an answer without its result would need."""
    if reply.tool is not None:
        return exchange.tasks.tools.get(reply.tool)
    act = act_of(exchange, reply)
    return exchange.tasks.tool_before(act) if act else None


def opinion_of(exchange: Exchange, reply: ModelReply, tool: TaskTool) -> Opinion:
    """What undoes something is not known to the model: it has no opinion."""
    if tool.name in exchange.tasks.undoing:
        return Opinion("unsure", 0.0)
    if reply.tool is not None:
        kind = "agrees" if reply.tool == tool.name else "other"
    else:
        act = act_of(exchange, reply) or Role.NOT_UNDERSTOOD
        known = {tool.declined: "declines", Role.REPEAT: "again", Role.WAIT: "again"}
        kind = known.get(act) or ("unsure" if act in VAGUE | {tool.confirmation} else "other")
    return Opinion(kind, reply.probability)


def is_request(exchange: Exchange, reply: ModelReply, tool: TaskTool) -> bool:
    """Whether a reply is about a matter of the tasks, other than this tool's."""
    if reply.tool is not None:
        return reply.tool not in (tool.name, _person_tool(exchange))
    act = act_of(exchange, reply)
    return (
        act is not None and act not in frozenset(Role) and exchange.tasks.tool_before(act) != tool
    )


def is_leaving(exchange: Exchange, reply: ModelReply, tool: TaskTool) -> bool:
    """Whether a reply turns away from this tool: to another matter, a person, or a goodbye."""
    if reply.tool is not None and reply.tool == _person_tool(exchange):
        return True
    away = {Role.PERSON, *exchange.tasks.hand_over_after, *exchange.tasks.end_call_after}
    return is_request(exchange, reply, tool) or act_of(exchange, reply) in away


def only_asks(said: Said) -> bool:
    """Whether it is one word that asks: "yes?" did not follow the question."""
    return len(said.text.split()) == 1 and said.in_full.rstrip().endswith("?")


def _person_tool(exchange: Exchange) -> str:
    person = exchange.tasks.person_tool
    return person.name if person else ""
