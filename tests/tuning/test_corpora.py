"""Public corpora are read as they lie when they are unpacked, and manifests of one's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.tuning import corpora_on_disk as layouts
from tests.tuning.corpora_on_disk import SENTENCES, sound, sound_bytes, write_table
from voice.evaluation.recordings.manifest import ManifestError
from voice.tuning.speech_data import Corpus, CorpusError, SpokenUtterance, read_corpus
from voice.tuning.speech_data.tables_on_disk import TableError


def by_part(corpus: Corpus) -> dict[str | None, list[SpokenUtterance]]:
    parts: dict[str | None, list[SpokenUtterance]] = {}
    for one in corpus.utterances:
        parts.setdefault(one.part, []).append(one)
    return parts


def heard(utterance: SpokenUtterance) -> float:
    """How many seconds of sound there are."""
    return len(utterance.sound(8000)) / 8000


def test_common_voice_keeps_its_parts_its_speakers_and_their_accents(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.common_voice(tmp_path / "sw"))

    parts = by_part(corpus)
    assert corpus.layout == "Common Voice"
    assert {part: len(found) for part, found in parts.items()} == {
        "train": 3, "development": 1, "test": 1,
    }  # fmt: skip
    first, second, *_ = parts["train"]
    assert first.text == SENTENCES[0] and first.speaker == "client0" and first.dialect == "sw"
    assert second.dialect == "Kenya"
    assert first.seconds == 2.0 and heard(first) == pytest.approx(2.0, abs=0.1)


def test_of_an_older_common_voice_what_was_validated_is_read(tmp_path: Path) -> None:
    sound(tmp_path / "clips" / "one.mp3", 2.0, 32000)
    header = ["client_id", "path", "sentence", "up_votes", "down_votes", "age", "gender", "accent"]
    write_table(
        tmp_path / "validated.tsv", header, [["c", "one", 'Alisema "ndiyo".', 2, 0, "", "", "tz"]]
    )

    (one,) = read_corpus(tmp_path).utterances

    assert (one.text, one.dialect, one.part) == ('Alisema "ndiyo".', "tz", None)
    assert heard(one) == pytest.approx(2.0, abs=0.1)


def test_fleurs_is_read_with_texts_as_they_are_written(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.fleurs(tmp_path / "sw_ke"))

    assert [(one.part, one.text, one.speaker) for one in corpus.utterances] == [
        ("train", SENTENCES[0], ""), ("development", SENTENCES[1], ""), ("test", SENTENCES[2], ""),
    ]  # fmt: skip
    assert all(one.dialect == "sw_ke" and one.seconds == 2.0 for one in corpus.utterances)
    assert heard(corpus.utterances[0]) == 2.0


def test_afrispeech_finds_sounds_whatever_folder_its_paths_begin_with(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.afrispeech(tmp_path))

    one = by_part(corpus)["test"][0]
    assert (one.text, one.speaker, one.dialect) == (
        "Patient test, was seen.",
        "user-test",
        "swahili",
    )
    assert all(heard(one) == pytest.approx(2.0, abs=0.01) for one in corpus.utterances)


def test_alffa_finds_sounds_in_spite_of_its_authors_paths(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.alffa(tmp_path / "SWAHILI"))

    assert [(one.part, one.text, one.speaker) for one in corpus.utterances] == [
        ("train", SENTENCES[0].lower(), "SWH-05"), ("test", SENTENCES[1].lower(), "SWH-05"),
    ]  # fmt: skip
    assert all(heard(one) == 2.0 for one in corpus.utterances)


def test_edacc_is_cut_into_its_segments_and_tags_are_no_words(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.edacc(tmp_path / "edacc_v1.0"))

    first, ignored, last = by_part(corpus)["development"]
    assert first.text == "SO I WENT TO THE MARKET" and first.dialect == "Kenyan English"
    assert heard(first) == pytest.approx(3.5, abs=0.01)
    assert ignored.text == ""
    assert (last.start, last.seconds, last.speaker) == (4.25, 2.25, "EDACC-C06-A")
    assert heard(last) == pytest.approx(2.25, abs=0.01)


def test_african_accented_french_joins_its_texts_to_its_sounds(tmp_path: Path) -> None:
    corpus = read_corpus(layouts.slr57(tmp_path / "African_Accented_French"))

    assert {(one.part, one.text, one.speaker, one.dialect) for one in corpus.utterances} == {
        ("train", "une bonne journée", "yaounde/aaa", "yaounde"),
        ("train", "bonjour à vous", "ca16/gaf_ca16", "ca16"),
        (
            "development",
            "je viens de Niamey",
            "niger_west_african_fr/n001",
            "niger_west_african_fr",
        ),
        ("test", "Quelle heure est-il?", "ca16/mm001", "ca16"),
    }


def test_sounds_beside_the_folders_of_african_accented_french_are_none_of_it(
    tmp_path: Path,
) -> None:
    folder = layouts.slr57(tmp_path / "African_Accented_French")
    whole = len(read_corpus(folder).utterances)
    sound(folder / "speech" / "hello.wav")
    sound(folder / "speech" / "train" / "hello.wav")

    assert len(read_corpus(folder).utterances) == whole


def parquet_file(folder: Path, rows: list[dict[str, object]]) -> Path:
    arrow = pytest.importorskip(
        "pyarrow", reason="needs the train extra: pip install -e '.[train]'"
    )
    from pyarrow import parquet

    parquet.write_table(arrow.Table.from_pylist(rows), folder / "x-train.parquet")
    return folder


def test_a_row_of_a_dataset_without_a_text_is_left_to_be_listed(tmp_path: Path) -> None:
    audio = {"bytes": sound_bytes(), "path": "x.wav"}
    rows: list[dict[str, object]] = [
        {"audio": audio, "text": None}, {"audio": audio, "text": "Haya."},
    ]  # fmt: skip

    assert [one.text for one in read_corpus(parquet_file(tmp_path, rows)).utterances] == [
        "", "Haya.",
    ]  # fmt: skip


def test_a_dataset_whose_sounds_are_of_another_kind_is_told_so(tmp_path: Path) -> None:
    folder = parquet_file(tmp_path, [{"audio": "x.wav", "text": "Haya."}])

    with pytest.raises(TableError, match="audio is string, expected a structure of bytes and path"):
        read_corpus(folder)


def test_waxal_and_other_parquet_files_hold_their_sounds(tmp_path: Path) -> None:
    arrow = pytest.importorskip(
        "pyarrow", reason="needs the train extra: pip install -e '.[train]'"
    )
    from pyarrow import parquet

    folder = tmp_path / "data" / "ASR" / "ach"
    folder.mkdir(parents=True)
    for part, pitch in {
        "train": 200.0,
        "validation": 300.0,
        "test": 400.0,
        "unlabeled": 1.0,
    }.items():
        rows = [
            {"id": f"{part}{number}", "speaker_id": f"s{number}",
             "transcription": f"Itye maber {number}", "language": "ach", "gender": "Female",
             "audio": {"bytes": sound_bytes(1.0 + number, 16000, pitch), "path": "x.wav"}}
            for number in range(3)
        ]  # fmt: skip
        parquet.write_table(
            arrow.Table.from_pylist(rows), folder / f"ach-{part}-00000.parquet", row_group_size=2
        )

    corpus = read_corpus(tmp_path)

    parts = by_part(corpus)
    assert {part: len(found) for part, found in parts.items()} == {
        "train": 3, "development": 3, "test": 3,
    }  # fmt: skip
    third = parts["test"][2]
    assert (third.text, third.speaker, third.dialect) == ("Itye maber 2", "s2", "ach")
    assert third.header().seconds == 3.0 and heard(third) == 3.0
    assert strongest_hz(third) == pytest.approx(400, abs=5)


def test_a_dataset_that_was_saved_to_disk_is_read_in_its_splits(tmp_path: Path) -> None:
    arrow = pytest.importorskip(
        "pyarrow", reason="needs the train extra: pip install -e '.[train]'"
    )
    (tmp_path / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    for split in ("train", "test"):
        place = tmp_path / split
        place.mkdir()
        (place / "state.json").write_text("{}")
        rows = [{"sentence": "Jambo sana.", "audio": {"bytes": sound_bytes(), "path": None}}] * 2
        table = arrow.Table.from_pylist(rows)
        with arrow.OSFile(str(place / "data-00000-of-00001.arrow"), "wb") as file, \
                arrow.ipc.new_stream(file, table.schema) as stream:  # fmt: skip
            stream.write_table(table, max_chunksize=1)

    corpus = read_corpus(tmp_path)

    assert [(one.part, one.text) for one in corpus.utterances] == [
        ("train", "Jambo sana."), ("train", "Jambo sana."),
        ("test", "Jambo sana."), ("test", "Jambo sana."),
    ]  # fmt: skip
    assert heard(corpus.utterances[3]) == 2.0


def strongest_hz(utterance: SpokenUtterance) -> float:
    pcm = utterance.sound(8000)[:8000]
    return float(np.argmax(np.abs(np.fft.rfft(pcm))))


def test_a_manifest_says_who_speaks_which_dialect_and_what_it_is_for(tmp_path: Path) -> None:
    sound(tmp_path / "a.wav", 4.0, 8000)
    rows = [["a.wav", SENTENCES[0], "amina", "coast", "validation", 1.5, 2.0]]
    header = ["path", "text", "speaker", "Accent", "split", "start", "seconds"]
    write_table(tmp_path / "manifest.tsv", header, rows)

    (one,) = read_corpus(tmp_path).utterances

    assert (one.speaker, one.dialect, one.part) == ("amina", "coast", "development")
    assert heard(one) == 2.0


@pytest.mark.parametrize(
    ("column", "told"),
    [("start", "1:23"), ("start", "-5"), ("start", "nan"), ("seconds", "2,5"), ("duration", "inf")],
)
def test_a_time_that_is_none_is_not_passed_over(tmp_path: Path, column: str, told: str) -> None:
    sound(tmp_path / "a.wav")
    write_table(tmp_path / "manifest.csv", ["path", "text", column], [["a.wav", "Haya.", told]])

    with pytest.raises(CorpusError, match=rf"row 1: .*{column}.*: no number of seconds: {told}"):
        read_corpus(tmp_path)


def test_a_folder_may_be_listed_by_the_manifest_beside_it(tmp_path: Path) -> None:
    for name in ("sw/a.wav", "sw/b.wav", "yo/c.wav"):
        sound(tmp_path / name)
    rows = [["sw/a.wav", SENTENCES[0]], ["sw/b.wav", SENTENCES[1]], ["yo/c.wav", "Ẹ káàárọ̀."]]
    write_table(tmp_path / "manifest.csv", ["path", "text"], rows)

    assert [one.path.name for one in read_corpus(tmp_path / "sw").utterances] == ["a.wav", "b.wav"]
    assert len(read_corpus(tmp_path / "manifest.csv").utterances) == 3


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda folder: None, "neither a manifest"),
        (
            lambda folder: write_table(folder / "manifest.csv", ["path", "text"], []),
            "names no recordings",
        ),
        (
            lambda folder: write_table(
                folder / "manifest.csv", ["path", "text", "split"], [["a.wav", "Habari.", "exam"]]
            ),
            "row 1: no such part: exam",
        ),
    ],
)
def test_what_is_no_corpus_is_said_in_one_line(
    tmp_path: Path, write: Callable[[Path], None], message: str
) -> None:
    write(tmp_path)

    with pytest.raises((CorpusError, ManifestError), match=message) as refused:
        read_corpus(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such file or folder"):
        read_corpus(tmp_path / "nothing")
