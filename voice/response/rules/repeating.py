"""A part of what was said last, for a caller who wants no more: "only the price"."""

from __future__ import annotations

from voice.languages import AnswerPart
from voice.response.grounding import grounding_of
from voice.response.grounding.mentions import (
    AmountMention,
    CodeMention,
    CountMention,
    DayMention,
    Mention,
    TimeMention,
)
from voice.response.rules.said import Said
from voice.response.rules.wording import clauses
from voice.tasks import TaskSet

_KINDS: dict[AnswerPart, type[Mention]] = {
    AnswerPart.AMOUNT: AmountMention,
    AnswerPart.DAY: DayMention,
    AnswerPart.TIME: TimeMention,
    AnswerPart.COUNT: CountMention,
    AnswerPart.NUMBER: CodeMention,
}


def part_of(last_answer: str, said: Said, tasks: TaskSet) -> str:
    """The part of the last answer that the caller asks for; "" when they do not, or it has none.

    What is counted is told with its sentence: a number alone says nothing.
    """
    part = tasks.language.part_wanted(said.text) if last_answer else None
    if part is None:
        return ""
    found: list[str] = []
    for clause in clauses(last_answer):
        facts = grounding_of(tasks).reader.facts(clause)
        of_kind = [fact for fact in facts if isinstance(fact, _KINDS[part])]
        if of_kind and part is AnswerPart.COUNT:
            found.append(clause)
        else:
            found += [f"{clause[fact.start : fact.end]}." for fact in of_kind]
    return " ".join(found)
