"""The transcript of a call's page: both sides, cut at what was heard, nothing masked shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.supervision.events_of_a_call import NUMBER, EventsOfACall
from voice.events import (
    HIDDEN,
    CallEnded,
    CallEvent,
    ClauseSpoken,
    DtmfReceived,
    EngineFailed,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    NoInput,
    PartialTranscript,
    ResponseStarted,
    SpeechStarted,
    SupervisorJoined,
    ToolCalled,
    ToolReturned,
    Transferred,
    TurnEnded,
)
from voice.supervision.masking import NumberMask, masked_number
from voice.supervision.supervised_call import SupervisedCall
from voice.supervision.transcript import MOST_LINES, CallTranscript, TranscriptLine


def lines_of(*events: CallEvent) -> list[TranscriptLine]:
    transcript = CallTranscript({"get_plan": "plan"})
    for position, event in enumerate(events):
        transcript.apply(event, position + 1)
    return list(transcript.lines)


def test_a_partial_transcript_grows_into_the_final_one() -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(PartialTranscript, text="what"),
        make.next(PartialTranscript, text="what is"),
        make.next(FinalTranscript, text="What is my plan?", confidence=0.9),
    )
    (line,) = lines
    assert (line.side, line.kind, line.text) == ("caller", "speech", "What is my plan?")
    assert line.confidence == 0.9 and line.position == 3


def test_the_end_of_a_partial_transcript_may_change_and_the_final_one_takes_its_place() -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    call.apply(make.started(), 1)

    def shown(stable: str, text: str) -> TranscriptLine:
        event = make.next(PartialTranscript, text=text, stable=stable, passing=True)
        make.sequence -= 1  # the next event that is kept has the same number
        assert call.apply(event, call.position + 1)
        (line,) = call.transcript.lines
        assert (line.kind, line.text) == ("partial", text)
        return line

    assert shown("", "what").tail == "what"
    assert shown("what", "what is").tail == " is"
    assert shown("what is", "what is").tail == ""
    assert call.apply(make.next(FinalTranscript, text="What's my plan?", confidence=0.9), 9)
    (line,) = call.transcript.lines
    assert (line.text, line.tail) == ("What's my plan?", "")


def test_a_partial_transcript_that_comes_late_changes_nothing() -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    call.apply(make.started(), 1)
    late = make.next(PartialTranscript, text="what", passing=True)
    make.sequence -= 1
    call.apply(make.next(FinalTranscript, text="What is my plan?", confidence=0.9), 2)
    assert not call.apply(late, 3)
    assert [line.text for line in call.transcript.lines] == ["What is my plan?"]


def test_the_callers_line_begins_where_the_caller_began() -> None:
    make = EventsOfACall()
    (line,) = lines_of(
        make.next(TurnEnded, speech_end_ms=3000, pause_ms=520),
        make.next(FinalTranscript, text="plan", confidence=0.9, audio_seconds=1.25),
    )
    assert line.ms == 1750


@pytest.mark.parametrize(
    ("heard", "shown"),
    [
        ("It has forty", "Your plan is Large. It has forty"),
        ("Your plan is Large. It has", "Your plan is Large. It has"),
        ("Your plan is Large.", "Your plan is Large."),
        ("Your plan", "Your plan"),
        ("", "Your plan is Large."),
        ("something else", "Your plan is Large. something else"),
    ],
)
def test_an_interrupted_answer_is_cut_at_what_was_heard(heard: str, shown: str) -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="Your plan is Large.", kind="answer"),
        make.next(ClauseSpoken, text="It has forty gigabytes.", kind="answer"),
        make.next(PartialTranscript, text="no"),
        make.next(Interrupted, heard=heard, unheard="..."),
        make.next(ClauseSpoken, text="All right.", kind="answer"),
    )
    assert [line.text for line in lines] == [shown, "no", "All right."]
    assert [line.interrupted for line in lines] == [True, False, False]


def test_an_interruption_of_nothing_changes_nothing() -> None:
    make = EventsOfACall()
    assert lines_of(make.next(Interrupted, heard="what?")) == []


def test_clauses_of_one_kind_make_one_line() -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="Hello.", kind="greeting"),
        make.next(ClauseSpoken, text="How can I help?", kind="greeting"),
        make.next(NoInput, count=1),
        make.next(ClauseSpoken, text="Are you still there?", kind="reprompt"),
    )
    assert [line.text for line in lines] == [
        "Hello. How can I help?",
        "1",
        "Are you still there?",
    ]


def test_a_tools_result_stands_with_its_call() -> None:
    make = EventsOfACall()
    (line,) = lines_of(
        make.next(ToolCalled, tool="get_plan", arguments={"of": "ana"}),
        make.next(ToolReturned, tool="get_plan", result={"plan": "Large", "price": 20}),
    )
    assert (line.kind, line.text) == ("tool returned", "plan")
    assert line.facts == (("of", "ana"), ("plan", "Large"), ("price", 20))


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ({"result": {}, "error": "TimeoutError 1a2b3c"}, "tool failed"),
        ({"result": {}, "error": "TimeoutError 1a2b3c", "unknown": True}, "tool unknown"),
        ({"result": {"status": "blocked"}, "error": "TimeoutError 1a2b3c"}, "tool returned"),
    ],
)
def test_a_tool_that_gave_no_answer_is_told_from_one_that_did(
    outcome: dict[str, Any], kind: str
) -> None:
    make = EventsOfACall()
    (line,) = lines_of(
        make.next(ToolCalled, tool="block"), make.next(ToolReturned, tool="block", **outcome)
    )
    assert (line.kind, line.text) == (kind, "block")


def test_an_endless_call_keeps_its_last_lines() -> None:
    make = EventsOfACall()
    lines = lines_of(*(make.next(NoInput, count=n) for n in range(MOST_LINES + 5)))
    assert len(lines) == MOST_LINES and lines[-1].text == str(MOST_LINES + 4)


WAYS_TO_WRITE = ["+4915550001234", "004915550001234", "015550001234", "4915550001234",
                 "0155 5000 1234", "+49 (155) 5000-1234"]  # fmt: skip


@pytest.mark.parametrize("written", WAYS_TO_WRITE)
def test_the_callers_number_is_shown_nowhere(written: str) -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    for position, event in enumerate(
        [
            make.started(called=written),
            make.next(PartialTranscript, text=f"my number is {written}"),
            make.next(FinalTranscript, text=f"I am {written}.", confidence=1.0),
            make.next(ToolCalled, tool="find", arguments={"numbers": [written, {written: 1}]}),
            make.next(ToolReturned, tool="find", result={"of": written, "n": 4915550001234}),
            make.next(ClauseSpoken, text=f"You call from {written}.", kind="answer"),
            make.next(Interrupted, heard=f"You call from {written}"),
        ]
    ):
        call.apply(event, position + 1)
    shown = json.dumps(call.changes_since(0), ensure_ascii=False)
    digits = "".join(character for character in shown if character.isdigit() or character == "•")
    assert written not in shown and "15550001234" not in digits and "50001234" not in digits
    assert "••34" in shown


def test_short_numbers_and_other_numbers_are_left_alone() -> None:
    mask = NumberMask("204")
    assert mask.text("204 and 4271") == "204 and 4271"
    mask = NumberMask(NUMBER)
    assert mask.text("It costs 20 euros, due on 14 December 2026.") == (
        "It costs 20 euros, due on 14 December 2026."
    )
    assert masked_number(None) == "" and masked_number("204") == "204"


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_number_and_any_text_can_be_masked(number: str, text: str) -> None:
    NumberMask(number).data({"a": [text, None, True, 1.5]})
    masked_number(number)


def test_turns_and_health_come_from_the_events() -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {"get_plan": "plan"})
    for position, event in enumerate(
        [
            make.started(),
            make.next(NoInput, count=1),
            make.next(TurnEnded, speech_end_ms=100, pause_ms=100),
            make.next(FinalTranscript, text="plan", confidence=0.5),
            make.next(ToolCalled, tool="get_plan"),
            make.next(ResponseStarted, response_ms=10.0),
            make.next(ClauseSpoken, text="Large.", kind="answer", synthesis_ms=40.0),
            make.next(ClauseSpoken, text="It is large.", kind="answer"),
        ]
    ):
        call.apply(event, position + 1)
    call.count_packets(500, 2, 1, 9)
    told = call.changes_since(0)
    (turn,) = told["turns"]
    assert (turn["turn"], turn["end_of_turn_ms"], turn["synthesis_ms"]) == (1, 200, 40.0)
    assert told["health"] == {
        "reprompts": 1, "confidence": 0.5, "mean_confidence": 0.5,
        "received": 500, "lost": 2, "late": 1,
    }  # fmt: skip
    assert told["call"]["task"] == "plan" and told["call"]["latency_ms"] == 600


def test_an_event_counts_once() -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    event = make.started()
    assert call.apply(event, 1) and not call.apply(event, 2)
    assert call.apply(make.next(CallEnded, reason="over", by="caller"), 3)
    assert not call.running


def test_what_is_said_after_keys_is_a_line_of_its_own() -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="Please enter your PIN.", kind="notice"),
        make.next(DtmfReceived, digit=HIDDEN),
        make.next(DtmfReceived, digit=HIDDEN),
        make.next(ClauseSpoken, text="Thank you.", kind="notice"),
        make.next(ClauseSpoken, text="One moment.", kind="notice"),
        make.next(SupervisorJoined, supervisor="ana", mode="listen"),
        make.next(ClauseSpoken, text="Here it is.", kind="notice"),
    )
    assert [(line.kind, line.text) for line in lines] == [
        ("notice", "Please enter your PIN."),
        ("key", "• •"),
        ("notice", "Thank you. One moment. Here it is."),
        ("listen", "ana"),
    ]


@pytest.mark.parametrize(
    "between",
    [
        (NoInput, {"count": 1}),
        (IdentityDecided, {"accepted": False, "level": "unknown"}),
        (Transferred, {"target": "sip:a@b", "reason": "486", "ok": False}),
        (ToolCalled, {"tool": "get_plan"}),
        (EngineFailed, {"engine": "speech", "reason": "EngineBusy"}),
    ],
)
def test_nothing_is_said_above_what_happened_before_it(
    between: tuple[type[CallEvent], dict[str, Any]],
) -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="Before.", kind="answer"),
        make.next(between[0], **between[1]),
        make.next(ClauseSpoken, text="After.", kind="answer"),
    )
    assert [line.text for line in lines if line.side == "assistant"] == ["Before.", "After."]
    assert [line.side for line in lines] == ["assistant", "note", "assistant"]


@pytest.mark.parametrize(
    ("heard", "shown", "cut"),
    [
        ("One. Two. Thr", ["One. Two.", "Thr"], [False, True]),
        ("Two. Three. Fo", ["One. Two.", "Three. Fo"], [False, True]),
        ("One. Tw", ["One. Tw", ""], [True, True]),
        ("Three.", ["One. Two.", "Three."], [False, True]),
    ],
)
def test_an_answer_around_a_note_is_cut_at_what_was_heard(
    heard: str, shown: list[str], cut: list[bool]
) -> None:
    make = EventsOfACall()
    lines = lines_of(
        *(make.next(ClauseSpoken, text=text, kind="answer") for text in ("One.", "Two.")),
        make.next(DtmfReceived, digit="5"),
        *(make.next(ClauseSpoken, text=text, kind="answer") for text in ("Three.", "Four.")),
        make.next(SpeechStarted),
        make.next(PartialTranscript, text="stop"),
        make.next(Interrupted, heard=heard),
    )
    spoken = [line for line in lines if line.side == "assistant"]
    assert [line.text for line in spoken] == shown
    assert [line.interrupted for line in spoken] == cut


def test_what_was_heard_of_an_earlier_turn_is_left_alone() -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="One.", kind="answer"),
        make.next(FinalTranscript, text="and", confidence=0.9),
        make.next(ClauseSpoken, text="Two.", kind="answer"),
        make.next(Interrupted, heard="T"),
    )
    assert [line.text for line in lines if line.side == "assistant"] == ["One.", "T"]


def test_lines_name_the_turn_that_the_waterfall_names() -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    events = (
        make.started(),
        make.next(ClauseSpoken, text="Hello?", kind="greeting"),
        *(
            each
            for _ in range(2)
            for each in (
                make.next(TurnEnded, speech_end_ms=100, pause_ms=100),
                make.next(FinalTranscript, text="plan", confidence=0.5),
                make.next(ResponseStarted, response_ms=10.0),
                make.next(ClauseSpoken, text="Large.", kind="answer"),
            )
        ),
    )
    for position, event in enumerate(events, start=1):
        call.apply(event, position)
    told = call.changes_since(0)
    assert [line["turn"] for line in told["lines"]] == [None, 1, 1, 2, 2]
    assert [turn["turn"] for turn in told["turns"]] == [1, 2]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a short one", "a short one"),
        ("word " * 30 + "the end", "… " + "word " * 22 + "the end"),
        ("x" * 200, "…" + "x" * 120),
        ("x" * 200 + " ", "…" + "x" * 119 + " "),
    ],
)
def test_last_words_are_cut_at_a_word(text: str, shown: str) -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    call.apply(make.started(), 1)
    call.apply(make.next(ClauseSpoken, text=text, kind="answer"), 2)
    words = call.summary()["last_words"]
    assert words == shown and len(words) <= 122


@pytest.mark.parametrize(
    ("event_type", "values", "trouble"),
    [
        (IdentityDecided, {"accepted": False, "level": "unknown"}, {"identity": 1}),
        (IdentityDecided, {"accepted": True, "level": "verified"}, {}),
        (NoInput, {"count": 1}, {"reprompt": 1}),
        (Transferred, {"target": "sip:a@b", "reason": "no answer", "ok": False}, {"no person": 1}),
        (Transferred, {"target": "sip:a@b", "reason": "asked", "ok": True}, {}),
        (
            CallEnded,
            {"reason": "no person configured (asked)", "by": "assistant"},
            {"no person": 1},
        ),
        (CallEnded, {"reason": "hang-up", "by": "caller"}, {}),
        (EngineFailed, {"engine": "speech", "reason": "EngineBusy"}, {"failure": 1}),
    ],
)
def test_a_call_that_needs_help_is_marked(
    event_type: type[CallEvent], values: dict[str, Any], trouble: dict[str, int]
) -> None:
    make = EventsOfACall()
    call = SupervisedCall("c1", {})
    call.apply(make.started(), 1)
    call.apply(make.next(event_type, **values), 2)
    assert call.summary()["trouble"] == call.past_call().trouble == trouble
