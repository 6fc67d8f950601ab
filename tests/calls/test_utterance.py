"""What of an answer was heard, and what is said again: the ledger that history relies on."""

from __future__ import annotations

from typing import cast

from tests.calls.event_log import EventLog
from voice.calls.journal import CallJournal
from voice.calls.utterance import ClauseText, Utterance
from voice.events import ResponseStarted
from voice.languages import language
from voice.response import ResponseTurn


class Turn:
    """Stands for the response step's turn."""

    def __init__(self) -> None:
        self.heard_text: str | None = None

    def heard(self, text: str) -> None:
        self.heard_text = text


def answer_with(*texts: str) -> tuple[Utterance, Turn, list[ClauseText]]:
    turn = Turn()
    answer = Utterance(CallJournal("a", []), cast(ResponseTurn, turn))
    clauses = [ClauseText(text, "answer", answer, language()) for text in texts]
    for clause in clauses:
        answer.add(clause)
    return answer, turn, clauses


def test_history_keeps_what_was_heard() -> None:
    answer, turn, (first, second, _) = answer_with("One.", "Two and three.", "Four.")
    answer.begin(first)
    answer.begin(second)
    answer.cut_off([second], "Two")
    answer.settle()
    assert turn.heard_text == "One. Two"


def test_an_answer_that_had_not_begun_was_not_heard() -> None:
    answer, turn, _ = answer_with("I will block it.", "Shall I go ahead?")
    answer.settle()
    assert turn.heard_text == ""


def test_an_answer_heard_to_its_end_stays_whole() -> None:
    answer, turn, clauses = answer_with("One.", "Two.")
    for clause in clauses:
        answer.begin(clause)
    answer.settle()
    assert turn.heard_text is None


def test_what_was_cut_short_by_nothing_is_said_to_its_end() -> None:
    answer, turn, (first, second, _) = answer_with("One.", "Two and three.", "Four.")
    answer.begin(first)
    answer.begin(second)
    answer.cut_off([second], "Two")
    again = answer.replay()
    assert [clause.text for clause in again] == ["Two and three.", "Four."]
    for clause in again:
        answer.add(clause)
        answer.begin(clause)
    answer.cut_off([again[1]], "")
    answer.settle()
    assert turn.heard_text == "One. Two and three."


def test_what_must_be_heard_is_not_said_twice() -> None:
    answer, _, (first, second) = answer_with("This call is recorded.", "Hello?")
    first.interruptible = False
    assert [clause.text for clause in answer.replay()] == [second.text]
    assert answer.unheard == [first]


def test_a_dropped_answer_leaves_nothing() -> None:
    log = EventLog()
    answer = Utterance(CallJournal("a", [log]), speculative=True)
    answer.add(ClauseText("One.", "answer", answer, language()))
    answer.record(ResponseStarted, response_ms=1.0)
    answer.drop()
    answer.commit()
    assert not answer.committed and not answer.unheard and not log.events
