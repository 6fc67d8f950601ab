"""Pronunciations are given in a small file."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.speech import Lexicon, PiperSpeaker


def test_words_are_replaced_whole() -> None:
    lexicon = Lexicon({"Larkfield": "lark field", "router": "rooter"})
    assert lexicon.apply("Larkfield's Router, routers") == "lark field's rooter, routers"


def test_the_longest_entry_wins() -> None:
    assert Lexicon({"smart": "x", "smart twenty": "y"}).apply("smart twenty") == "y"


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text('[words]\nSiobhan = "[[ʃɪvˈɔːn]]"\n', encoding="utf-8")
    assert Lexicon.load(path).apply("Siobhan.") == "[[ʃɪvˈɔːn]]."


@pytest.mark.parametrize(
    "content",
    ["[words", "[words]\na = 5", '[words]\na = "[[b"', '[words]\n" " = "b"', '[words]\na = "b]c"'],
)
def test_a_bad_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lexicon.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"lexicon\.toml"):
        Lexicon.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml"):
        Lexicon.load(tmp_path / "nowhere.toml")


async def test_phonemes_are_spoken(embedded_voice_path: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.toml"
    path.write_text('[words]\nSiobhan = "[[ʃɪvˈɔːn]]"\n', encoding="utf-8")
    speaker = PiperSpeaker.load(embedded_voice_path, pronunciations=path)
    clause = await speaker.synthesise("Thank you, Siobhan, goodbye.")
    assert [word.text for word in clause.words] == ["Thank", "you,", "Siobhan,", "goodbye."]
    assert 900 < clause.duration_ms < 3000
    speaker.close()


async def test_text_cannot_smuggle_phonemes_in(speaker: PiperSpeaker) -> None:
    clause = await speaker.synthesise("Say [[hˈɛl]] now.")
    assert "[" not in clause.spoken_text
