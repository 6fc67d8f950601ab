"""A recording through turns and recogniser alone, and what is kept when that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evaluation.recordings.evaluated import RATE, SETTINGS, Say
from voice.audio import write_wav
from voice.evaluation.recordings import examiner
from voice.evaluation.recordings.examiner import RecordingExaminer
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.plan import RecordingsPlan

SECRET = "four two one seven"


@pytest.fixture
def alone(tmp_path: Path, embedded_recogniser_path: Path) -> RecordingExaminer:
    return RecordingExaminer(
        RecordingsPlan(1, "", "recognition", "left", False, 1, SETTINGS.model_dump_json(), None),
        tmp_path,
    )


@pytest.fixture
def recording(tmp_path: Path, say: Say) -> ListedRecording:
    write_wav(tmp_path / "pin.wav", say(0.5, f"My number is {SECRET}.", 1.0), RATE)
    return ListedRecording(0, "pin.wav", tmp_path / "pin.wav", text=f"my number is {SECRET}")


def test_hidden_numbers_are_judged_and_stay_hidden(
    alone: RecordingExaminer, recording: ListedRecording
) -> None:
    result, _ = alone.evaluate(recording)
    kept = [result.recognised, *result.heard, *(turn.recognised for turn in result.turns)]
    assert len(kept) == 3
    assert all("[hidden]" in text and "seven" not in text for text in kept)
    assert result.errors is not None
    assert (result.errors.words, result.errors.edits <= 2) == (7, True)


def test_of_a_fault_its_class_and_an_id_are_kept(
    alone: RecordingExaminer, recording: ListedRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError(f"cannot read {SECRET}")

    monkeypatch.setattr(examiner, "recognise_only", fail)
    (reason,) = alone.evaluate(recording)[0].failures
    assert reason.startswith("fault: RuntimeError ") and SECRET not in reason
