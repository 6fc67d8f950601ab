"""Those who watch a call see when local models stand in for a service, and when it is back."""

from __future__ import annotations

from tests.supervision.events_of_a_call import EventsOfACall
from tests.supervision.test_transcript import lines_of
from voice.events import ClauseSpoken, EngineFellBack, EngineReturned


def test_both_stand_beside_what_is_said_and_do_not_part_it() -> None:
    make = EventsOfACall()
    lines = lines_of(
        make.next(ClauseSpoken, text="One moment.", kind="notice"),
        make.next(EngineFellBack, engine="speech", reason="tcp://192.0.2.1:10300: no answer"),
        make.next(EngineReturned, engine="speech"),
        make.next(ClauseSpoken, text="Here it is.", kind="notice"),
    )
    assert [(line.kind, line.text) for line in lines] == [
        ("notice", "One moment. Here it is."),
        ("engine fell back", "speech"),
        ("engine returned", "speech"),
    ]
