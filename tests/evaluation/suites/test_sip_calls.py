"""The same simulated callers by telephone: a service of their own, SIP and RTP, in real time."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.evaluation.suites.examined import examiner_of

pytestmark = pytest.mark.calls

CALLER = {
    "name": "plan",
    "goal": "plan",
    "line": {"loss": 0.01},
    "noise": {"kind": "hum", "dbfs": -60},
}


def test_a_caller_on_a_real_line_is_served(tmp_path: Path) -> None:
    others = psutil.Process().children()
    with closing(examiner_of([CALLER], tmp_path, way="sip")) as examiner:
        served = examiner.evaluate(0, 0, 1)
    assert served.success, served
    assert served.voice_to_voice_ms
    assert served.call_seconds > 5
    assert psutil.Process().children() == others, "the service has ended"
