"""A new voice replaces an old one only when it is understood as well; its card says how well."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.voice.judged_sentences import judged_sentences
from training.voice.judgement import FILES, judge, put_in_place
from training.voice.measurement import Measured, put_into, section
from training.voice.patterns import PatternWriter
from voice.errors import VoiceError
from voice.evaluation.intelligibility import Intelligibility, SpeakingSpeed
from voice.evaluation.word_errors import WordErrors
from voice.models import card_row


def measured(telephone: int, full: int = 5, teacher: bool = False) -> Measured:
    def heard(wrong: int) -> WordErrors:
        return WordErrors(substitutions=wrong, words=200)

    own = Intelligibility(heard(full), heard(telephone))
    return Measured(own, SpeakingSpeed(0.0125, 24.0), own if teacher else None)


@pytest.mark.parametrize(
    ("new", "old", "accepted"),
    [
        (measured(9), measured(10), True),
        (measured(10), measured(10), True),
        (measured(10, full=6), measured(10, full=5), False),
        (measured(11, full=0), measured(10), False),
        (measured(50), None, True),
        (measured(51), None, False),
    ],
)
def test_a_better_voice_is_never_replaced(
    new: Measured, old: Measured | None, accepted: bool
) -> None:
    verdict = judge(new, old)
    assert verdict.accepted is accepted
    assert f"{new.voice.telephone.edits} of 200 words wrong" in verdict.reason


def test_an_accepted_voice_is_put_in_place_with_its_card(tmp_path: Path) -> None:
    new, place = tmp_path / "new", tmp_path / "voices" / "place"
    new.mkdir()
    for name in (*FILES, "checkpoint.pt"):
        (new / name).write_text(name)
    put_in_place(new, place)
    assert sorted(file.name for file in place.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("teacher", [False, True])
def test_a_card_takes_new_figures_and_keeps_the_rest(tmp_path: Path, teacher: bool) -> None:
    card = tmp_path / "README.md"
    card.write_text("# Voice\n\n## Measured\n\nbefore\n\n## Limits\n\n- one\n")
    for _ in range(2):
        put_into(card, measured(10, teacher=teacher))
    text = card.read_text()
    assert text.startswith("# Voice\n\n## Measured\n") and text.endswith("## Limits\n\n- one\n")
    assert "before" not in text and text.count("## Measured") == 1
    assert card_row(card, "word error rate, telephone (G.711)").startswith("5.0%")
    assert ("| 5.0% | 5.0% |" in text) is teacher
    assert section(measured(10)).count("0.5%") == 1


def test_a_card_without_the_section_is_named(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("# Voice\n")
    with pytest.raises(VoiceError, match="has no section"):
        put_into(card, measured(1))


def test_french_sentences_are_reproducible_different_and_without_figures() -> None:
    sentences = PatternWriter("fr", 3).write(300)
    assert sentences == PatternWriter("fr", 3).write(300) != PatternWriter("fr", 4).write(300)
    assert len(set(sentences)) == 300
    assert not any(character.isdigit() or character in "{}" for s in sentences for character in s)
    assert {sentence[-1] for sentence in sentences} == set(".?!")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_thirty_sentences_are_held_out_and_no_training_text_holds_them(language: str) -> None:
    held_out = judged_sentences(language)
    assert len(set(held_out)) == 30
    assert not any(character.isdigit() for text in held_out for character in text)
    if language == "fr":
        assert not set(held_out) & set(PatternWriter("fr", 1).write(1500))


def test_a_language_without_judged_sentences_has_none() -> None:
    assert judged_sentences("xx") == []
