"""No caller is told that the call is recorded unless it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.calls.conftest import SETTINGS, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import LegCaller
from voice.events import CallEnded, ClauseSpoken
from voice.languages import language
from voice.settings import Records
from voice.telephony.leg import Record, StopRecording

PHRASES = language().phrases

pytestmark = pytest.mark.calls


@pytest.mark.parametrize(("edge_records", "told"), [(True, True), (False, False), (None, False)])
async def test_a_caller_is_told_of_a_recording_that_there_is(
    serve: Serve, log: EventLog, tmp_path: Path, edge_records: bool | None, told: bool
) -> None:
    kept = SETTINGS.model_copy(update={"records": Records(directory=tmp_path / "records")})
    caller = LegCaller(await serve(kept), "recorded")
    caller.records = edge_records
    async with caller:
        await log.clause("Hello")
        caller.hang_up()
        await log.wait(CallEnded)
    spoken = [event.text for event in log.of(ClauseSpoken)]
    assert (PHRASES.recorded in spoken) is told
    kinds = [type(control) for control in caller.controls]
    # What was not said to begin in time must not go on unsaid.
    assert (StopRecording in kinds) is (edge_records is None)
    assert Record not in kinds or edge_records is None
