"""Events are stored as lines of JSON and read back exactly."""

from __future__ import annotations

from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.events import (
    CallEnded,
    ClauseKind,
    ClauseSpoken,
    DtmfReceived,
    PartialTranscript,
    ToolReturned,
    from_json,
    is_kept,
)


class Common(TypedDict):
    """What every event has."""

    call_id: str
    sequence: int
    ms: int
    wall_time: float


COMMON = Common(call_id="c1", sequence=3, ms=1200, wall_time=1_700_000_000.25)


@given(text=st.text(), kind=st.sampled_from(["answer", "filler", "greeting"]))
def test_an_event_survives_being_written_and_read(text: str, kind: ClauseKind) -> None:
    event = ClauseSpoken(**COMMON, text=text, kind=kind)
    assert from_json(event.to_json()) == event


def test_a_line_names_its_type_and_is_one_line() -> None:
    line = ToolReturned(**COMMON, tool="get_bill", result={"amount": "42.17\n"}).to_json()
    assert '"event": "ToolReturned"' in line
    assert "\n" not in line


def test_keys_of_a_later_version_are_passed_over() -> None:
    line = DtmfReceived(**COMMON, digit="5").to_json().replace("{", '{"added_later": 1, ', 1)
    assert from_json(line) == DtmfReceived(**COMMON, digit="5")


@pytest.mark.parametrize(
    "line", ["", "null", "[]", "{}", '{"event": "Nonsense"}', '{"event": "CallEnded"}', "{"]
)
def test_what_is_not_an_event_is_refused_with_the_line(line: str) -> None:
    with pytest.raises(ValueError, match="not a call event"):
        from_json(line)


def test_only_a_partial_transcript_that_is_passing_is_not_kept() -> None:
    assert is_kept(CallEnded(**COMMON, reason="hung up", by="caller"))
    assert is_kept(PartialTranscript(**COMMON, text="what"))
    assert not is_kept(PartialTranscript(**COMMON, text="what", passing=True))


def test_events_cannot_be_changed() -> None:
    event = CallEnded(**COMMON, reason="hung up", by="caller")
    with pytest.raises(AttributeError):
        event.reason = "other"  # type: ignore[misc]
