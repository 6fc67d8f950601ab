"""The benchmark of conversations: its parts, their time, and which figures they leave."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import bench_conversation
import update_readme
from conversation_bench.comparison import Point
from conversation_bench.conversation_figures import (
    add_crowd,
    add_dialogues,
    add_interruptions,
    add_manners,
    add_turns,
)
from conversation_bench.dialogue_judge import Judged
from conversation_bench.dialogue_scenario import load
from conversation_bench.dialogues import Dialogue
from conversation_bench.interruptions import GaveWay
from conversation_bench.manners import BackChannel, Dictation, EchoCall
from conversation_bench.sides import DEFAULT_PAUSE_MS
from conversation_bench.wire_parts import TurnsMeasured
from conversation_bench.wire_turns import JudgedTurn
from voice.errors import VoiceError
from voice.evaluation.callers.live_line import EchoPath
from voice.evaluation.figures import BenchmarkResult
from voice.events import FinalTranscript

KEYS = {
    "voice_to_voice_median_ms", "voice_to_voice_p95_ms", "real_voice_to_voice_median_ms",
    "real_voice_to_voice_p95_ms", "false_cut_in_rate", "stock_speedup", "stock_speedup_base",
    "digits_not_cut_rate", "backchannel_stop_rate", "echo_stops", "barge_in_duck_p95_ms",
    "barge_in_stop_p95_ms", "voice_to_voice_median_ms_8", "difficult_callers_right",
    "difficult_callers", "harmful",
}  # fmt: skip
PAUSE = DEFAULT_PAUSE_MS["ours"]


def turn(milliseconds: float | None, intent: str = "plan", cut_in: bool = False) -> JudgedTurn:
    return JudgedTurn(intent, "", 0, milliseconds, cut_in, False, stages_ms={"end_of_turn": 500.0})


def reading(ahead: bool, took_ms: float, in_vain_ms: float) -> FinalTranscript:
    return FinalTranscript(
        call_id="c",
        sequence=1,
        ms=0,
        wall_time=0.0,
        text="",
        confidence=1.0,
        speculative=ahead,
        recognition_ms=took_ms,
        in_vain_ms=in_vain_ms,
    )


def test_more_time_is_shared_by_the_parts_and_limits_the_run_accordingly() -> None:
    full = bench_conversation.EXTENTS["full"]
    longer = full.of_minutes(52)
    assert longer.seconds == 2 * full.seconds
    assert longer.limit_seconds - longer.seconds == full.limit_seconds - full.seconds


def test_a_full_run_measures_every_part_within_half_an_hour() -> None:
    full, quick = bench_conversation.EXTENTS["full"], bench_conversation.EXTENTS["quick"]
    assert set(full.parts) == set(bench_conversation.PARTS) == set(bench_conversation.WEIGHTS)
    assert full.seeds == 100 and full.callers == 30 and 8 in full.crowds and full.all_pauses
    assert full.seconds < full.limit_seconds <= 30 * 60
    assert quick.seconds < quick.limit_seconds <= 112, "services are given 8 s to stop"


def test_every_figure_has_its_key() -> None:
    result = BenchmarkResult.begin("bench_conversation")
    points = [
        Point("ours", PAUSE, (turn(500), turn(300, "no"), turn(None, cut_in=True))),
        Point("stock", 200, (turn(1500), turn(None, cut_in=True))),
    ]
    read = [reading(True, 100, 0), reading(True, 100, 100), reading(False, 100, 0)]
    for prefix in ("", "real_"):
        add_turns(result, TurnsMeasured(points, [turn(600)], ["PAUSE = 0.2 s"], read), prefix)
    add_interruptions(result, [GaveWay(80, 400), GaveWay(120, 600)])
    add_crowd(result, {1: [turn(400)], 8: [turn(800), turn(900)]})
    add_manners(
        result,
        [Dictation(True, False, "2+2", (0.7,)), Dictation(False, True, "2+2", (1.4,))],
        [BackChannel("Mhm.", True), BackChannel("Okay.", True, lost_words="a month")],
        [EchoCall(EchoPath(0.3, -12.0), 3, ("you",)), EchoCall(EchoPath(0.3, -40.0), 0)],
    )
    callers = load()[:3]
    verdicts = [Judged((), ()), Judged(("not said: x",), ()), Judged((), ("blocked",))]
    add_dialogues(result, [Dialogue(*pair, ()) for pair in zip(callers, verdicts, strict=True)])

    assert set(result.figures) >= KEYS
    figures = result.figures
    assert figures["voice_to_voice_median_ms"] == 400
    assert figures["voice_to_voice_median_ms_not_yes_no"] == 500
    assert figures["false_cut_in_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["stock_speedup"] == figures["stock_speedup_base"] == 3
    assert figures["read_ahead_share"] == pytest.approx(2 / 3, abs=1e-4)
    assert figures["read_in_vain_share"] == 0.25
    assert figures["digits_not_cut_rate"] == figures["backchannel_stop_rate"] == 0.5
    assert figures["echo_stops"] == 1, "calls, not words"
    assert figures["voice_to_voice_median_ms_8"] == 850
    assert (figures["difficult_callers_right"], figures["harmful"]) == (1, 1)
    assert "voice_to_voice_median_ms" in result.too_few
    ways = {"stages_median_ms": {"end_of_turn": 500}, "above_a_person_ms": 100}
    assert {"comparison": "embedded", **ways} in result.rows


def test_the_readme_shows_what_stands_between_both_and_a_person(tmp_path: Path) -> None:
    result = BenchmarkResult.begin("bench_conversation")
    for prefix, latency in (("", 400), ("real_", 500)):
        point = Point("ours", PAUSE, (turn(latency),))
        add_turns(result, TurnsMeasured([point], [turn(latency)], [], []), prefix)
    result.save(tmp_path / "result.json")
    saved = {"bench_conversation": json.loads((tmp_path / "result.json").read_text())}
    marks = "<!-- figures:bench_conversation -->\n<!-- /figures -->\n"
    text = update_readme.updated(marks, saved)
    assert "medians (ms) | embedded models | Whisper base, a recorded voice |" in text
    assert "| end of turn | 500 | 500 |" in text
    assert "| above the 300 ms that a person takes | 100 | 200 |" in text


async def test_parts_share_the_time_and_one_alone_has_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds: dict[str, float] = {}

    def noted(name: str) -> object:
        async def part(bench: bench_conversation.ConversationBench) -> None:
            seconds[name] = bench._seconds

        return part

    parts = {name: noted(name) for name in bench_conversation.PARTS}
    monkeypatch.setattr(bench_conversation, "PARTS", parts)
    monkeypatch.setattr(bench_conversation, "WireBench", lambda *_: None)
    extent = replace(bench_conversation.EXTENTS["full"], seconds=1000)
    for chosen in (tuple(parts), ("real",)):
        seconds.clear()
        result = BenchmarkResult.begin("bench_conversation")
        await bench_conversation.ConversationBench(result, extent, tmp_path, None).run(chosen)
        assert sum(seconds.values()) == pytest.approx(1000)
        assert set(result.parts) == set(chosen)


async def test_a_part_that_fails_leaves_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def counts(bench: bench_conversation.ConversationBench) -> None:
        bench.result.count("echo_stops", 0, 100)

    async def fails(bench: bench_conversation.ConversationBench) -> None:
        raise VoiceError("stock at 200 ms: the service did not start")

    monkeypatch.setattr(bench_conversation, "PARTS", {"manners": counts, "turns": fails})
    monkeypatch.setattr(bench_conversation, "WireBench", lambda *_: None)
    result = BenchmarkResult.begin("bench_conversation")
    extent = bench_conversation.EXTENTS["quick"]
    bench = bench_conversation.ConversationBench(result, extent, tmp_path, None)
    await bench.run(("manners", "turns"))
    assert not result.complete and list(result.parts) == ["manners"]
    assert result.figures == {"echo_stops": 0}
