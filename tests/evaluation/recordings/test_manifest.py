"""Which recordings are evaluated: folders, tables, and what is wrong with them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voice.evaluation.recordings.manifest import ListedRecording, ManifestError, read_recordings


def table(folder: Path, name: str, text: str | bytes) -> list[ListedRecording]:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(read_recordings(file))


def test_a_table_names_path_text_and_groups(tmp_path: Path) -> None:
    (first, second) = table(
        tmp_path,
        "all.csv",
        "path,text,dialect,goal,caller_number,line\n"
        'a.wav,"Hello, you",irish,act=plan,49155,mobile\n'
        "sub/b.wav,,,,,\n",
    )
    assert first == ListedRecording(
        0, "a.wav", tmp_path / "a.wav", "Hello, you", {"dialect": "irish", "line": "mobile"},
        "act=plan", "49155",
    )  # fmt: skip
    assert (second.path, second.text, second.goal) == (tmp_path / "sub" / "b.wav", "", None)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.tsv", 'path\ttext\na.wav\tsay "it"\n'),
        ("t.jsonl", json.dumps({"path": "a.wav", "text": 'say "it"', "dialect": None}) + "\n\n"),
        ("bom.csv", '\ufeffpath,text\na.wav,"say ""it"""\n'),
    ],
)
def test_all_kinds_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    (recording,) = table(tmp_path, name, text)
    assert (recording.name, recording.text, recording.groups) == ("a.wav", 'say "it"', {})


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.csv", "file,text\na.wav,hello\n", "line 1: no column path .found file, text."),
        ("b.csv", "", "no column path .found none"),
        ("n.csv", "path,text\n\n", "n.csv: names no recordings"),
        ("n.jsonl", "\n", "n.jsonl: names no recordings"),
        ("c.csv", "path,text\na.wav,hello,there\n", "line 2: 3 cells, expected 2"),
        ("d.csv", "path,text,text\na.wav,x,y\n", "column text stands there twice"),
        ("e.csv", "path,text\n,hello\n", "line 2: path is empty"),
        ("f.csv", b"path,text\na.wav,\x81\xe9\n", "not UTF-8, UTF-16 or Windows-1252"),
        ("g.csv", b"path\n\xff\xfe\x00a\n", "line 2: path holds a zero byte"),
        ("h.jsonl", '{"path": "a.wav"\n', "line 1: not JSON"),
        ("i.jsonl", "[1]\n", "line 1: expected an object"),
        ("k.jsonl", '{"path": "a\\ud800.wav"}\n', "line 1: half of a character"),
        ("l.csv", 'path,text\na.wav,x\nb.wav,"y\nc.wav,z\n', "line 3: .*quote that is not closed"),
        ("m.csv", 'path,text\na.wav,"x\nb.wav,"y\n', "line 2: .*quote that is not closed"),
        ("j.jsonl", '{"path": ["a"]}\n', "line 1: expected an object"),
        ("k.jsonl", '{"text": "a"}\n', "line 1: path is empty"),
        ("l.txt", "path\n", "expected a folder or a manifest"),
        ("l.xlsx", b"PK", "a workbook; save the table as CSV"),
        ("n.csv", "sep=;\nfile;text\na.wav;x\n", "line 2: no column path .found file, text."),
        ("o.csv", "sep=;\npath;text\na.wav\n", "line 3: 1 cells, expected 2"),
        ("m.csv", "path\n" + '"' + "x" * (1 << 21) + "\n", "field larger"),
    ],
)
def test_a_wrong_table_is_one_clear_line(
    tmp_path: Path, name: str, text: str | bytes, reason: str
) -> None:
    with pytest.raises(ManifestError, match=reason) as raised:
        table(tmp_path, name, text)
    assert "\n" not in str(raised.value)
    assert name in str(raised.value)


GERMAN = "Path;Text;Caller Number;Dialekt\nsub\\a.wav;Grüße, Zoë;49155;Österreich\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "cp1252"),
        (GERMAN, "utf-16"),
        (f"sep=;\r\n{GERMAN}", "utf-8-sig"),
        (f"sep=;\n{GERMAN}", "utf-16"),
        (GERMAN.replace(";", "\t"), "utf-16"),
        (GERMAN.replace("\n", "\r\n"), "cp1252"),
    ],
)
def test_a_table_is_read_as_excel_writes_it(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.wav").touch()
    (recording,) = table(tmp_path, "excel.csv", text.encode(encoding))
    assert recording.path == tmp_path / "sub" / "a.wav"
    assert (recording.text, recording.caller_number) == ("Grüße, Zoë", "49155")
    assert recording.groups == {"Dialekt": "Österreich"}


def test_a_comma_in_a_cell_is_no_separator(tmp_path: Path) -> None:
    (recording,) = table(tmp_path, "comma.csv", "path;text\na.wav;one, two, three, four\n")
    assert recording.text == "one, two, three, four"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_text_beside_a_sound_is_read_as_editors_write_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.wav").touch()
    (tmp_path / "a.txt").write_text("Grüße", encoding=encoding)
    (recording,) = read_recordings(tmp_path)
    assert recording.text == "Grüße"


def test_sound_of_a_kind_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    for name in ("a.m4a", "b.webm", "c.gsm", "d.ra", "e.WAV", "notes.docx", "f.csv"):
        (tmp_path / name).touch()
    names = [recording.name for recording in read_recordings(tmp_path)]
    assert names == ["a.m4a", "b.webm", "c.gsm", "d.ra", "e.WAV"]


def test_a_place_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such file or folder"):
        read_recordings(tmp_path / "nowhere")


def test_a_folder_gives_its_sounds_in_order_with_their_texts(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.wav", "b/x.FLAC", "a.mp3", "notes.pdf", "d.ul"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a.txt").write_text("what was said\n")
    found = list(read_recordings(tmp_path))
    assert [(item.index, item.name) for item in found] == [
        (0, "a.mp3"), (1, "b/x.FLAC"), (2, "c.wav"), (3, "d.ul"),
    ]  # fmt: skip
    assert [item.text for item in found] == ["what was said", None, None, None]


def test_a_folder_without_sounds_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no sound files"):
        list(read_recordings(tmp_path))


def own_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "call.wav").write_bytes(b"x")
    started = {
        "event": "CallStarted", "call_id": "x", "sequence": 0, "ms": 0, "wall_time": 1.0,
        "caller_number": "4915550000001", "called": "100",
    }  # fmt: skip
    (folder / "events.jsonl").write_text(json.dumps(started) + "\n")


def test_our_own_records_are_taken_as_they_are(tmp_path: Path) -> None:
    own_folder(tmp_path / "records" / "call-1")
    turns = [{"reference": "How much is my bill?"}, {"reference": "(PIN)"}, {"reference": "Bye."}]
    (tmp_path / "records" / "call-1" / "report.json").write_text(json.dumps({"turns": turns}))
    (found,) = read_recordings(tmp_path / "records")
    assert (found.own, found.name, found.path.name) == (True, "call-1", "call.wav")
    assert found.caller_number == "4915550000001"
    assert found.text == "How much is my bill? Bye."
    (tmp_path / "m.csv").write_text("path,text,dialect\nrecords/call-1,Other words.,irish\n")
    (named,) = read_recordings(tmp_path / "m.csv")
    assert (named.own, named.text, named.groups) == (True, "Other words.", {"dialect": "irish"})
    assert named.caller_number == "4915550000001"


def test_broken_events_cost_only_the_number(tmp_path: Path) -> None:
    own_folder(tmp_path / "call-1")
    (tmp_path / "call-1" / "events.jsonl").write_text("{")
    (found,) = read_recordings(tmp_path / "call-1")
    assert (found.own, found.caller_number, found.text) == (True, None, None)
