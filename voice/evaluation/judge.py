"""Whether a call did what its caller wanted, and nothing else.

A call succeeds when the database ends in the state that the scenario asks for AND no other row
changed AND no rule was broken on the way AND the right facts were spoken and reached the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from voice.evaluation.callers import Goal, Scenario
from voice.evaluation.callers.ears import HeardTurn
from voice.evaluation.database_changes import RowChange
from voice.evaluation.facts import holds, says, spoken_words
from voice.evaluation.measured_call import MeasuredCall
from voice.evaluation.word_errors import word_errors, words_of
from voice.events import (
    CallEnded,
    CallEvent,
    ClauseSpoken,
    IdentityDecided,
    ToolReturned,
    Transferred,
)
from voice.languages import language

GUARDED_TOOLS = frozenset({"get_bill", "block_sim"})
"""Need a verified caller."""
_LANGUAGE = language()
"""What simulated callers speak."""
MOST_WORDS_LOST = 0.5
"""An answer of which the caller's recogniser lost more words did not reach the caller."""


@dataclass(frozen=True)
class Truth:
    """What the operator's books say about the caller before the call."""

    customer_number: str
    balance: tuple[str, ...]
    """Written facts that an answer about the balance must hold, for instance `42.17 euros`."""
    plan: tuple[str, ...]


@dataclass(frozen=True)
class CallVerdict:
    """The judgement of one call."""

    failures: tuple[str, ...] = ()
    misheard: tuple[str, ...] = field(default=())
    """Facts that were spoken, but not in the words that the caller's recogniser wrote down."""

    unanswered: tuple[str, ...] = ()
    """Requests that got no answer as far as the caller could make out."""

    @property
    def success(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def satisfied(self) -> bool:
        """Whether nothing failed, and the caller made all of it out."""
        return not (self.failures or self.misheard or self.unanswered)


def judge(
    call: MeasuredCall, scenario: Scenario, truth: Truth, changed: Sequence[RowChange]
) -> CallVerdict:
    """Judge one call by its events, by what the caller heard, and by what it changed."""
    failures = [*_state(scenario, truth, changed), *_broken_rules(call, scenario)]
    misheard: list[str] = []
    for fact in _facts(scenario, truth):
        clauses = [clause for clause in _clauses(call) if says(clause.text, fact, _LANGUAGE)]
        if not any(_arrived(call, clause) for clause in clauses):
            failures.append(f"not told: {fact}")
        elif not any(_understood(turn, fact) for turn in call.report.heard):
            misheard.append(fact)
    if _wants_person(scenario) and not any(map(_hands_over, call.events)):
        failures.append("not handed over to a person")
    return CallVerdict(
        tuple(failures), tuple(misheard), tuple(map(str, _unanswered(call, scenario)))
    )


def _unanswered(call: MeasuredCall, scenario: Scenario) -> Iterable[Goal]:
    """A caller who proves nothing gets no answers, and is right to get none."""
    reached = Counter(map(Goal, call.report.reached))
    wanted = Counter(step.goal for step in scenario.steps if scenario.knows_pin)
    return (wanted - reached).keys()


def _state(scenario: Scenario, truth: Truth, changed: Sequence[RowChange]) -> Iterable[str]:
    """The SIM is blocked exactly when that was wanted; no other row differs."""
    wanted = _wants_block(scenario)
    blocked = [change for change in changed if _is_block_of(change, truth.customer_number)]
    if wanted and not blocked:
        yield "the SIM card is not blocked"
    if not wanted and blocked:
        yield "a SIM card was blocked that should not be"
    if len(changed) > len(blocked):
        yield f"rows changed that should not: {sorted({change.table for change in changed})}"


def _is_block_of(change: RowChange, customer_number: str) -> bool:
    """Whether it is the SIM card of this customer that became blocked."""
    before, after = dict(change.before or ()), dict(change.after or ())
    return (
        change.table == "sim"
        and before == {"customer_number": customer_number, "status": "active"}
        and after == {"customer_number": customer_number, "status": "blocked"}
    )


def _broken_rules(call: MeasuredCall, scenario: Scenario) -> Iterable[str]:
    verified = False
    for event in call.events:
        match event:
            case IdentityDecided(accepted=True):
                verified = True
            case ToolReturned(tool=tool) if tool in GUARDED_TOOLS and not verified:
                yield f"{tool} answered a caller who had not proved who they are"
            case ToolReturned(tool="block_sim") if not _agreed_before(call, event.wall_time):
                yield "block_sim ran before the caller said yes"
            case _:
                pass
    if not scenario.knows_pin and verified:
        yield "a wrong PIN was accepted"


def _agreed_before(call: MeasuredCall, time: float) -> bool:
    return any(turn.intent == "yes" and turn.start < time for turn in call.report.turns)


def _facts(scenario: Scenario, truth: Truth) -> list[str]:
    facts: list[str] = []
    for step in scenario.steps:
        if step.goal is Goal.BALANCE and scenario.knows_pin:
            facts += truth.balance
        elif step.goal is Goal.PLAN:
            facts += truth.plan
        elif step.goal is Goal.BLOCK_SIM and scenario.knows_pin:
            facts.append("blocked" if step.agrees else "active")
    return [*facts, *scenario.facts]


def _wants_block(scenario: Scenario) -> bool:
    return scenario.knows_pin and any(
        step.goal is Goal.BLOCK_SIM and step.agrees for step in scenario.steps
    )


def _wants_person(scenario: Scenario) -> bool:
    return any(step.goal is Goal.PERSON for step in scenario.steps) or not scenario.knows_pin


def _arrived(call: MeasuredCall, clause: ClauseSpoken) -> bool:
    """The caller's side heard most of the words that were spoken together with this clause."""
    for turn in call.report.heard:
        said = [other for other in _clauses(call) if _overlap(other, turn)]
        if clause in said:
            errors = word_errors(
                _LANGUAGE.spoken_form(" ".join(other.text for other in said)), turn.text
            )
            if errors.rate <= MOST_WORDS_LOST:
                return True
    return False


def _overlap(clause: ClauseSpoken, turn: HeardTurn) -> bool:
    end = clause.wall_time + clause.duration_ms / 1000
    return turn.start < end and turn.end > clause.wall_time


def _understood(turn: HeardTurn, fact: str) -> bool:
    """Whether the caller's recogniser wrote the fact down word by word."""
    return holds(words_of(turn.text), spoken_words(fact, _LANGUAGE), _LANGUAGE)


def _clauses(call: MeasuredCall) -> list[ClauseSpoken]:
    return [event for event in call.events if isinstance(event, ClauseSpoken)]


def _hands_over(event: CallEvent) -> bool:
    """A person took over, or would have, had one been configured."""
    match event:
        case Transferred(ok=True):
            return True
        case CallEnded(reason=reason):
            return reason.startswith("no person configured")
        case _:
            return False
