"""The report of a run: figures by hand, and a page that stays text whatever it shows."""

from __future__ import annotations

import gc
import json
import re
import tracemalloc
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from voice.evaluation.batch import ResultFiles
from voice.evaluation.recordings.call_result import (
    CallResult,
    Measured,
    TurnResult,
    read_result,
    read_results,
    to_json,
)
from voice.evaluation.recordings.figure_names import FIGURES, written
from voice.evaluation.recordings.limits import parse_limit
from voice.evaluation.recordings.page import page_of
from voice.evaluation.recordings.summary import Summary, summarised
from voice.evaluation.recordings.verdict import judged_limits, verdict_of
from voice.evaluation.word_errors import NORMALISER, word_errors

ABOUT = {
    "report": "recordings", "part": "all", "normaliser": NORMALISER, "seed": 1,
    "fingerprint": "", "recordings": 3, "costs_machine": "a machine", "day": "2026-01-01",
    "version": "1.0", "settings": {"recognition": {"model": "embedded-en", "beam_size": 5}},
    "limits": [],
}  # fmt: skip
STAGES = {"end_of_turn": 500.0, "recognition": 0.0, "response": 10.0, "synthesis": 20.0}


def result(
    index: int,
    said: str,
    heard: str,
    dialect: str = "a",
    latency: float | None = 600.0,
    **more: Any,
) -> CallResult:
    turn = TurnResult(0, 1000, heard, "yes", latency, 480.0, stages_ms=STAGES)
    values: dict[str, Any] = {
        "index": index, "name": f"{index}.wav", "path": f"/nowhere/{index}.wav",
        "groups": {"dialect": dialect}, "audio_seconds": 2.0, "call_seconds": 5.0,
        "reference": said, "recognised": heard, "errors": word_errors(said, heard),
        "turns": (turn,), "engine_seconds": {"recognition": 0.05, "speech": 0.05},
    }  # fmt: skip
    return CallResult(**{**values, **more})


RESULTS = [
    result(0, "what is my plan", "what is my plan"),
    result(1, "how much is my bill", "how much the bill", "b", 900.0, task_success=True),
    result(2, "goodbye", "good bye now", "b", None, failures=("odd",), task_success=False),
]


def html(report: dict[str, object], calls: Iterable[CallResult] = ()) -> str:
    return "".join(page_of(report, calls))


def test_the_figures_are_what_they_say() -> None:
    report = summarised(RESULTS, 1, ABOUT)
    figures = {key: figure["value"] for key, figure in report["figures"].items()}
    assert report["words"] == {"substitutions": 2, "deletions": 1, "insertions": 2, "words": 10}
    assert figures["wer"] == 0.5
    assert figures["substitution_rate"] == 0.2
    assert figures["voice_to_voice_median_ms"] == 750
    assert figures["task_success"] == 0.5
    assert figures["failure_rate"] == pytest.approx(1 / 3, abs=1e-4)
    assert figures["engine_real_time_factor"] == pytest.approx(0.05)
    assert report["groups"]["dialect"]["a"]["wer"]["value"] == 0
    assert report["groups"]["dialect"]["b"]["wer"]["value"] == pytest.approx(5 / 6, abs=1e-4)
    assert report["latency_histogram"] == [[600, 1], [900, 1]]
    assert [call["name"] for call in report["worst_calls"]] == ["2.wav", "1.wav", "0.wav"]
    assert report["failures"] == [{"name": "2.wav", "reasons": ["odd"]}]
    assert set(report["figures"]) <= set(FIGURES)


def test_fixed_phrases_and_cut_ins_are_counted_apart() -> None:
    turns = (
        TurnResult(0, 1, voice_to_voice_ms=5.0, cached=True),
        TurnResult(0, 1, cut_in=True),
        TurnResult(0, 1, missed=True),
        TurnResult(0, 1, voice_to_voice_ms=700.0),
    )
    report = summarised([result(0, "a", "a", turns=turns)], 1, ABOUT)
    assert report["turns"] == {"utterances": 4, "cut_ins": 1, "misses": 1, "fixed_phrases": 1}
    assert report["figures"]["voice_to_voice_median_ms"]["n"] == 1
    assert report["figures"]["cut_in_rate"]["value"] == 0.25


def test_what_was_not_measured_has_no_figure() -> None:
    report = summarised([CallResult(0, "a", "a")], 1, {**ABOUT, "part": "recognition"})
    assert set(report["figures"]) == {"failure_rate"}
    assert json.loads(json.dumps(report)) == report
    assert "<svg" not in html(report)


def test_an_empty_run_has_a_report() -> None:
    assert "None." in html(summarised([], 1, ABOUT))


def test_ten_worst_calls_and_no_more() -> None:
    many = [
        result(number, "one two three four", "one two" if number % 2 else "")
        for number in range(40)
    ]
    worst = summarised(many, 1, ABOUT)["worst_calls"]
    assert [call["index"] for call in worst] == list(range(0, 20, 2))


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_has_its_pictures_and_sounds_and_needs_nothing_else(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "1.wav", np.zeros(8000, np.int16), 8000)
    with_sound = [RESULTS[0], result(1, "my bill", "my pill", "b", path=str(tmp_path / "1.wav"))]
    text = html(summarised(with_sound, 1, ABOUT), with_sound)
    page = Page(text)
    labels = [values["aria-label"] for tag, values in page.tags if tag == "svg"]
    assert len(labels) == 3
    (sound,) = [values for tag, values in page.tags if tag == "audio"]
    assert (sound["src"] or "").startswith("data:audio/flac;base64,")
    sources = [values.get("src") or values.get("href") or "" for _, values in page.tags]
    assert not [source for source in sources if source and not source.startswith("data:")]
    assert not re.search(r"https?://", text)
    assert "<del>bill</del> <ins>pill</ins>" in text
    assert "no such file" in text


def test_text_from_outside_stays_text() -> None:
    bad = "<script>alert(1)</script>"
    planted = result(
        0, "a", "b", f'"><img src=x onerror=1>{bad}', name=bad, failures=(bad,), reference=bad,
        recognised=f"{bad} more", groups={bad: bad, "other": "x"},
    )  # fmt: skip
    text = html(summarised([planted, RESULTS[0]], 1, ABOUT), [planted])
    assert not {"script", "img"} & {tag for tag, _ in Page(text).tags}
    assert "&lt;script&gt;" in text


def test_the_page_shows_names_percentages_and_both_sides_of_every_call() -> None:
    turn = TurnResult(61_000, 62_000, "what is my plan", "You have Meadow Large.", 743.2)
    other = result(0, "what is my plan", "what is my plan", turns=(turn,), diverged="at 0:25 so")
    text = html(summarised([other, RESULTS[1]], 1, ABOUT), [other, RESULTS[1]])
    assert "Word error rate<small>" in text and "22.2 %" in text
    assert "1:01 caller" in text and "743 ms</dt><dd>You have Meadow Large." in text
    assert text.count("<summary>0.wav") == text.count("<summary>1.wav") == 1
    assert "<td>at 0:25 so</td>" in text and "went another way" in text
    assert "2026-01-01" in text and "Recognition: embedded-en" in text and "beam_size = 5" in text


def test_values_are_written_as_people_write_them() -> None:
    assert written("wer", 0.0479) == "4.8 %"
    assert written("voice_to_voice_p95_ms", 743.2) == "743 ms"
    assert written("engine_real_time_factor", 0.0019) == "0.0019"


@pytest.mark.parametrize(
    ("limits", "headline", "sentence"),
    [
        ((), "No limit was set", "50.0 % of 10 words were misunderstood"),
        (("wer > 0.6",), "Passed: 1 limit kept", "50.0 % of 10 words"),
        (("wer > 0.6", "wer@dialect=b > 10 %"), "Failed: 1 of 2 limits not kept",
         "wer@dialect=b > 0.1: it is 83.3 %."),
        (("wer@dialect=c > 10 %",), "Failed: 1 of 1 limit not kept", "it was not measured."),
    ],
)  # fmt: skip
def test_the_verdict_is_that_of_the_limits(
    limits: tuple[str, ...], headline: str, sentence: str
) -> None:
    report = summarised(RESULTS, 1, ABOUT)
    report["limits"] = judged_limits([parse_limit(text) for text in limits], report)
    said, sentences = verdict_of(report)
    assert said == headline
    assert sentence in " ".join(sentences)
    assert "1 recording could not be judged" in " ".join(sentences)


def test_the_same_results_give_the_same_bytes() -> None:
    first, second = (json.dumps(summarised(RESULTS, 7, ABOUT)) for _ in range(2))
    assert first == second


def test_memory_grows_by_numbers_only() -> None:
    def many(count: int) -> Iterator[CallResult]:
        for index in range(count):
            yield result(index, "how much is my bill", "how much is the bill " * 20)

    summary = Summary(1)
    for entry in many(200):
        summary.add(entry)
    tracemalloc.start()
    for entry in many(2000):
        summary.add(entry)
    gc.collect()  # what is in cycles is not kept
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown / 2000 < 200


def test_a_result_comes_back_from_its_file(tmp_path: Path) -> None:
    files = ResultFiles(tmp_path)
    took = Measured(1.0, 0.5, {"speech": 0.1})
    assert not files.has(1)
    files.write(1, to_json(RESULTS[1], took))
    assert files.has(1)
    assert read_result(files.file(1)) == (RESULTS[1], took)
    assert [entry.index for entry, _ in read_results(files, 5)] == [1]
    assert not list(tmp_path.rglob("*.part"))
