"""Latin texts become the same tokens by the pieces of their script alone; others load the rest."""

from __future__ import annotations

import itertools
import json
import logging
import random
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram
from tokenizers.processors import TemplateProcessing

from voice.embeddings import text_tokenizer
from voice.embeddings.text_tokenizer import TextTokenizer
from voice.errors import ModelError
from voice.tokenizer_files import read_tokenizer

LONGEST = 24
LATIN = ["my card", "été, naïve… “x”", "", "   ", "a¼b ½", "zzz ab \x00 ₂", "abc " * 50, "▁a b▁"]
OTHER = ["мой счёт", "a 你好 b", "😀 ab", "\u0915\u0940"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer of two scripts that does not know each of their letters."""
    letters = string.ascii_lowercase.replace("q", "") + "éï"
    latin = ["".join(some) for n in (1, 2, 3) for some in itertools.product(letters, repeat=n)]
    russian = ["".join(some) for n in (1, 2) for some in itertools.product("мойсчёт", repeat=n)]
    chance = random.Random(4)
    scored = [(f"{begin}{piece}", -chance.uniform(2, 12) * (4 - len(piece)))
              for piece in (*russian, *latin) for begin in ("", "▁")]  # fmt: skip
    special = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    made = Tokenizer(Unigram([*special, *scored, ("你", -60.0)], unk_id=3))
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    made.post_processor = TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    folder = tmp_path_factory.mktemp("models") / "two-scripts"
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


@pytest.fixture
def wholes(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Which files were read as a whole."""
    read: list[Path] = []

    def reading(file: Path) -> Tokenizer:
        read.append(file)
        return read_tokenizer(file)

    monkeypatch.setattr(text_tokenizer, "read_tokenizer", reading)
    return read


def expected(file: Path) -> Callable[[str], list[int]]:
    whole = read_tokenizer(file)
    whole.enable_truncation(LONGEST)
    return lambda text: list(whole.encode(text).ids)


def test_latin_texts_have_the_same_tokens_by_a_part_of_the_pieces(
    file: Path, wholes: list[Path]
) -> None:
    chance, whole = random.Random(7), expected(file)
    texts = ["".join(chance.choices("abcxyzéq ,-'", k=chance.randint(0, 30))) for _ in range(500)]
    tokenizer = TextTokenizer(file, LONGEST)
    for text in (*LATIN, *texts):
        assert tokenizer.ids(text) == whole(text), text
    assert wholes == []


@pytest.mark.parametrize("text", OTHER)
def test_the_first_text_of_another_script_loads_the_rest(
    file: Path, wholes: list[Path], text: str
) -> None:
    tokenizer = TextTokenizer(file, LONGEST)
    assert [tokenizer.ids(one) for one in (text, "my card", text)] == [
        expected(file)(one) for one in (text, "my card", text)
    ]
    assert wholes == [file]


def test_the_part_is_kept_and_made_anew_of_another_file(file: Path, tmp_path: Path) -> None:
    TextTokenizer(file, LONGEST, tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    first = kept.stat().st_mtime_ns
    TextTokenizer(file, LONGEST, tmp_path / "kept")
    assert kept.stat().st_mtime_ns == first
    content = json.loads(file.read_text("utf-8"))
    content["model"]["vocab"][-2][1] = -1.0
    other = tmp_path / file.parent.name / file.name
    other.parent.mkdir()
    other.write_text(json.dumps(content), "utf-8")
    tokenizer = TextTokenizer(other, LONGEST, tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == [kept]
    assert kept.stat().st_mtime_ns != first
    assert tokenizer.ids("▁ïïï ïïï") == expected(other)("▁ïïï ïïï")


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [_cut, _changed, lambda _: b"", lambda _: b"no archive"])
def test_a_damaged_part_is_made_anew(
    file: Path,
    tmp_path: Path,
    damage: Callable[[bytes], bytes],
    caplog: pytest.LogCaptureFixture,
) -> None:
    TextTokenizer(file, LONGEST, tmp_path)
    (kept,) = tmp_path.iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert TextTokenizer(file, LONGEST, tmp_path).ids("my card") == expected(file)("my card")
    assert f"{kept}: not readable" in caplog.text
    assert kept.read_bytes() == whole


def test_without_a_place_to_write_it_is_made_each_time(
    file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a file").touch()
    caplog.set_level(logging.WARNING)
    tokenizer = TextTokenizer(file, LONGEST, tmp_path / "a file" / "below")
    assert tokenizer.ids("my card") == expected(file)("my card")
    assert "cannot be kept" in caplog.text


@pytest.mark.parametrize(
    "content", [b"{", b"[]", b"{}", b'{"model": {"type": "Unigram"}}', b"\xff"]
)
def test_what_is_no_tokenizer_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokenizer.json").write_bytes(content)
    with pytest.raises(ModelError, match="not a tokenizer") as raised:
        TextTokenizer(tmp_path / "tokenizer.json", LONGEST, tmp_path / "kept")
    assert "\n" not in str(raised.value)
