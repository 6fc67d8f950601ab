"""The benchmark of dialects: how errors of groups become figures, and what of it is said to count.

The recordings are small and the readings made up; the engine that reads is tested elsewhere.
"""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import pytest

import bench_dialects
import update_readme
from fairness import people
from fairness.groups import BASE, ROUTED, TUNED, Group, Judged, grouped, judge, plain
from training.dialects import speech
from training.speech_corpus.espeak import HELD_OUT_VARIANTS, VARIANTS
from voice.evaluation.figures import BenchmarkResult
from voice.languages import language
from voice.recognition.dialect import read_dialect
from voice.tuning.scoring import Scored

WORDS = 10


def group(base: int, tuned: int, routed: int, count: int = 40) -> Group:
    """So many utterances of ten words, with so many errors in each."""
    read = {BASE: base, TUNED: tuned, ROUTED: routed}
    scored = {way: Scored(edits, WORDS, 2 * edits, 5 * WORDS) for way, edits in read.items()}
    return Group("a dialect", [Judged(("a dialect",), scored)] * count)


def test_what_tuning_gains_and_what_of_it_routing_keeps() -> None:
    found = group(base=5, tuned=1, routed=2)

    assert found.rate(BASE).value == 0.5 and found.letter_rate(TUNED).value == 0.04
    assert found.fewer_errors().value == pytest.approx(0.8)
    assert found.kept().value == pytest.approx(0.75)
    assert found.harm().value == pytest.approx(-30), "points: it is better"


def test_bounds_lie_around_the_figure() -> None:
    some, other = group(5, 1, 2, count=20), group(4, 4, 4, count=20)
    mixed = Group("mixed", [*some.judged, *other.judged])

    for figure in (mixed.fewer_errors(), mixed.kept(), mixed.harm()):
        assert figure.low < figure.value < figure.high or figure.low == figure.high


@pytest.mark.parametrize(
    ("base", "count", "counts"), [(1, 300, True), (1, 299, False), (0, 300, False)]
)
def test_a_synthesised_dialect_counts_with_enough_utterances_and_errors_of_the_base(
    base: int, count: int, counts: bool
) -> None:
    assert bench_dialects._counts(group(base, 0, 0, count)) is counts


def test_a_speaker_may_belong_to_several_groups() -> None:
    english = language("en")
    read = {BASE: "please call Stella", ROUTED: "please call Stellar"}
    found = grouped(
        [judge(("all", "some"), "Please call Stella.", read, english),
         judge(("all",), "Please call Stella.", read, english)]
    )  # fmt: skip

    assert [(one.name, len(one.judged), sum(one.words)) for one in found] == [
        ("all", 2, 6), ("some", 1, 3)
    ]  # fmt: skip
    assert found[0].edits(ROUTED) == [1, 1] and not found[0].has(TUNED)


def test_scripts_without_accents_are_no_errors() -> None:
    assert plain("Contraseña número ocho") == "Contrasena numero ocho"


def bench(tmp_path: Path, **rows: Sequence[float]) -> BenchmarkResult:
    """A result with groups of recorded people: base and routed, and tuned where there are three."""
    result = BenchmarkResult.begin("bench_dialects")
    for name, rates in rows.items():
        ways = dict(zip((BASE, ROUTED, TUNED), ([rate] * 3 for rate in rates), strict=False))
        row = {"group": name, "kind": "recorded", "utterances": 30, "words": 300, **ways}
        result.rows.append(row)
    options = Namespace(quick=True, full=False, json=tmp_path / "bench.json")
    bench_dialects.DialectBench(result, options)._gap()
    return result


def test_the_gap_is_that_of_the_worst_group_to_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "SWAHILI", "swahili")
    found = bench(tmp_path, swahili=(0.9, 0.3, 0.25), native=(0.05, 0.05), arabic=(0.15, 0.15))

    assert found.figures["dialect_gap_ratio_base"] == 18
    assert found.figures["dialect_gap_ratio"] == 6
    assert found.figures["swahili_gap_closed_tuned"] == pytest.approx(0.65 / 0.85, abs=1e-3)
    assert found.figures["swahili_gap_closed_routed"] == pytest.approx(0.6 / 0.85, abs=1e-3)
    marked = {mark: [row["group"] for row in found.rows if row[mark]] for mark in ("worst", "best")}
    assert marked == {"worst": ["swahili"], "best": ["native"]}


def test_without_either_end_there_is_no_gap(tmp_path: Path) -> None:
    assert bench(tmp_path, native=(0.05, 0.05)).figures == {}


def test_the_tables_keep_recorded_people_and_synthesised_speech_apart() -> None:
    rows = [group(5, 1, 2).row("recorded"), {**group(4, 2, 2).row("synthesised"), "counts": True}]
    result = {"bench": "bench_dialects", "rows": rows}
    text = "<!-- synthesised:bench_dialects -->\nold\n<!-- /synthesised -->\n"

    shown = update_readme.updated(text, {"bench_dialects": result})

    assert "| a dialect | 40 | 400 | 40.0 % (40.0 to 40.0) | 20.0 %" in shown
    assert "50.0 %" not in shown and "old" not in shown
    assert update_readme.updated(shown, {"bench_dialects": result}) == shown


def test_the_committed_result_has_what_was_reached_of_swahili() -> None:
    file = update_readme.RESULTS / "bench_dialects.json"
    figures = json.loads(file.read_text("utf-8"))["figures"]
    assert figures["swahili_word_error_rate"] < 0.27 < figures["swahili_base_word_error_rate"]
    assert figures["swahili_character_error_rate"] < 0.07


def test_who_is_judged_taught_nothing() -> None:
    assert not set(HELD_OUT_VARIANTS) & set(VARIANTS)
    sentences = speech.judged_sentences()
    assert len(set(sentences)) == len(sentences) >= bench_dialects.LEAST_UTTERANCES


@pytest.mark.parametrize("dialect", speech.VOICES)
def test_each_dialect_has_a_tag_that_a_variant_may_have(dialect: str) -> None:
    told = {"tag": dialect, "language": "en", "token": "en"}
    assert read_dialect(told, Path("voice.json")).tag == dialect


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="needs espeak-ng")
def test_who_says_what_is_the_same_every_time_and_other_things_are_said_in_the_training() -> None:
    from training.speech_corpus.espeak import Espeak

    espeak = Espeak()
    first, again = (list(speech.learned("en-scotland", espeak, 0.3)) for _ in range(2))

    for one, other in zip(first, again, strict=False):  # their lengths differ by a little
        assert (one.text, one.voice) == (other.text, other.voice)
    assert not {one.text for one in first} & set(speech.judged_sentences())
    assert not {one.voice for one in first} & set(HELD_OUT_VARIANTS)
    assert 18 <= sum(one.seconds for one in first) < 30
    assert len(speech.calls(first)[0]) == speech.CALL
