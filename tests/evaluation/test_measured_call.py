"""Both sides of a call joined: synthetic reports and events with known times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.synthetic_call import answer, at, exchange, report, run, spoken
from voice.evaluation.callers import MASKED
from voice.evaluation.measured_call import find_events, measure, read_events
from voice.evaluation.report import CpuTimes, report_of
from voice.events import (
    CallEvent,
    CallStarted,
    FinalTranscript,
    Interrupted,
    ToolCalled,
    TurnEnded,
)


def test_latency_is_from_the_callers_last_word_to_the_first_packet_of_the_answer() -> None:
    call = measure(report([spoken(1, 2)], [run(2.6, 3.6)]), exchange(2, "how much"))
    (turn,) = call.turns
    assert turn.voice_to_voice_ms == pytest.approx(600)
    assert turn.stages_ms == {
        "end_of_turn": 500,
        "recognition": 20,
        "response": 10,
        "synthesis": 20,
        "output": 0,
        "line": 50,
    }
    assert sum(turn.stages_ms.values()) == pytest.approx(turn.voice_to_voice_ms)


def test_a_filler_is_no_answer() -> None:
    events = exchange(2, "how much")
    events.insert(3, answer(2.54, "One moment.", 0.6, kind="filler"))
    events[-1] = answer(3.4)
    call = measure(report([spoken(1, 2)], [run(2.6, 4.4)]), events)
    assert call.turns[0].voice_to_voice_ms == pytest.approx(1400)


def test_the_rest_of_an_interrupted_answer_is_no_answer() -> None:
    events = [
        answer(0.9, "You owe ten euros.", 5.0),
        answer(1.1, "Pay by May.", 1.0),
        at(1.4, Interrupted, heard="You owe"),
        *exchange(2, "block my sim"),
    ]
    call = measure(report([spoken(1, 2, interrupts=True)], [run(0.9, 1.4), run(2.6, 3.6)]), events)
    assert call.turns[0].voice_to_voice_ms == pytest.approx(600)
    assert not call.turns[0].cut_in


def test_an_answer_before_the_end_is_a_cut_in_and_has_no_latency() -> None:
    events = [
        at(1.5, TurnEnded, speech_end_ms=1200, pause_ms=300),
        at(1.51, FinalTranscript, text="how", confidence=0.5),
        answer(1.6),
    ]
    (turn,) = measure(report([spoken(1, 2)], [run(1.65, 2.6)]), events).turns
    assert turn.cut_in and turn.voice_to_voice_ms is None


def test_an_answer_after_ten_seconds_does_not_count() -> None:
    events = exchange(2, "how much")
    events[-1] = answer(12.5)
    call = measure(report([spoken(1, 2, missed=True)], [run(12.6, 13)]), events)
    assert call.turns[0].voice_to_voice_ms is None


def test_what_was_heard_in_pieces_is_one_transcript() -> None:
    events = [
        at(1.5, FinalTranscript, text="how", confidence=0.5),
        at(2.5, FinalTranscript, text="much", confidence=0.5),
        at(2.6, ToolCalled, tool="get_bill"),
    ]
    (turn,) = measure(report([spoken(1, 2)], []), events).turns
    assert turn.recognised == "how much" and turn.tools == ("get_bill",)


def test_a_thank_you_before_the_answer_is_not_the_answer() -> None:
    """The answer is handed to the edge while the last 80 ms of what stands before still play."""
    events = exchange(2, "(PIN)")
    events.insert(3, answer(2.54, "Thank you.", 0.6, kind="notice"))
    events[-1] = answer(3.06)
    apart = measure(report([spoken(1, 2)], [run(2.6, 3.1), run(3.4, 4.4)]), events)
    assert apart.turns[0].voice_to_voice_ms == pytest.approx(1400)
    joined = measure(report([spoken(1, 2)], [run(2.6, 4.2)]), events)
    assert joined.turns[0].voice_to_voice_ms == pytest.approx(1140)


def test_a_question_into_the_callers_words_is_a_cut_in() -> None:
    events = [
        at(1.5, TurnEnded, speech_end_ms=1200, pause_ms=300),
        answer(1.6, "Please say your PIN.", kind="notice"),
    ]
    (turn,) = measure(report([spoken(1, 2)], [run(1.65, 2.6)]), events).turns
    assert turn.cut_in and not turn.missed


def test_who_is_not_noticed_has_no_answer_in_what_goes_on() -> None:
    events = [answer(1.2, "Your plan is Smart.", 2.0), answer(3.1, "It has 20 gigabytes.", 2.0)]
    turns = [spoken(1, 2, interrupts=True), spoken(8, 9)]
    call = measure(report(turns, [run(0.5, 5.2), run(9.6, 11)]), [*events, *exchange(9, "plan")])
    unnoticed, noticed = call.turns
    assert unnoticed.voice_to_voice_ms is None and not unnoticed.cut_in
    assert not unnoticed.missed, "the caller did not wait for ten seconds"
    assert noticed.voice_to_voice_ms == pytest.approx(600)


@pytest.mark.parametrize(
    ("reply", "missed"),
    [
        ([answer(2.6)], False),
        ([answer(2.6, "Please say your PIN.", kind="notice")], False),
        ([], True),
        ([answer(10.1, "Are you still there?", kind="reprompt")], True),
        ([answer(3.4, "One moment, please.", kind="filler"), answer(6)], False),
        ([answer(3.4, "One moment, please.", kind="filler"), answer(12.5)], True),
    ],
)
def test_a_miss_is_ten_seconds_without_an_answer(reply: list[CallEvent], missed: bool) -> None:
    heard = [at(2.5, TurnEnded, speech_end_ms=2000, pause_ms=500), *reply]
    runs = [run(clause.ms / 1000 + 0.05, clause.ms / 1000 + 1) for clause in reply]
    (turn,) = measure(report([spoken(1, 2)], runs), heard).turns
    assert turn.missed is missed


def test_a_call_that_ends_at_once_missed_nothing() -> None:
    told = report([spoken(55, 56)], [])
    assert not measure(told, []).turns[0].missed
    told.turns[0] = spoken(55, 56, missed=True)
    assert measure(told, []).turns[0].missed


def test_events_belong_to_the_turn_in_which_they_happened() -> None:
    events = [*exchange(2, "first"), *exchange(8, "second")]
    turns = [spoken(1, 2), spoken(7, 8)]
    call = measure(report(turns, [run(2.6, 3.6), run(8.7, 9.7)]), events)
    assert [turn.recognised for turn in call.turns] == ["first", "second"]
    assert [turn.voice_to_voice_ms for turn in call.turns] == pytest.approx([600, 700])


def test_the_report_counts_neither_pins_as_words_nor_fixed_phrases_as_latency() -> None:
    events = [*exchange(2, "how match"), *exchange(8, ""), *exchange(14, "bye")]
    events[-1] = answer(14.55, "Goodbye.", synthesis_ms=0.0)
    turns = [spoken(1, 2), spoken(7, 8, MASKED), spoken(13, 14, "bye")]
    hidden = measure(report([spoken(1, 2)], [run(2.6, 3.6)]), exchange(2, "[hidden]"))
    assert not hidden.turns[0].counts_for_words
    runs = [run(2.6, 3.6), run(8.8, 9.8), run(14.6, 15.2)]
    totals = report_of(measure(report(turns, runs), events), CpuTimes(6.0, 3.0), True)["totals"]
    assert totals["word_error_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert totals["voice_to_voice_ms"]["median"] == 700
    assert totals["real_time_factor"]["service_cpu"] == pytest.approx(0.1)


def test_a_line_that_is_being_written_is_left_for_later(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    said = at(1, FinalTranscript, text="one\u2028two\x85three", confidence=0.5)
    file.write_text(said.to_json() + "\n" + said.to_json()[:30], encoding="utf-8")
    assert read_events(file) == (said,)


def test_the_events_of_a_call_are_found_by_number_and_time(tmp_path: Path) -> None:
    for name, number, began in (("a", "999", 5), ("b", "+353", 5), ("c", "353", 500)):
        event = at(began, CallStarted, caller_number=number, called="assistant")
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").write_text(event.to_json() + "\n")
    (tmp_path / "begun").mkdir()
    (tmp_path / "begun" / "events.jsonl").write_text('{"event": "CallSt')
    folder, events = find_events(tmp_path, report([], []))
    assert folder.name == "b" and len(events) == 1
