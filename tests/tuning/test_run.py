"""What every tuning is told is looked at before anything is learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voice.errors import VoiceError
from voice.languages import language
from voice.tuning.plan import TuningPlan
from voice.tuning.response.plan import ResponsePlan
from voice.tuning.run import TuningRun

OUT = Path("models/ours")
RUNS = [
    TuningPlan(out=OUT, base=Path(), base_name="tiny", data=Path(), dialect="sw-KE", token="sw"),
    ResponsePlan(out=OUT, source=Path(), base="", dialogues=Path(), language=language("en")),
]


@pytest.mark.parametrize("run", RUNS, ids=["a recogniser", "a response model"])
@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"licence": "MIT\nor so"}, "--licence holds control characters: 'MIT\\\\nor so'"),
        ({"licence_url": "https://a\x1b"}, "--licence-url holds control characters"),
        ({"statement": "ours\x07"}, "--statement holds control characters"),
        ({"out": Path("my model")}, "--out my model: its last part becomes the model's name"),
    ],
)
def test_what_no_card_could_say_is_refused_at_once(
    run: TuningRun, told: dict[str, Any], says: str
) -> None:
    with pytest.raises(VoiceError, match=says):
        replace(run, **told)


@pytest.mark.parametrize("run", RUNS, ids=["a recogniser", "a response model"])
def test_what_it_keeps_while_it_runs_lies_beside_what_it_makes(run: TuningRun) -> None:
    assert replace(run, statement="One speaker.\nTwo lines.").work == Path("models/ours.work")
