"""The benchmark of whole calls and the README's figures; the calls themselves are not placed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bench_call
import update_readme
from voice.errors import VoiceError
from voice.evaluation.callers import SCENARIOS
from voice.evaluation.database_changes import RowChange
from voice.evaluation.demo_operator import KnownCustomer, open_books
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import percentile, rate
from voice.evaluation.trial_call import changes_of

ROOT = Path(__file__).resolve().parents[2]
MINUTE = 60


def test_a_full_run_has_all_scenarios_with_five_seeds_and_fits_into_half_an_hour() -> None:
    full = bench_call.EXTENTS["full"]
    assert set(full.scenarios) == {name for name, one in SCENARIOS.items() if not one.endless}
    assert full.seeds == 5 and full.load_seconds == 5 * MINUTE
    assert full.without_priority_seconds and full.eight_calls_seconds
    assert full.limit_seconds <= 30 * MINUTE
    talking = full.alone_seconds + full.load_seconds
    talking += full.without_priority_seconds + full.eight_calls_seconds
    assert talking <= 20 * MINUTE


def test_a_quick_run_takes_at_most_two_minutes() -> None:
    quick = bench_call.EXTENTS["quick"]
    assert quick.limit_seconds + 8 <= 2 * MINUTE, "the service is given 8 s to stop"


@pytest.mark.parametrize("reason", ["the service did not start", "out of time"])
async def test_what_was_measured_is_kept_when_the_rest_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    async def part(bench: bench_call.CallBench) -> None:
        bench.result.add("task_success", rate(1, 2))
        if reason != "out of time":
            raise VoiceError(reason)
        await asyncio.sleep(5)

    monkeypatch.setattr(bench_call.CallBench, "_with_priority", part)
    extent = replace(bench_call.EXTENTS["quick"], limit_seconds=0.01)
    bench = bench_call.CallBench(BenchmarkResult.begin("bench_call"), extent, tmp_path)
    await bench.run(["embedded"])
    assert not bench.result.complete
    assert bench.result.figures == {"task_success": 0.5}
    assert reason in bench.result.rows[-1]["stopped"]


def test_the_real_models_are_measured_in_eight_minutes() -> None:
    full = bench_call.EXTENTS["full"]
    first_call, starts = 90, 40
    assert full.real_seconds + first_call + starts <= 8 * MINUTE


async def test_models_that_are_not_installed_are_named_with_what_brings_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    extent = bench_call.EXTENTS["quick"]
    bench = bench_call.CallBench(BenchmarkResult.begin("bench_call"), extent, tmp_path)
    await bench.run(["real"])
    assert "voice models pull whisper-base" in bench.result.rows[-1]["stopped"]


def test_callers_at_a_time_are_different_customers_and_all_get_their_turn(tmp_path: Path) -> None:
    customers = open_books(tmp_path / "operator.sqlite", 1)
    seeds = [bench_call._callers(customers, seed, 8) for seed in range(1, 6)]
    assert all(len({one.persona.number for one in chosen}) == 8 for chosen in seeds)
    assert len({one.persona.number for chosen in seeds for one in chosen}) == len(customers)


def test_each_of_several_callers_answers_for_what_no_other_one_changed(tmp_path: Path) -> None:
    first, second, nobody = open_books(tmp_path / "operator.sqlite", 1)[:3]

    def blocked(customer: KnownCustomer) -> RowChange:
        number = ("customer_number", customer.truth.customer_number)
        return RowChange("sim", (number, ("status", "active")), (number, ("status", "blocked")))

    changed = [blocked(first), blocked(second), blocked(nobody)]
    assert changes_of(changed, first, [first, second]) == [changed[0], changed[2]]
    assert changes_of(changed, second, [first, second]) == [changed[1], changed[2]]


@pytest.fixture
def result(tmp_path: Path) -> dict[str, Any]:
    made = BenchmarkResult.begin("bench_call")
    made.contended = False
    made.add("task_success", rate(38, 40))
    made.add("voice_to_voice_median_ms", percentile([800.0] * 10, 50), 60)
    made.count("misses", 1, 62)
    made.count("share_end_of_turn", 0.72, 62)
    made.count("share_line", 0.28, 62)
    for suffix, load, priority in (("", "with priority", "SCHED_RR"), ("_8_calls", "8_calls", "")):
        made.count(f"concurrent_calls{suffix}", 4, 5)
        made.count(f"dropped_calls{suffix}", 0, 5)
        made.rows.append({"load": load, "audio_priority": priority, "service_cores": 0.7})
    made.save(tmp_path / "bench_call.json")
    saved: dict[str, Any] = json.loads((tmp_path / "bench_call.json").read_text())
    return saved


def test_the_readme_shows_figures_bounds_shares_and_loads(result: dict[str, Any]) -> None:
    readme = "# Voice\n<!-- figures:bench_call -->\nold\n<!-- /figures -->\nend\n"
    text = update_readme.updated(readme, {"bench_call": result})
    assert "(`task_success`) | 0.95 | 0.835 to 0.986 | 40 |" in text
    assert "(`voice_to_voice_median_ms`) | 800 | 800 to 800 | 10 (too few) |" in text
    assert "end of turn 72%, line 28%" in text
    assert "| several calls at once | 4 calls | 8 calls |" in text
    assert "| priority of the audio process | SCHED_RR |  |" in text
    assert "old" not in text and text.startswith("# Voice") and text.endswith("-->\nend\n")
    assert update_readme.updated(text, {"bench_call": result}) == text
    assert "contended" not in text
    busy = {"bench_call": {**result, "contended": True}}
    assert "contended" in update_readme.updated(readme, busy)


def test_figures_of_one_benchmark_leave_those_of_another_alone(result: dict[str, Any]) -> None:
    readme = "<!-- figures:bench_response -->\nkept\n<!-- /figures -->\n"
    assert update_readme.updated(readme, {"bench_call": result}) == readme


def test_every_group_of_speakers_has_its_line() -> None:
    rows: list[dict[str, Any]] = [
        {"group": "arabic", "value": 0.156, "low": 0.09, "high": 0.24, "n": 12, "worst": True},
        {"group": "dari", "value": 0.08, "low": 0.08, "high": 0.08, "n": 1},
        {"noise": "hum", "heard": ""},
    ]
    text = update_readme.groups({"rows": rows})
    assert text.splitlines()[2:] == [
        "| arabic | 15.6% | 9.0% to 24.0% | 12 |",
        "| dari | 8.0% |  | 1 |",
    ]


def test_the_documents_show_what_was_last_measured() -> None:
    measured = update_readme.measured()
    assert measured, "no result in benchmarks/"
    for document in update_readme.DOCUMENTS:
        text = document.read_text()
        assert update_readme.updated(text, measured) == text, "run scripts/update_readme.py"
    for bench in measured:
        section = f"<!-- figures:{bench} -->"
        assert any(section in document.read_text() for document in update_readme.DOCUMENTS)
