"""What callers ask for, found by the examples of a handful of tasks; by letters and words alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from voice.languages import language
from voice.understanding import (
    NONE,
    LearntExamples,
    LexicalEmbedder,
    Reading,
    RequestReader,
    Stance,
)

EXAMPLES = {
    "balance": [
        "how much do i owe you",
        "what is my balance",
        "how high is my bill",
        "tell me the amount of my bill",
        "i want to know what i have to pay",
        "what do i have to pay this month",
    ],
    "block": [
        "please block my card",
        "i have lost my phone",
        "my phone was stolen",
        "i want my card blocked",
        "lock my card please",
        "i can't find my phone",
    ],
    "move": [
        "i want to change my address",
        "i have moved",
        "please note my new address",
        "can you update my address",
        "my address is not right any more",
    ],
    "outage": [
        "my internet is not working",
        "there is no signal here",
        "is there an outage",
        "the network is down",
        "i have no network",
    ],
    "weather": [
        "what will the weather be like",
        "tell me a joke",
        "who won the match",
        "can you order a pizza",
    ],
}
MATTERS = {"balance": "bill", "block": "card", "move": "address", "outage": "network"}


def reader_of(
    examples: Mapping[str, Sequence[str]], matters: Mapping[str, str] | None = None
) -> RequestReader:
    english = language("en")
    return RequestReader(english, LearntExamples({english: examples}, LexicalEmbedder()), matters)


@pytest.fixture(scope="module")
def reader() -> RequestReader:
    return reader_of(EXAMPLES, MATTERS)


def wanted(reading: Reading) -> list[str]:
    known = (wish for wish in reading.wishes if wish.request != NONE)
    return [wish.request for wish in known if wish.stance is Stance.WANTED]


@pytest.mark.parametrize(
    ("said", "request_name"),
    [
        ("how much do i have to pay", "balance"),
        ("hello could you tell me my balance please", "balance"),
        ("my phone has been stolen", "block"),
        ("um please lock the card", "block"),
        ("i can't find my phone anywhere", "block"),
        ("my new address has to be noted", "move"),
        ("my internet isn't working", "outage"),
        ("the network seems to be down here", "outage"),
    ],
)
def test_what_is_like_the_examples_is_found(
    reader: RequestReader, said: str, request_name: str
) -> None:
    reading = reader.read(said)
    assert wanted(reading) == [request_name]
    assert reading.ranked[0][0] == request_name
    assert sum(share for _, share in reading.ranked) == pytest.approx(1.0)


@pytest.mark.parametrize("said", ["purple elephants dance on tuesdays", "xyzzy", "number"])
def test_what_is_like_no_example_is_nothing(reader: RequestReader, said: str) -> None:
    assert wanted(reader.read(said)) in ([], ["weather"])


@pytest.mark.parametrize(
    "said",
    [
        "don't block my card",
        "please do not lock my card",
        "there is no need to block the card",
        "i don't want my card blocked",
        "i did not lose my phone",
        "my phone works fine",
        "my neighbour lost his phone",
        "i lost my phone two years ago",
        "i blocked my card last year",
        "i'm not calling about my bill",
        "i never had a problem with the network",
    ],
)
def test_what_is_denied_or_only_told_is_not_wanted(reader: RequestReader, said: str) -> None:
    assert wanted(reader.read(said)) in ([], ["weather"])


@pytest.mark.parametrize(
    ("said", "request_name"),
    [
        ("why don't you block my card", "block"),
        ("i can't find my phone", "block"),
        ("my address is not right any more", "move"),
        ("i lost my phone yesterday", "block"),
        ("can you not just block my card", "block"),
    ],
)
def test_a_negation_of_the_request_itself_does_no_harm(
    reader: RequestReader, said: str, request_name: str
) -> None:
    assert wanted(reader.read(said)) == [request_name]


@pytest.mark.parametrize(
    ("said", "requests"),
    [
        ("what is my balance and please block my card", ["balance", "block"]),
        ("please note my new address and my internet is not working", ["move", "outage"]),
        ("don't block my card just tell me what i have to pay", ["balance"]),
        ("my phone was stolen please block my card", ["block"]),
    ],
)
def test_two_requests_are_two(reader: RequestReader, said: str, requests: list[str]) -> None:
    assert wanted(reader.read(said)) == requests


@pytest.mark.parametrize(
    ("said", "requests"),
    [
        ("i have moved so please block my card", ["block"]),
        ("i have lost my phone i want to know what i have to pay", ["balance"]),
        ("i have moved and please block my card", ["move", "block"]),
    ],
)
def test_what_only_tells_why_is_no_request_of_its_own(
    reader: RequestReader, said: str, requests: list[str]
) -> None:
    assert wanted(reader.read(said)) == requests


@pytest.mark.parametrize("said", ["why is my bill so high", "how high was my bill last month"])
def test_what_the_examples_do_not_ask_is_beyond_the_request(
    reader: RequestReader, said: str
) -> None:
    wish = reader.read(said, "bill").wishes[0]
    assert (wish.request, wish.stance) == ("balance", Stance.BEYOND)


def test_a_question_that_goes_on_with_the_matter_is_beyond_it(reader: RequestReader) -> None:
    for said in ("and why is that", "what was it last month"):
        wish = reader.read(said, "bill").wishes[0]
        assert (wish.request, wish.stance) == ("balance", Stance.BEYOND)


def test_a_word_that_refers_leans_to_what_was_spoken_of(reader: RequestReader) -> None:
    said = "and how high is it"
    before = dict(reader.read(said).ranked)["balance"]
    assert dict(reader.read(said, "bill").ranked)["balance"] > before


FOLLOWED = {
    "price": ["how much is the ferry to malta", "what does a ticket cost", "the fare to gozo"],
    "timetable": ["when does the ferry leave for malta", "when is the last ferry"],
    "parking": ["can i park at the harbour", "is there a car park", "when is the car park open"],
}
OF_WHAT = {"price": "ferry", "timetable": "ferry", "parking": "cars"}


@pytest.mark.parametrize(
    ("said", "matter", "request_name"),
    [
        ("and to gozo", "ferry", "price"),
        ("what about malta", "ferry", "price"),
        ("and when is the last one", "ferry", "timetable"),
        ("and when is it open", "cars", "parking"),
    ],
)
def test_words_that_go_on_ask_the_same_of_something_else(
    said: str, matter: str, request_name: str
) -> None:
    reader = reader_of(FOLLOWED, OF_WHAT)
    assert wanted(reader.read(said, matter)) == [request_name]


def test_what_goes_on_with_nothing_of_the_matter_is_left(reader: RequestReader) -> None:
    assert wanted(reader.read("and the purple elephants", "bill")) in ([], ["weather"])


def test_a_refusal_without_words_of_its_own_takes_back_what_was_said(
    reader: RequestReader,
) -> None:
    assert wanted(reader.read("i was going to change my address but i won't", "")) == []


def test_the_names_of_requests_make_no_difference(reader: RequestReader) -> None:
    renamed = {f"z{9 - place}": texts for place, texts in enumerate(EXAMPLES.values())}
    other = reader_of(renamed)
    for said in ("how much do i owe", "my phone is gone", "is there an outage here"):
        shares = sorted(share for _, share in reader.read(said).ranked)
        assert sorted(share for _, share in other.read(said).ranked) == pytest.approx(shares)


def test_what_is_known_in_one_language_is_known_in_the_other() -> None:
    """Where one embedder reads both; here, by words that both have."""
    english, french = language("en"), language("fr")
    in_french = {"balance": ["quel est mon solde"], "outage": ["je n'ai pas de réseau"]}
    learnt = LearntExamples({english: EXAMPLES, french: in_french}, LexicalEmbedder())
    reader = RequestReader(french, learnt, MATTERS)
    assert wanted(reader.read("my internet is not working")) == ["outage"]
    assert wanted(reader.read("quel est mon solde")) == ["balance"]
    assert wanted(RequestReader(english, learnt).read("what is my balance")) == ["balance"]
