"""Speech is prepared by workers as it is here: the same bytes, each once."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("scipy", reason="needs the train extra: pip install -e '.[train]'")

from tests.tuning.corpora_on_disk import SENTENCES, sound
from tests.tuning.tiny_whisper import tiny_whisper
from tests.tuning.told_progress import Told
from voice.errors import VoiceError
from voice.evaluation.batch import Processes, processes
from voice.tuning.lessons import LessonBook
from voice.tuning.preparing import PreparedByWorkers, PreparedHere
from voice.tuning.reading import ReferenceReader
from voice.tuning.speech_data import SpokenUtterance
from voice.tuning.turns import turns_of

COPIES = 2


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tiny_whisper(tmp_path / "base")


@pytest.fixture
def speech(tmp_path: Path) -> dict[int, SpokenUtterance]:
    """Six short utterances, a long one, one that is damaged, and one too long for a window."""
    lengths = [1.0] * 6 + [12.0, 1.0, 40.0]
    made = {
        number: SpokenUtterance(
            sound(tmp_path / f"{number}.wav", seconds, 8000, 150.0 + 20 * number),
            SENTENCES[number % len(SENTENCES)],
            f"row {number}",
            seconds=seconds,
        )
        for number, seconds in enumerate(lengths)
    }
    made[7].path.write_bytes(b"RIFF of nothing")
    return made


def book(base: Path, folder: Path) -> LessonBook:
    return LessonBook(folder / "windows", ReferenceReader(base, "sw"), 1, 1)


def by_workers(base: Path, folder: Path, count: int = 2) -> tuple[PreparedByWorkers, Told]:
    told = Told()
    return PreparedByWorkers(Processes(count), base, "sw", 1, folder, told), told


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.npy")}


def test_windows_are_the_same_bytes_and_so_are_the_lessons(
    base: Path, speech: Mapping[int, SpokenUtterance], tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    lessons, problems = book(base, here).lessons(speech, COPIES, Told())

    own = book(base, there)
    by_workers(base, there)[0].windows([(speech, COPIES)], own)
    windows = {file: file.stat().st_mtime_ns for file in there.rglob("*.npy")}
    found, listed = own.lessons(speech, COPIES, Told())

    assert len(windows) == 7 * COPIES * 2
    assert files(there) == files(here)
    assert {file: file.stat().st_mtime_ns for file in there.rglob("*.npy")} == windows
    assert [lesson.pieces for lesson in found] == [lesson.pieces for lesson in lessons]
    assert [str(one) for one in listed] == [str(one) for one in problems]
    assert len(listed) == 2


def test_turns_are_the_same_and_none_is_cut_twice(
    base: Path, speech: Mapping[int, SpokenUtterance], tmp_path: Path
) -> None:
    several = {number: replace(speech[6], text=SENTENCES[number]) for number in range(5)}
    here, there = tmp_path / "here.json", tmp_path / "there.json"
    turns_of(several, PreparedHere(ReferenceReader(base, "sw"), 1, Told()).turns, here)

    turns_of(several, by_workers(base, tmp_path, 1)[0].turns, there)
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.glob("turns/*/*.json")}
    again, told = by_workers(base, tmp_path, 1)

    assert there.read_bytes() == here.read_bytes()
    assert len(kept) == len(several)
    assert list(again.turns(several)) == list(several)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.glob("turns/*/*.json")} == kept
    assert told.stretches == ["Cutting turns, 1 workers"]


def test_a_run_that_was_stopped_has_only_the_rest_prepared(
    base: Path, speech: Mapping[int, SpokenUtterance], tmp_path: Path
) -> None:
    own = book(base, tmp_path)
    first = {number: speech[number] for number in range(3)}
    by_workers(base, tmp_path, 1)[0].windows([(first, COPIES)], own)

    assert own.missing(first, COPIES) == {}
    assert own.missing(speech, COPIES + 1) == {
        **{key: [COPIES] for key in range(3)},
        **{key: [0, 1, 2] for key in range(3, 8)},
    }


DEADLY = """
import os
from voice.evaluation.batch import worker
from voice.tuning import preparing
def window_of(reader, utterance, copy, seed, real=preparing.window_of):
    if utterance.place == "row 2":
        os.kill(os.getpid(), 9)
    return real(reader, utterance, copy, seed)
preparing.window_of = window_of
raise SystemExit(worker.main())
"""


def test_an_utterance_that_ends_its_workers_is_listed_and_not_tried_here(
    base: Path,
    speech: Mapping[int, SpokenUtterance],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "WORKER", ("-c", DEADLY))
    own = book(base, tmp_path)
    by_workers(base, tmp_path, 1)[0].windows([(speech, 1)], own)

    _, problems = own.lessons(speech, 1, Told())

    assert "row 2: the worker died (signal 9)" in [str(problem) for problem in problems]


def test_a_worker_with_another_base_of_that_name_is_refused(
    base: Path, speech: Mapping[int, SpokenUtterance], tmp_path: Path
) -> None:
    preparation, _ = by_workers(base, tmp_path)
    with (base / "model.bin").open("ab") as weights:
        weights.write(b"more")

    with pytest.raises(VoiceError, match=r"did not start: .*base: another model's hash: "):
        preparation.windows([(speech, 1)], book(tiny_whisper(tmp_path / "same"), tmp_path))


def test_an_utterance_goes_to_another_process_as_it_is(tmp_path: Path) -> None:
    told: dict[str, Any] = {"speaker": "s1", "part": "train", "start": 1.25, "seconds": 0.1 + 0.2}
    one = SpokenUtterance(Path("a.wav"), "Habari “zako”", "row 1", row=3, **told)

    other = SpokenUtterance.from_json(one.to_json())

    assert other == replace(one, path=Path(os.getcwd()) / "a.wav")
    assert "\n" not in one.to_json() and json.loads(one.to_json())
