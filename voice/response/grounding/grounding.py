"""Holds sentences against the results of a turn, before they are spoken."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from voice.languages import language, plain
from voice.response.grounding.binding import Binding
from voice.response.grounding.claims import NOTHING, ClaimReader
from voice.response.grounding.deeds import Claimable, Deeds
from voice.response.grounding.fields import Field, Fields
from voice.response.grounding.grounds import GivenValue, Ground, same, words_of_text
from voice.response.grounding.mentions import (
    AmountMention,
    ClaimMention,
    CodeMention,
    CountMention,
    DayMention,
    Mention,
    NameMention,
)
from voice.response.grounding.numbers import numbers_of
from voice.response.grounding.reader import FactReader
from voice.response.grounding.tokens import Row
from voice.response.prompts.harmony import Message, ToolResult
from voice.response.rules.wording import clauses
from voice.tasks.arguments import ArgumentValue
from voice.tasks.schema import STATUS
from voice.tasks.slots import LAST_ANSWER, VALUE, between_slots
from voice.tasks.task_set import TaskSet

_NO_SPEECH = re.compile(r"[<>{}|\\]|(?<![\w.@-])[^\W\d_]+(?:_[^\W_]+)+(?![\w@-])")
"""Marks of markup and control tokens, and names of tools, as nobody speaks them."""
_NO_NAME = re.compile(r"[<>{}()|\\_]")
_SMALL = 2
"""Counts up to this, in words, are language as often as facts."""
_LONGEST_NAME = 100
"""Characters."""
_LONGEST, _MOST_FACTS = 600, 15
"""Characters and facts of a sentence in a model's own words; nobody follows more by ear."""
_SLOT = "\u2026"
_MOST_KNOWN = 16
"""Sets of tasks, each in each of its languages, of which calls may be under way."""


@dataclass(frozen=True)
class Ungrounded:
    """Something that no result vouches for."""

    text: str
    """As it stands in the sentence."""
    kind: str
    """amount, count, day, claim ..."""


class Grounding:
    """What is known of the tasks of an installation, in one of their languages."""

    def __init__(
        self,
        tasks: TaskSet,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self.tasks, self.language, self.today = tasks, tasks.language, today
        self.choices = self._choice_words()
        """Words of the values that arguments may have; in a question they state nothing."""
        self.reader = FactReader(self.language, self._words_of_wordings() - self.choices)
        self.claims = ClaimReader(numbers_of(self.language))
        self._after: dict[tuple[str, str], list[Mention]] = {}

    @cached_property
    def fields(self) -> Fields:
        """The values of all tools."""
        return Fields(self.tasks, self.reader)

    @cached_property
    def deeds(self) -> Deeds:
        """What may be claimed."""
        return Deeds(self.tasks, self.claims)

    @cached_property
    def standing(self) -> list[Mention]:
        """What the tasks say without a tool."""
        acts = (act for act in self.tasks.wordings if self.tasks.tool_of_act.get(act) is None)
        return self._constants(acts)

    def turn(self, history: Sequence[Sequence[Message]] = ()) -> Grounds:
        """The grounds of a turn; `history` are the messages of the turns before."""
        before = [message for turn in history for message in turn]
        return Grounds(self, before, [Grounds(one, before) for one in self.abroad])

    @cached_property
    def abroad(self) -> list[Grounding]:
        """The same tasks in their other languages, in which a model may answer all the same."""
        others = (tag for tag in self.tasks.languages if tag != self.language.tag)
        return [grounding_of(self.tasks.in_language(language(tag))) for tag in others]

    def wrong_in(
        self, act: str, wording: str, values: Mapping[str, GivenValue], sentence: str
    ) -> list[Ungrounded]:
        """What a sentence states of which the wording of an act, and its values, know nothing.

        What the wording says by itself is the operator's; a value says no more than its kind.
        """
        if _NO_SPEECH.search(sentence):
            return [Ungrounded(sentence, "markup")]
        grounds, today = Grounds(self, ()), self.today()
        for slot, value in values.items():
            if not grounds.add_value(self._field(act, slot), value):
                return [Ungrounded(sentence, "name")]
        constants = self.constants(wording)
        wrong = [
            fact
            for fact in grounds.facts(sentence)
            if not any(same(fact, one, today) for one in constants) and not grounds.state(fact)
        ]
        return [_ungrounded(sentence, one) for one in wrong]

    def _field(self, act: str, slot: str) -> Field:
        """What a slot stands for, as its task names it."""
        if slot in (LAST_ANSWER, VALUE):
            return Field("", slot)
        source = self.tasks.source(act, slot)
        tool = self.tasks.tools[source.tool]
        argument = (tool.arguments or {}).get(source.key) if source.argument else None
        kind = argument.type if argument else tool.result.get(source.key)
        return Field(source.tool, source.key, kind if isinstance(kind, str) else "")

    def constants_after(self, tool: str, status: str) -> list[Mention]:
        """What the wordings after a result state beside its values."""
        where = tool, status
        if where not in self._after:
            known = self.tasks.tools.get(tool)
            self._after[where] = self._constants(known.acts_after(status) if known else ())
        return self._after[where]

    def constants(self, wording: str) -> list[Mention]:
        """What a wording states beside the values in it."""
        return self.reader.facts(_SLOT.join(between_slots(wording)))

    def _constants(self, acts: Iterable[str]) -> list[Mention]:
        wordings = (words for act in acts for words in self.tasks.wordings.get(act, ()))
        return [fact for words in wordings for fact in self.constants(words)]

    def _words_of_wordings(self) -> set[str]:
        """The words of what the tasks say, and of what callers ask."""
        tag = self.language.tag
        said = [*self.language.phrases.fixed]
        said += [words for all_ in self.tasks.wordings.values() for words in all_]
        asked = [
            phrase.lower()
            for request in self.tasks.requests.values()
            for phrase in request.examples.get(tag, ())
        ]
        described = [f"{_SLOT} {task.description}" for task in self.tasks.tasks]
        words: set[str] = set()
        # A question may name what there is to choose from.
        sentences = (sentence for text in said for sentence in clauses(text))
        stated = (text for text in sentences if not text.endswith("?"))
        for text in (*stated, *asked, *described):
            row = Row(_SLOT.join(between_slots(text)), self.language)
            for at, token in enumerate(row.tokens):
                begins = at == 0 or row.word(at - 1) in (".", "?", "!", ":")
                words.add(token.text.lower() if begins else token.text)
        return words

    def _choice_words(self) -> set[str]:
        arguments = (
            argument
            for tool in self.tasks.tools.values()
            for argument in (tool.arguments or {}).values()
            if argument.type == "choice"
        )
        said = (w for one in arguments for all_ in one.words(self.language).values() for w in all_)
        return set(_words(said))


@lru_cache(maxsize=_MOST_KNOWN)
def grounding_of(tasks: TaskSet) -> Grounding:
    """What is known of tasks; made once for them, which takes up to a second."""
    return Grounding(tasks)


def prepare(tasks: TaskSet) -> None:
    """Learn what there is to know of tasks in all of their languages; blocks for seconds."""
    for tag in tasks.languages:
        known = grounding_of(tasks.in_language(language(tag)))
        _ = known.fields, known.deeds, known.standing


class Grounds:
    """What may be said in one turn."""

    def __init__(
        self, grounding: Grounding, before: Sequence[Message], abroad: Sequence[Grounds] = ()
    ) -> None:
        """`before`: the messages of earlier turns; `abroad`: the same in other languages."""
        self._grounding = grounding
        self._abroad = abroad
        self._grounds: list[Ground] = []
        self._results: list[tuple[str, str]] = []
        """Each tool that has answered in this turn, and its status."""
        self._deeds = self._done(before)

    def add(
        self,
        tool: str,
        result: Mapping[str, GivenValue],
        arguments: Mapping[str, ArgumentValue] | None = None,
    ) -> None:
        """A tool has given this result, called with these arguments."""
        for other in self._abroad:
            other.add(tool, result, arguments)
        status = str(result.get(STATUS, ""))
        self._results.append((tool, status))
        known, fields = self._grounding.tasks.tools.get(tool), self._grounding.fields
        for key, value in result.items():
            if key != STATUS:
                self.add_value(fields.get(tool, key), value)
        for key, value in (arguments or {}).items():
            if key in result:
                continue
            argument = (known.arguments or {}).get(key) if known else None
            if argument is not None and argument.secret:
                continue
            self.add_value(fields.get(tool, key), value)
            if argument is not None and argument.type == "choice":
                said = argument.written(value, self._grounding.language)
                self.add_value(fields.get(tool, key), said)

    def wrong(self, sentence: str) -> list[Ungrounded]:
        """What a sentence states that nothing vouches for, whoever wrote it."""
        if _NO_SPEECH.search(sentence):
            return [Ungrounded(sentence, "markup")]
        facts = self.facts(sentence[:_LONGEST])
        if len(sentence) > _LONGEST or len(facts) > _MOST_FACTS:
            return [Ungrounded(sentence, "length")]
        row = Row(sentence, self._grounding.language)
        is_question = row.plain[-1:] == ["?"]
        binding = Binding(row, facts, self._grounding.language, self._grounding.today())
        wrong = [
            fact
            for fact in binding.wrong(self._grounds, self._grounding.fields)
            if not self._is_free(fact, is_question, binding)
        ]
        wrong += [claim for one in (self, *self._abroad) for claim in one.untrue(sentence)]
        return [_ungrounded(row.text, one) for one in wrong]

    def untrue(self, sentence: str) -> list[ClaimMention]:
        """What a sentence claims in this language, and no result bears out."""
        return [claim for claim in self._grounding.deeds.of(sentence) if not self._holds(claim)]

    def state(self, fact: Mention) -> bool:
        """Whether some value is what a sentence says, whatever it says it of."""
        today = self._grounding.today()
        return any(ground.states(fact, today) for ground in self._grounds)

    def facts(self, sentence: str) -> list[Mention]:
        """What a sentence states; names that a value has are whole."""
        names = [
            str(ground.value)
            for ground in self._grounds
            if isinstance(ground.value, str) and len(ground.value) <= _LONGEST_NAME
        ]
        return self._grounding.reader.facts(sentence, [name for name in names if _is_worded(name)])

    def add_value(self, field: Field, value: GivenValue) -> bool:
        """A value of the last result, or of its call; False for a name that is none."""
        run = len(self._results)
        if not isinstance(value, str):
            self._grounds.append(Ground(run, field, value))
            return True
        facts = self._grounding.reader.facts(value)
        if field.kind == "name" and not self._is_name(value, facts):
            return False
        words = words_of_text(value, Row(value, self._grounding.language))
        self._grounds.append(Ground(run, field, value, words, tuple(facts)))
        return True

    def _is_name(self, value: str, facts: Sequence[Mention]) -> bool:
        """A name states nothing: no amount, no code, and nothing that is so or was done."""
        row = Row(value, self._grounding.language)
        claims, words = self._grounding.claims.of(row, frozenset()), row.plain
        verbs = self._grounding.language.statements.claims
        stated = claims or any(isinstance(fact, AmountMention | CodeMention) for fact in facts)
        stated = stated or not (verbs.be | verbs.have).isdisjoint(words)
        return not stated and value.isprintable() and not _NO_NAME.search(value)

    def _is_free(self, fact: Mention, is_question: bool, binding: Binding) -> bool:
        """Whether it may be said without a value."""
        grounding = self._grounding
        constants = [*grounding.standing]
        for tool, status in self._results:
            constants += grounding.constants_after(tool, status)
        if any(same(fact, one, grounding.today()) for one in constants):
            return True
        match fact:
            case CountMention(in_words=True, unit="", value=value) if value <= _SMALL:
                return not any(one.nouns.intersection(fact.nouns) for one in grounding.fields)
            case DayMention(from_today=0):
                dates = [one for one in grounding.fields if one.kind == "date"]
                return not binding.about(fact, dates)
            case NameMention(words=words) if is_question:
                return {plain(word) for word in grounding.choices}.issuperset(words)
        return False

    # Claims

    def _done(self, before: Sequence[Message]) -> dict[str, Claimable]:
        """What was done earlier in the call and not undone, by tool."""
        done: dict[str, Claimable] = {}
        tools = self._grounding.tasks.tools
        for message in before:
            tool = tools.get(message.tool) if isinstance(message, ToolResult) else None
            if tool is None or not isinstance(message, ToolResult) or not tool.side_effect:
                continue
            done[tool.name] = self._grounding.deeds.after(tool.name, message.values.get(STATUS, ""))
            for other in tools.values():
                if other.undo and other.undo.tool == tool.name:
                    done.pop(other.name, None)
        return done

    def _holds(self, claim: ClaimMention) -> bool:
        """Whether results, or what was done before, bear a claim out."""
        deeds = self._grounding.deeds
        said = Claimable()
        for tool, status in self._results:
            said.add(deeds.after(tool, status))
        done = Claimable()
        for one in self._deeds.values():
            done.add(one)
        is_so = claim.root in said.is_so | done.is_so or (
            claim.root in deeds.generic and (said.succeeded or done.succeeded)
        )
        if not claim.is_deed and (claim.root, claim.negative) in deeds.standing:
            return True
        if not claim.negative:
            return is_so
        if claim.root in said.is_not:
            return True
        if claim.root.startswith(NOTHING) or is_so:
            return False
        otherwise: set[str] = set()
        for tool, status in self._results:
            otherwise |= deeds.otherwise(tool, status)
        return (claim.is_own and claim.is_deed) or claim.root in otherwise


def _ungrounded(text: str, mention: Mention) -> Ungrounded:
    return Ungrounded(text[mention.start : mention.end], mention.kind)


def _words(texts: Iterable[str]) -> list[str]:
    return [word for text in texts for word in text.replace("'", " ").split()]


def _is_worded(name: str) -> bool:
    return any(map(str.isalpha, name))
