"""What of a corpus cannot be learned from is listed with its reason, and left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.tuning.corpora_on_disk import SENTENCES, manifest, sound, tone
from voice.tuning.speech_data import (
    CorpusError,
    Part,
    SpokenUtterance,
    audible,
    check,
    divided,
    read_corpus,
)


def spoken(file: Path, text: str = SENTENCES[0], **more: object) -> SpokenUtterance:
    return replace(SpokenUtterance(file, text, file.name), **more)  # type: ignore[arg-type]


def reason_of(utterance: SpokenUtterance, *others: SpokenUtterance, known_text: str = "") -> str:
    """Why the utterance is left out, beside others that are kept."""
    found = check([*others, utterance], known_text=known_text)
    assert found.good == [replace(one, seconds=found.good[0].seconds) for one in others]
    (problem,) = found.problems
    assert problem.place == utterance.place
    return problem.reason


@pytest.fixture
def kept(tmp_path: Path) -> SpokenUtterance:
    return spoken(sound(tmp_path / "kept.wav", pitch_hz=77.0), SENTENCES[1])


def test_a_missing_file(tmp_path: Path, kept: SpokenUtterance) -> None:
    assert "no such file" in reason_of(spoken(tmp_path / "gone.wav"), kept)


def test_a_file_that_is_no_sound(tmp_path: Path, kept: SpokenUtterance) -> None:
    (tmp_path / "page.wav").write_text("<html>")

    assert "not a sound file" in reason_of(spoken(tmp_path / "page.wav"), kept)


@pytest.mark.parametrize("text", ["", "  ", "...", "—"])
def test_an_empty_transcript(tmp_path: Path, kept: SpokenUtterance, text: str) -> None:
    assert reason_of(spoken(sound(tmp_path / "a.wav"), text), kept) == "no text"


@pytest.mark.parametrize("text", ["Здравствуйте, как дела", "መልካም ቀን", "السلام عليكم"])
def test_a_transcript_in_another_script(tmp_path: Path, kept: SpokenUtterance, text: str) -> None:
    reason = reason_of(spoken(sound(tmp_path / "a.wav"), text), kept, known_text="Asante sana")

    assert "letters, expected latin ones" in reason


def test_without_a_known_text_the_script_of_most_transcripts_is_right(tmp_path: Path) -> None:
    amharic = [
        spoken(sound(tmp_path / f"{n}.wav", pitch_hz=90.0 + n), "መልካም ቀን ይሁን") for n in range(3)
    ]

    assert "letters, expected ethiopic" in reason_of(
        spoken(sound(tmp_path / "x.wav"), "Good"), *amharic
    )


def test_control_tokens_in_a_transcript(tmp_path: Path, kept: SpokenUtterance) -> None:
    bad = spoken(sound(tmp_path / "a.wav"), "Habari <|endoftext|> yako")

    assert "control tokens" in reason_of(bad, kept)


@pytest.mark.parametrize("text", ["Habari\0 yako", "Habari \x1b[31myako", "Habari \ud800 yako"])
def test_characters_that_are_none(tmp_path: Path, kept: SpokenUtterance, text: str) -> None:
    file = sound(tmp_path / "a.wav")

    assert reason_of(spoken(file, text), kept) == "its text holds control characters"
    assert reason_of(spoken(file, dialect=text), kept) == "its text holds control characters"


def test_sound_that_is_damaged_behind_its_header_or_silent_is_not_heard(
    tmp_path: Path, kept: SpokenUtterance
) -> None:
    damaged = tmp_path / "damaged.flac"
    hiss = np.random.default_rng(1).normal(0, 0.05, 48000).astype(np.float32)
    soundfile.write(damaged, tone(3.0, 16000) + hiss, 16000)
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[: len(whole) // 2])
    soundfile.write(tmp_path / "silent.wav", 0.0 * tone(3.0, 16000), 16000)
    doubtful = [
        spoken(damaged),
        spoken(damaged, start=2.0, seconds=0.8),
        spoken(tmp_path / "silent.wav"),
    ]
    assert check([kept, *doubtful]).good[1:], "its header says nothing of it"

    heard, problems = audible([doubtful[0], kept, *doubtful[1:]])

    assert heard == [kept]
    assert [problem.place for problem in problems] == [one.place for one in doubtful]
    assert problems[2].reason == "silent"


def test_a_rate_below_the_telephones(tmp_path: Path, kept: SpokenUtterance) -> None:
    assert "6000 Hz" in reason_of(spoken(sound(tmp_path / "a.wav", 2.0, 6000)), kept)


def test_a_length_that_is_not_what_the_corpus_says(tmp_path: Path, kept: SpokenUtterance) -> None:
    reason = reason_of(spoken(sound(tmp_path / "a.wav", 4.0), seconds=2.0), kept)

    assert "lasts 4.0 s, the corpus says 2.0 s" in reason


@pytest.mark.parametrize(("seconds", "reason"), [(0.1, "expected 0.3 to 120"), (121.0, "to 120")])
def test_what_is_too_short_or_too_long_for_an_utterance(
    tmp_path: Path, kept: SpokenUtterance, seconds: float, reason: str
) -> None:
    assert reason in reason_of(spoken(sound(tmp_path / "a.wav", seconds)), kept)


def test_more_text_than_can_be_said_in_the_time(tmp_path: Path, kept: SpokenUtterance) -> None:
    bad = spoken(sound(tmp_path / "a.wav", 1.0), " ".join(SENTENCES))

    assert "letters a second" in reason_of(bad, kept)


@pytest.mark.parametrize("part", ["test", "train"])
def test_the_same_sound_twice(tmp_path: Path, part: Part) -> None:
    first = spoken(sound(tmp_path / "a.wav", pitch_hz=200.0), part="train")
    again = spoken(sound(tmp_path / "b.wav", pitch_hz=200.0), "Neno lingine.", part=part)

    between = " of train" if part == "test" else ""
    assert reason_of(again, first) == f"the same sound as a.wav{between}"


def test_the_length_is_known_afterwards(kept: SpokenUtterance) -> None:
    checked = check([kept])

    assert checked.good[0].seconds == 2.0
    assert checked.hours == pytest.approx(2 / 3600)


def test_nothing_left_is_an_error_that_names_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"none of 1 utterances can be used, the first: a\.wav: "):
        check([spoken(tmp_path / "a.wav")])


def parted(count: int, speakers: int, **more: object) -> list[SpokenUtterance]:
    return [
        spoken(
            Path(f"{number}.wav"), f"sentensi ya {number}", speaker=f"s{number % speakers}", **more
        )
        for number in range(count)
    ]


def test_many_speakers_are_kept_apart() -> None:
    parts = divided(parted(200, 20))

    speakers = [
        {one.speaker for one in part} for part in (parts.train, parts.development, parts.test)
    ]
    assert speakers[0] | speakers[1] | speakers[2] == {f"s{number}" for number in range(20)}
    assert sum(map(len, speakers)) == 20
    assert parts.by_speaker and "in neither" in parts.note
    assert len(parts.test) == 20 and len(parts.development) == 10


def test_of_one_speaker_sentences_are_kept_apart_and_it_is_said() -> None:
    parts = divided(parted(100, 1))

    assert (len(parts.train), len(parts.development), len(parts.test)) == (82, 8, 10)
    assert not parts.by_speaker
    assert parts.note == "The same speaker is trained and tested, on other sentences."


def test_a_sentence_that_was_said_twice_is_in_one_part() -> None:
    twice = [
        replace(one, text=f"sentensi {number // 2}") for number, one in enumerate(parted(60, 2))
    ]

    parts = divided(twice)

    texts = [{one.text for one in part} for part in (parts.train, parts.development, parts.test)]
    assert sum(map(len, texts)) == 30


def test_the_division_is_the_same_every_time_and_another_with_another_seed() -> None:
    every = parted(100, 1)

    assert divided(every) == divided(every)
    assert divided(every).test != divided(every, seed=2).test


def test_a_corpus_that_divides_itself_is_left_so() -> None:
    every = [
        *parted(10, 5, part="train"),
        replace(spoken(Path("d.wav"), "ya maendeleo", speaker="d"), part="development"),
        replace(spoken(Path("t.wav"), "ya mtihani", speaker="t"), part="test"),
    ]

    parts = divided(every)

    assert [one.place for one in parts.test] == ["t.wav"]
    assert [one.place for one in parts.development] == ["d.wav"]
    assert parts.by_speaker


def test_what_is_said_in_the_test_is_not_learned_from() -> None:
    every = [
        *parted(10, 5, part="train"),
        spoken(Path("d.wav"), "ya maendeleo", part="development"),
        spoken(Path("t.wav"), "Sentensi ya 3!", part="test"),
    ]

    parts = divided(every)

    assert [str(problem) for problem in parts.problems] == [
        "3.wav: the same sentence as t.wav of the test"
    ]
    assert len(parts.train) == 9


def test_where_all_read_the_same_passage_it_is_said_and_speakers_are_kept_apart() -> None:
    every = [replace(one, text="Please call Stella.") for one in parted(30, 15)]

    parts = divided(every)

    assert parts.by_speaker and parts.train and parts.test
    assert "new sentences are not judged" in str(parts.problems[0])


def test_edacc_has_no_training_so_its_development_part_is_divided() -> None:
    every = [*parted(40, 10, part="development"),
             replace(spoken(Path("t.wav"), "ya mtihani", speaker="t"), part="test")]  # fmt: skip

    parts = divided(every)

    assert len(parts.train) > 30 and parts.development and len(parts.test) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_utterances_are_refused(count: int) -> None:
    with pytest.raises(CorpusError, match=f"{count} utterances"):
        divided(parted(count, 1))


def test_a_manifest_of_one_row_is_refused_by_what_it_lacks(tmp_path: Path) -> None:
    corpus = read_corpus(manifest(tmp_path, 1))

    with pytest.raises(CorpusError, match="1 utterances: too few"):
        divided(check(corpus.utterances).good)


def test_a_manifest_of_ten_thousand_rows(tmp_path: Path) -> None:
    corpus = read_corpus(manifest(tmp_path, 10_000))
    looked_at = 0

    def count() -> None:
        nonlocal looked_at
        looked_at += 1

    checked = check(corpus.utterances, looked_at=count)
    parts = divided(checked.good)

    assert looked_at == 10_000 and not checked.problems
    assert len(parts.train) + len(parts.development) + len(parts.test) == 10_000
    assert parts.by_speaker
