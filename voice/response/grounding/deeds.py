"""What may be claimed after the results of tools, learned from the wordings that may follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voice.languages import language
from voice.response.grounding.claims import ClaimReader
from voice.response.grounding.mentions import ClaimMention
from voice.response.grounding.tokens import Row
from voice.tasks.schema import TaskTool
from voice.tasks.slots import between_slots
from voice.tasks.task_set import TaskSet

_SLOT = "\u2026"
_DENIED = frozenset(["not", "no", "never", "none", "failed", "refused", "un"])
"""In names of statuses and acts."""


@dataclass
class Claimable:
    """What may be claimed: the roots that are so, and those that are not."""

    is_so: set[str] = field(default_factory=set)
    is_not: set[str] = field(default_factory=set)
    succeeded: bool = False
    """Something was done."""

    def add(self, other: Claimable) -> None:
        """As well as this."""
        self.is_so |= other.is_so
        self.is_not |= other.is_not
        self.succeeded |= other.succeeded


class Deeds:
    """The claims of all wordings of some tasks."""

    def __init__(self, tasks: TaskSet, claims: ClaimReader) -> None:
        self._tasks, self._claims = tasks, claims
        self.learned = self._learn()
        free = (act for act in tasks.wordings if tasks.tool_of_act.get(act) is None)
        self.standing = frozenset(
            (claim.root, claim.negative)
            for act in free
            for sentence in self._sentences(act)
            for claim in self.of(sentence)
            if not claim.is_deed
        )
        """How something is, as it is said without a tool; and whether it is denied."""
        self._after = {
            (tool.name, status): self._of_status(tool, status)
            for tool in tasks.tools.values()
            for status in tool.statuses
        }

    def after(self, tool: str, status: str) -> Claimable:
        """What may be claimed after a result."""
        return self._after.get((tool, status), Claimable())

    def otherwise(self, tool: str, status: str) -> set[str]:
        """What would be so, had the tool answered with another status."""
        others = (said.is_so for (name, one), said in self._after.items() if name == tool != one)
        return set().union(*others) - self.after(tool, status).is_so

    def of(self, sentence: str) -> list[ClaimMention]:
        """What a sentence claims."""
        return self._claims.of(Row(sentence, self._tasks.language), self.learned)

    @property
    def generic(self) -> frozenset[str]:
        """The roots of verbs that say that whatever was asked for is done."""
        return self._claims.generic

    def _learn(self) -> frozenset[str]:
        """The roots by which results are told."""
        told = (
            act
            for tool in self._tasks.tools.values()
            for acts in tool.statuses.values()
            for act in acts
        )
        found = [
            claim
            for act in dict.fromkeys(told)
            for sentence in self._sentences(act)
            for claim in self._claims.of(Row(sentence, self._tasks.language), None)
        ]
        roots = {claim.root for claim in found if claim.is_deed or not claim.is_own}
        return frozenset(roots - self._claims.harmless)

    def _of_status(self, tool: TaskTool, status: str) -> Claimable:
        """Of the acts that may follow, and by the names of status, acts and tool."""
        acts = tool.acts_after(status)
        said = Claimable()
        for act in acts:
            said.add(self._of_act(act))
        named = {root for name in (status, *acts) for root in self._roots(name)}
        own = self._roots(tool.name)
        said.succeeded |= bool(named & own) and tool.side_effect
        said.is_so |= named | (own if said.succeeded else set())
        if said.succeeded and tool.begins:
            said.is_so |= self._of_act(tool.begins).is_so
        return said

    def _of_act(self, act: str) -> Claimable:
        said = Claimable()
        for claim in (claim for sentence in self._sentences(act) for claim in self.of(sentence)):
            (said.is_not if claim.negative else said.is_so).add(claim.root)
            deed = claim.is_deed and (claim.is_own or claim.root in self.generic)
            said.succeeded |= deed and not claim.negative
        return said

    def _sentences(self, act: str) -> Iterable[str]:
        return [_SLOT.join(between_slots(words)) for words in self._tasks.wordings.get(act, ())]

    def _roots(self, name: str) -> set[str]:
        """Of the words of a name, which are of the default language, unless it denies them."""
        words: Sequence[str] = name.lower().replace("-", "_").split("_")
        root = language().statements.root
        return set() if _DENIED.intersection(words) else {root(word) for word in words}
