"""That something was done, or is so, is said only after a result that says it."""

from __future__ import annotations

import pytest

from tests.response.grounding.conftest import ACCOUNT, CLOSED, TARIFF, Turns, happened
from voice.response.grounding.grounds import GivenValue

SETTLED: dict[str, GivenValue] = {"status": "settled"}
BUSY: dict[str, GivenValue] = {"status": "busy", "days": 0}
DONE_EN = [
    "I have shut your water off.",
    "I've just shut it off.",
    "Your water is shut off.",
    "It's done.",
    "Your water is now shut off.",
    "Your water has been shut off.",
    "I shut it off for you.",
    "Done.",
    "Done, your water is off.",
    "I went ahead and shut it off.",
    "All done!",
    "We've already shut it off.",
]
UNDONE_EN = [
    "I have cancelled your contract.",
    "I ordered a new meter.",
    "Cancelled.",
    "Refunded, no problem.",
    "A refund has been sent.",
    "Your new meter is on its way.",
    "I am sending you a plumber.",
    "We've credited your account.",
    "I was able to cancel it.",
    "Your contract is cancelled.",
    "That has been taken care of.",
    "I've gone ahead and changed it.",
]
DONE_FR = [
    "J'ai coupé votre eau.",
    "Votre eau a été coupée.",
    "Votre eau est coupée.",
    "C'est fait.",
    "Je viens de couper votre eau.",
    "Nous avons coupé l'eau.",
    "Votre eau est maintenant coupée.",
]
UNDONE_FR = [
    "J'ai résilié votre contrat.",
    "Votre contrat a été résilié.",
    "Le remboursement est en route.",
    "Je vous envoie un plombier.",
    "Nous avons crédité votre compte.",
    "Votre contrat est résilié.",
    "Je viens d'annuler la facture.",
    "Votre demande a été transmise.",
]


@pytest.mark.parametrize("sentence", DONE_EN)
def test_what_a_tool_did_may_be_told(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence, CLOSED) == []
    assert english.wrong(sentence) != [] and english.wrong(sentence, TARIFF) != []


@pytest.mark.parametrize("sentence", DONE_FR)
def test_ce_qu_un_outil_a_fait(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence, CLOSED) == []
    assert french.wrong(sentence) != [] and french.wrong(sentence, TARIFF) != []


@pytest.mark.parametrize("sentence", UNDONE_EN)
def test_what_no_tool_did_may_not(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence, CLOSED) != [] and english.wrong(sentence) != []


@pytest.mark.parametrize("sentence", UNDONE_FR)
def test_ce_qu_aucun_n_a_fait(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence, CLOSED) != [] and french.wrong(sentence) != []


@pytest.mark.parametrize("sentence", DONE_EN)
def test_a_tool_that_answered_otherwise_has_done_nothing(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence, BUSY) != []


@pytest.mark.parametrize(
    "sentence",
    [
        "I have not shut anything off.",
        "I haven't shut it off.",
        "Your water is not shut off.",
        "I have not done anything.",
        "Nothing has been shut off.",
    ],
)
def test_what_was_done_is_not_denied(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence, CLOSED) != []
    later = english.after(history=happened("close_valve", "closed"))
    assert later.wrong(sentence) != []


@pytest.mark.parametrize(
    "sentence", ["Je n'ai rien coupé.", "Votre eau n'est pas coupée.", "Je n'ai pas coupé l'eau."]
)
def test_ni_ce_qui_est_fait(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence, CLOSED) != []


def test_what_was_not_done_may_be_denied(english: Turns, french: Turns) -> None:
    assert english.wrong("I have not shut anything off.") == []
    assert english.wrong("I haven't cancelled your contract.", CLOSED) == []
    assert french.wrong("Je n'ai rien résilié.", CLOSED) == []


def test_what_was_done_earlier_in_the_call_may_be_told_until_it_is_undone(english: Turns) -> None:
    closed, opened = happened("close_valve", "closed"), happened("open_valve", "open")
    assert english.after(history=closed).wrong("Yes, I have shut your water off.") == []
    assert english.after(history=[*closed, *opened]).wrong("I have shut your water off.") != []
    assert english.after(history=happened("close_valve", "busy")).wrong("I have shut it off.") != []


@pytest.mark.parametrize(
    "sentence",
    [
        "Shall I shut your water off?",
        "I can shut your water off.",
        "Once it has been shut off, call us.",
        "If your water is shut off, call a plumber.",
        "I will see what I can do.",
        "I have understood.",
        "Understood, one moment.",
        "I've checked your account.",
        "I am sorry, I did not catch that.",
        "I am looking into it.",
        "It has to be paid.",
        "It can be shut off at any time.",
        "Has it been shut off?",
        "I am afraid I cannot do that.",
        "I have no access to that.",
        "You have been very patient.",
        "Would you like it shut off?",
        "A plumber would have to be sent.",
        "I have a few questions.",
    ],
)
def test_what_only_may_be_claims_nothing(english: Turns, sentence: str) -> None:
    assert english.wrong(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Dois-je couper votre eau ?",
        "Je peux couper votre eau.",
        "Je vais regarder.",
        "J'ai bien compris.",
        "Si votre eau est coupée, appelez un plombier.",
        "J'ai regardé votre compte.",
        "Je suis désolé.",
        "Il faut que ce soit payé.",
        "J'ai besoin de votre numéro.",
        "Je ne peux pas faire cela.",
        "Une fois l'eau coupée, appelez-nous.",
        "Est-ce que l'eau est coupée ?",
    ],
)
def test_ce_qui_peut_etre(french: Turns, sentence: str) -> None:
    assert french.wrong(sentence) == []


def test_how_something_is_is_told_by_its_status(english: Turns) -> None:
    assert english.wrong("Your account has been settled.", SETTLED) == []
    assert english.wrong("You owe us nothing.", SETTLED) == []
    assert english.wrong("Your account has been settled.", ACCOUNT) != []
    assert english.wrong("You owe us nothing.", ACCOUNT) != []
    assert english.wrong("Your account has not been settled.", ACCOUNT) == []
    assert english.wrong("Your account has not been settled.", SETTLED) != []
