"""Each figure is of the value that it says it is of: number, unit, tool and field."""

from __future__ import annotations

import pytest

from tests.response.grounding.conftest import ACCOUNT, CLOSED, TARIFF, Turns


@pytest.mark.parametrize(
    "sentence",
    [
        "You owe 42.17 euros by 14 December.",
        "That is €42.17, due on December 14th, 2026.",
        "You owe forty-two euros and seventeen cents.",
        "It is EUR 42.17, please.",
        "Forty two euros seventeen are open.",
        "You have until the fourteenth of December.",
        "Pay by Monday, 14 December 2026.",
        "Last year you paid 310 euros.",
        "The meter was read on the 3rd of November.",
        "It is due in December.",
        "You owe 42.17 euros, and last year you paid three hundred and ten euros.",
    ],
)
def test_what_a_result_holds_may_be_said_in_any_way(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence, ACCOUNT) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Vous devez 42,17 euros avant le 14 décembre.",
        "C'est 42,17 €, à payer le 14 décembre 2026.",
        "Vous devez quarante-deux euros et dix-sept centimes.",
        "Cela fait 42 euros 17.",
        "Vous avez jusqu'au quatorze décembre.",
        "L'an dernier, vous avez payé trois cent dix euros.",
        "Le compteur a été relevé le 3 novembre.",
        "Payez avant le lundi 14 décembre.",
    ],
)
def test_and_so_in_french(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence, ACCOUNT) == []


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("You owe 42.18 euros.", ["42.18 euros"]),
        ("You owe 42 euros.", ["42 euros"]),
        ("You owe 42.17 dollars.", ["42.17 dollars"]),
        ("You owe £42.17.", ["£42.17"]),
        ("You owe twenty euros.", ["twenty euros"]),
        ("It is due on 15 December.", ["15 December"]),
        ("It is due on 14 November.", ["14 November"]),
        ("Pay by 14/12/2027.", ["14/12/2027"]),
        ("Pay by Friday, 14 December.", ["Friday, 14 December"]),
        ("Pay by tomorrow.", ["tomorrow"]),
        ("It is due in March.", ["March"]),
        ("Pay by 14 December at 5 pm.", ["5 pm"]),
        ("You owe 42.17 euros a month.", ["42.17 euros a month"]),
        ("You owe 42.17 gigabytes.", ["42.17"]),
        ("You owe five percent.", ["five percent"]),
        ("Your reference is 482913.", ["482913"]),
        ("You owe a hundred euros.", ["hundred euros"]),
        ("It was 42.17 euros 10 days ago.", ["10"]),
        ("Write to help@brookwell.example.", ["help@brookwell.example"]),
    ],
)
def test_what_no_result_holds_is_found(english: Turns, sentence: str, wrong: list[str]) -> None:
    assert english.wrong(sentence, ACCOUNT) == wrong


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Vous devez 42,18 euros.", ["42,18 euros"]),
        ("Vous devez vingt euros.", ["vingt euros"]),
        ("C'est dû le 15 décembre.", ["15 décembre"]),
        ("Vous devez 42,17 francs suisses.", ["42,17 francs suisses"]),
        ("Payez demain.", ["demain"]),
        ("Vous devez 1 042,17 €.", ["1 042,17 €"]),
        ("Vous devez 42,17 euros par mois.", ["42,17 euros par mois"]),
        ("C'est 42 %.", ["42 %"]),
    ],
)
def test_and_found_in_french(french: Turns, sentence: str, wrong: list[str]) -> None:
    assert french.wrong(sentence, ACCOUNT) == wrong


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("It has 150 litres.", []),
        ("It has 150 euros.", ["150 euros"]),
        ("It has 150 days.", ["150"]),
        ("It has one hundred and fifty litres a day.", []),
        ("You get 15 % off.", []),
        ("You get 15 litres off.", ["15"]),
        ("You get fifteen percent off.", []),
        ("It costs 19.99 euros per month.", []),
        ("It costs 19.99 euros a year.", ["19.99 euros a year"]),
        ("It costs 15 euros a month.", ["15 euros a month"]),
        ("Call 0800 123 456.", []),
        ("Call oh eight double oh one two three four five six.", []),
        ("Call 0800 123 457.", ["0800 123 457"]),
        ("The number ending in 456 helps you.", []),
    ],
)
def test_a_number_counts_what_it_counts(english: Turns, sentence: str, wrong: list[str]) -> None:
    assert english.wrong(sentence, TARIFF) == wrong


@pytest.mark.parametrize("sentence", ["You owe 310 euros.", "Last year you paid 42.17 euros."])
def test_a_value_of_one_field_is_not_said_of_another(english: Turns, sentence: str) -> None:
    assert len(english.wrong(sentence, ACCOUNT)) == 1


@pytest.mark.parametrize(
    "sentence", ["It is due on 3 November.", "The meter was read on 14 December."]
)
def test_nor_is_a_day(english: Turns, sentence: str) -> None:
    assert len(english.wrong(sentence, ACCOUNT)) == 1


def test_two_results_never_pool(english: Turns, french: Turns) -> None:
    both = ACCOUNT, TARIFF
    assert (
        english.wrong("You owe 42.17 euros, and the Blue Lagoon tariff costs 19.99.", *both) == []
    )
    assert english.wrong("The Blue Lagoon tariff costs 42.17 euros.", *both) == [
        "Blue Lagoon",
        "42.17 euros",
    ]
    assert english.wrong("You owe 19.99 euros.", *both) == ["19.99 euros"]
    assert english.wrong("It is 42.17 euros.", *both) == ["42.17 euros"]
    assert french.wrong("Le tarif Blue Lagoon coûte 42,17 euros.", *both) != []
    assert french.wrong("Vous devez 19,99 euros par mois.", *both) != []


def test_what_belongs_to_a_tool_that_did_not_answer_is_not_said_of_its_values(
    english: Turns,
) -> None:
    assert english.wrong("You owe 19.99 euros.", TARIFF) == ["19.99 euros"]


def test_a_value_that_the_caller_gave_is_of_their_own_call_alone(english: Turns) -> None:
    assert english.wrong("A plumber comes to meter 482913 in the morning.", CLOSED) == []
    assert english.wrong("A plumber comes to meter 4 8 2 9 1 3 in three days.", CLOSED) == []
    assert english.wrong("Your meter is 482914.", CLOSED) == ["482914"]
    assert english.wrong("Meter 482913 has cost 42.17 euros.", CLOSED, ACCOUNT) != []
    assert english.wrong("Your meter is 482913.", ACCOUNT) == ["482913"]


@pytest.mark.parametrize(
    "sentence",
    [
        "One moment, please.",
        "There are two ways to do that.",
        "Thank you for calling Brookwell Water.",
        "Is there anything else I can do for you today?",
        "May I help you with that?",
        "Let me see, one second.",
        "Shall I shut your water off?",
    ],
)
def test_plain_talk_states_nothing(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Un instant, s'il vous plaît.",
        "Il y a un problème.",
        "Puis-je vous aider ?",
        "Une question : c'est pour une maison ?",
    ],
)
def test_nor_in_french(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence) == []
