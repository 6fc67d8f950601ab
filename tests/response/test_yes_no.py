"""Which answers to "Shall I go ahead?" are a yes: on phrasings that no grammar was made from."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.response.conftest import ROOT
from voice.errors import ConfigError
from voice.languages import language
from voice.languages.yes_no import ActWords, AnswerReader, YesNo
from voice.response.caller_text import normal_form
from voice.tasks import load_tasks

ANSWERS = ROOT / "tests" / "data" / "held_out" / "confirmation"
YESES = {YesNo.YES, YesNo.FRAGILE_YES}


def answers(kind: str) -> list[str]:
    content = yaml.safe_load((ANSWERS / f"{kind}.yaml").read_text())
    return [text for part, texts in content.items() if part != "intent" for text in texts]


@pytest.fixture(scope="module")
def reader(tasks_path: Path) -> AnswerReader:
    return load_tasks(tasks_path).readers["block_sim"]


def read(reader: AnswerReader, text: str) -> YesNo:
    return reader.read(normal_form(text, language()))


def test_there_are_many_answers_of_each_kind() -> None:
    counts = {kind: len(set(answers(kind))) for kind in ("clear_yes", "clear_no", "unclear")}
    assert counts["clear_yes"] >= 200 and counts["clear_no"] >= 100 and counts["unclear"] >= 600


def test_clear_yeses_are_yeses(reader: AnswerReader) -> None:
    missed = [text for text in answers("clear_yes") if read(reader, text) not in YESES]
    assert len(missed) <= 0.05 * len(answers("clear_yes")), missed


@pytest.mark.parametrize("kind", ["clear_no", "unclear"])
def test_nothing_else_is_a_yes(reader: AnswerReader, kind: str) -> None:
    assert [text for text in answers(kind) if read(reader, text) in YESES] == []


def test_most_noes_are_heard_as_such(reader: AnswerReader) -> None:
    heard = [text for text in answers("clear_no") if read(reader, text) is YesNo.NO]
    assert len(heard) >= 0.9 * len(answers("clear_no"))


@pytest.mark.parametrize("no", ["don't", "do not", "never", "please don't", "i can't let you"])
def test_a_no_that_lost_its_not_is_at_most_a_fragile_yes(reader: AnswerReader, no: str) -> None:
    for act in ("block it", "do that", "go ahead"):
        left = f"{no} {act}".replace("don't", "").replace("do not", "").replace("never", "")
        assert read(reader, f"{no} {act}") not in YESES
        assert read(reader, left) is not YesNo.YES


WORDS_THAT_ADD_NOTHING = ("please", "thanks", "sir", "okay", "right away", "it was stolen")
WORDS_THAT_CHANGE_IT = (
    "but", "if", "unless", "when", "later", "tomorrow", "tonight", "maybe", "only", "not", "no",
    "wait", "what", "who", "first", "until", "hopefully", "bananas", "goodbye", "hello", "the",
)  # fmt: skip


@pytest.mark.parametrize("yes", ["yes", "okay", "go ahead", "block it", "absolutely"])
def test_every_word_has_to_support_the_yes(reader: AnswerReader, yes: str) -> None:
    assert all(read(reader, f"{yes} {more}") not in YESES for more in WORDS_THAT_CHANGE_IT)
    assert all(read(reader, f"{more} {yes}") not in YESES for more in WORDS_THAT_CHANGE_IT)


@pytest.mark.parametrize("more", WORDS_THAT_ADD_NOTHING)
def test_politeness_haste_and_reasons_support_it(reader: AnswerReader, more: str) -> None:
    assert read(reader, f"yes {more}") is YesNo.YES


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Yes.", YesNo.YES), ("yeah go ahead", YesNo.YES), ("okay", YesNo.YES),
        ("why not", YesNo.YES), ("do it", YesNo.FRAGILE_YES), ("that is right", YesNo.FRAGILE_YES),
        ("no", YesNo.NO), ("yes no wait", YesNo.NO), ("don't do it", YesNo.NO),
        ("it is yes", YesNo.UNCLEAR), ("yes is it free", YesNo.UNCLEAR), ("", YesNo.UNCLEAR),
        ("yes but not now", YesNo.NO), ("no no go ahead", YesNo.UNCLEAR), ("it's", YesNo.UNCLEAR),
        ("i'm sure you can", YesNo.UNCLEAR), ("yeah right", YesNo.UNCLEAR),
        ("fine thanks", YesNo.UNCLEAR), ("yes thanks", YesNo.YES), ("um", YesNo.UNCLEAR),
        ("yes " * 30, YesNo.UNCLEAR),
    ],
)  # fmt: skip
def test_what_an_answer_says(reader: AnswerReader, text: str, meaning: YesNo) -> None:
    assert read(reader, text) is meaning


def test_the_act_in_the_callers_words_comes_from_its_task(reader: AnswerReader) -> None:
    assert read(reader, "lock my card") in YESES and read(reader, "order it") not in YESES
    router = AnswerReader(
        language(), ActWords(lists={"it": ["it", "the router"]}, act=["order <it>"])
    )
    assert router.read("order the router please") in YESES
    assert router.read("lock my card") not in YESES


def test_offers_that_are_about_no_act_are_read_alike() -> None:
    reader = AnswerReader(language())
    assert reader.agrees("yes please") and reader.declines("no thank you")
    assert not reader.agrees("yes but later") and not reader.declines("what do you mean")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("(order | buy", ") is missing"), ("order <router>", "there is no list <router>"),
        ("order ]", "] is not expected"), ("a | | b", "a phrase is missing"),
        ("order 5", "5 is not expected"),
    ],
)  # fmt: skip
def test_a_badly_written_phrase_is_refused_with_its_place(rule: str, reason: str) -> None:
    with pytest.raises(ConfigError) as error:
        AnswerReader(language(), ActWords(act=[rule]), "tool order")
    assert str(error.value) == f"tool order: act: {rule!r}: {reason}"


ANY_ACT = ROOT / "tests" / "data" / "answers"


@pytest.mark.parametrize("tag", ["en", "fr"])
def test_what_is_no_clear_yes_runs_no_act_whatever_it_is(tag: str) -> None:
    spoken, block = language(tag), load_tasks(ROOT / "tasks").tools["block_sim"].answered
    readers = [AnswerReader(spoken, act) for act in (None, block[tag])]
    questions = yaml.safe_load((ANY_ACT / f"{tag}.yaml").read_text())
    others = [
        text
        for kinds in questions.values()
        for kind in ("no", "unclear")
        for said in kinds.get(kind, ())
        for text in (said, normal_form(said, spoken))
    ]
    assert len(others) > 200
    assert [text for text in others for one in readers if one.read(text) in YESES] == []
