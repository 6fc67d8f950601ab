"""A fact is told only when exactly it is told."""

from __future__ import annotations

import pytest

from voice.evaluation.facts import says
from voice.languages import language


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("You owe 42.17 euros, due on 1 May.", "42.17 euros"),
        ("You owe 42.17 euros, due on 1 May.", "1 May"),
        ("You owe 90.00 euros, and it is due on 2 June.", "90.00 euros"),
        ("You have the Smart plan, which gives you 5 gigabytes.", "5 gigabytes"),
        ("Done, your SIM card is blocked.", "blocked"),
        ("You owe 90 euros and two more things.", "90 euros"),
    ],
)
def test_told(text: str, fact: str) -> None:
    assert says(text, fact, language())


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("You owe 142.17 euros, due on 1 May.", "42.17 euros"),
        ("You owe 190.00 euros.", "90.00 euros"),
        ("You owe 42.17 euros.", "42.00 euros"),
        ("You owe 42.99 euros.", "42.00 euros"),
        ("You owe 42.01 euros.", "42.00 euros"),
        ("It has 25 gigabytes.", "5 gigabytes"),
        ("It is due on 21 May.", "1 May"),
        ("It is due on 1 May.", "21 May"),
    ],
)
def test_another_number_is_not_the_fact(text: str, fact: str) -> None:
    assert not says(text, fact, language())
