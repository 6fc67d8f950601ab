"""Four-digit PINs, customer numbers and other digits as callers say them."""

from __future__ import annotations

import random

from training.dialogues import phrasebook
from training.speech_corpus.numbers import digit_string

_PIN = (
    "{0}", "{0}", "{0}", "it's {0}", "it is {0}", "my pin is {0}", "the pin is {0}",
    "that's {0}", "that would be {0}", "pin {0}", "my pin number is {0}",
    "(um|uh|er|okay|so|well) {0}",
    "yes (it's|) {0}", "i think it's {0}", "it should be {0}", "the number is {0}", "{0} please",
    "sorry (it's|) {0}", "my code is {0}", "the code is {0}", "(sure|of course|okay) (it's|) {0}",
    "i believe it's {0}", "that is {0}", "no (it's|) {0}", "let me see {0}", "you want my pin {0}",
)  # fmt: skip
_CUSTOMER = (
    "{0}", "{0}", "my customer number is {0}", "customer number {0}", "it's {0}",
    "the number is {0}",
    "my account number is {0}", "it is {0}", "yes it's {0}", "(um|uh|er) {0}", "number {0}",
    "that's {0}", "i have it here {0}", "my number is {0}", "the customer number is {0}",
)  # fmt: skip


def pin(choices: random.Random) -> str:
    """A spoken four-digit PIN, often in a short sentence."""
    return _within(_PIN, digit_string(choices, 4, 4), choices)


def customer_number(choices: random.Random) -> str:
    """A spoken customer number of five to eight digits."""
    return _within(_CUSTOMER, digit_string(choices, 5, 8), choices)


def _within(sentences: tuple[str, ...], digits: str, choices: random.Random) -> str:
    pattern = choices.choice(sentences).replace("{0}", digits)
    return phrasebook.expand(pattern, choices)
