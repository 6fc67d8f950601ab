"""What tests of recorded calls have in common: settings, costs, and the types of their fixtures."""

from __future__ import annotations

from collections.abc import Callable

from voice.audio import Pcm
from voice.evaluation.recordings.call_result import CallResult
from voice.evaluation.virtual_time import CostTable
from voice.settings import Calls, Settings
from voice.settings.telephony import Sip

SETTINGS = Settings(
    calls=Calls(greeting="Automated assistant. Hello?"), sip=Sip(person="sip:people@example.test")
)
COSTS = CostTable(
    {
        "recognition": {"job": 2.0, "frame": 0.1, "token": 1.0},
        "response": {"job": 1.0, "prompt_token": 0.05, "token": 1.0},
        "speech": {"clause": 5.0, "second": 20.0},
        "turns": {"job": 35.0},
    }
)
RATE = 8000

Say = Callable[..., Pcm]
"""Sentences in the caller's voice at 8 kHz, each followed by so many seconds of silence."""
Evaluate = Callable[..., CallResult]
"""Runs one recording through a call; keyword arguments change the recording."""
