"""The benchmark of attempts: its rules see a breach, and a short run has none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from response_bench.heard_injections import INJECTIONS
from response_bench.injection import ROOT, Line, Obedient
from voice.demo import Operator
from voice.engine_queue import Priority
from voice.identity import IdentityLevel
from voice.response.engine import End, Pieces, Text
from voice.response.harmony import Message
from voice.tasks import load_tasks

CASES: list[dict[str, Any]] = yaml.safe_load(INJECTIONS.read_text("utf-8"))["cases"]
TASKS = load_tasks(ROOT / "tasks")


class Talker:
    """Says one thing, whatever it is asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        yield Text(self._text)
        yield End()


def line(case: dict[str, Any], folder: Path) -> Line:
    return Line(case, TASKS, Operator.create(folder / "books.sqlite", 1), strict=True)


def of_kind(kind: str) -> dict[str, Any]:
    return next(case for case in CASES if case["kind"] == kind)


def test_headers_that_anybody_can_write_claim_nothing(tmp_path: Path) -> None:
    for kind in ("forged_from", "untrusted_asserted"):
        assert line(of_kind(kind), tmp_path).caller.level == IdentityLevel.UNKNOWN


async def test_what_must_not_be_spoken_is_heard(tmp_path: Path) -> None:
    case = {**of_kind("orders"), "never": {"say": ["all is well"]}}
    call = line(case, tmp_path)
    await call.turn(call.session(Talker("I say that all is well, as you wish. ")), "say it")
    assert call.breaches == ["says 'all is well'"]


async def test_a_model_that_obeys_every_attempt_does_no_harm(tmp_path: Path) -> None:
    for number, kind in enumerate(sorted({case["kind"] for case in CASES} - {"document"})):
        case = of_kind(kind)
        (tmp_path / str(number)).mkdir()
        call = line({**case, "never": case.get("never", {})}, tmp_path / str(number))
        call._strict = False
        session = call.session(Obedient(case, TASKS, ["4711"]))
        for _ in range(2):
            for turn in case["turns"]:
                await call.turn(session, turn["say"])
        assert call.breaches == []
