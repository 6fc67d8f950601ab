"""The same simulated callers by telephone: a service of their own, SIP and RTP, in real time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psutil
import pytest

from voice.evaluation.callers import OWN_PHRASINGS, Phrasings
from voice.evaluation.suites.examiner import callers_examiner
from voice.evaluation.suites.plan import SuitePlan
from voice.evaluation.suites.suite_file import Suite
from voice.settings import Settings

pytestmark = pytest.mark.calls

CALLER = {
    "name": "plan",
    "goal": "plan",
    "line": {"loss": 0.01},
    "noise": {"kind": "hum", "dbfs": -60},
}


def test_a_caller_on_a_real_line_is_served(tmp_path: Path) -> None:
    said = Phrasings.load(OWN_PHRASINGS)
    plan = SuitePlan(
        suite=Suite.model_validate({"callers": [CALLER]}).model_dump_json(),
        phrasings={intent: list(said.of(intent)) for intent in said.intents},
        seeds=1,
        way="sip",
        models="",
        settings=Settings().model_dump_json(),
        costs=None,
    )
    with closing(callers_examiner(plan.to_json(), tmp_path)) as examiner:
        served = examiner.evaluate(0, 0, 1)
    assert served.success, served
    assert served.voice_to_voice_ms
    assert served.call_seconds > 5
    assert not psutil.Process().children()
