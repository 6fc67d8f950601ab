"""Where the time between the caller's last word and the answer went, from events alone."""

from __future__ import annotations

from voice.events import (
    CallEvent,
    ClauseSpoken,
    FinalTranscript,
    IdentityRequested,
    Interrupted,
    ResponseStarted,
    TurnEnded,
)
from voice.telemetry import waterfall


def event(kind: type[CallEvent], ms: int, /, **values: object) -> CallEvent:
    return kind(call_id="c", sequence=0, ms=ms, wall_time=ms / 1000, **values)


def heard(end: int = 1500) -> list[CallEvent]:
    return [
        event(TurnEnded, end, speech_end_ms=end - 520, pause_ms=520),
        event(FinalTranscript, end + 40, text="how much", confidence=0.9),
    ]


def begun(ms: int, speculative: bool = False) -> CallEvent:
    return event(ResponseStarted, ms, response_ms=60.0, speculative=speculative)


def said(ms: int, kind: str = "answer", synthesis_ms: float = 80.0) -> CallEvent:
    return event(ClauseSpoken, ms, text="It is ten.", kind=kind, synthesis_ms=synthesis_ms)


def test_the_stages_add_up_to_the_whole() -> None:
    (turn,) = waterfall([*heard(), begun(1600), said(1700)])
    assert (turn.end_of_turn_ms, turn.recognition_ms, turn.response_ms) == (520, 40, 60)
    assert (turn.synthesis_ms, turn.output_ms) == (80, 20)
    assert turn.total_ms == 1700 - turn.speech_end_ms


def test_what_was_done_ahead_costs_nothing() -> None:
    """An answer prepared in the pause is put on record at the end of the turn."""
    turn_over = event(TurnEnded, 1500, speech_end_ms=980, pause_ms=520)
    read = event(FinalTranscript, 1500, text="x", confidence=0.9, speculative=True)
    (turn,) = waterfall([turn_over, read, begun(1500, speculative=True), said(1502)])
    assert turn.speculative and turn.total_ms == 522
    assert (turn.recognition_ms, turn.response_ms) == (0, 0)
    assert turn.synthesis_ms + turn.output_ms == 2


def test_a_filler_is_not_the_answer_and_only_the_first_clause_counts() -> None:
    events = [*heard(), said(1600, "filler"), begun(2500), said(2600), said(4000)]
    (turn,) = waterfall(events)
    assert turn.total_ms == 2600 - turn.speech_end_ms


def test_turns_without_an_answer_are_left_out() -> None:
    asked = event(IdentityRequested, 1700, level="verified", attempt=1)
    cut = event(Interrupted, 4100, heard="")
    events = [*heard(1500), asked, *heard(4000), cut, *heard(6000), begun(6100), said(6200)]
    (turn,) = waterfall(events)
    assert turn.turn == 3
