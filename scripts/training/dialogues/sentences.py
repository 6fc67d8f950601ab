"""What is said in calls: the recogniser's share of the dialogues."""

from __future__ import annotations

import functools
import random
import re
from pathlib import Path

from training.dialogues import framing, phrasebook, spoken_numbers
from training.speech_corpus import numbers
from voice.tasks import load_tasks, slots_of

_TASKS = Path(__file__).resolve().parents[3] / "tasks"
_PLANS = ("basic", "smart", "family", "student", "premium", "classic")
_WEIGHTS = {
    "balance": 16, "due_date": 9, "balance_and_due": 4, "plan": 16, "balance_and_plan": 3,
    "block": 18, "person": 14, "greeting": 3, "thanks": 10, "goodbye": 16, "yes": 12, "no": 10,
    "repeat": 9, "wait": 2, "help": 2, "about_me": 2, "out_of_scope": 10, "not_understood": 0,
}  # fmt: skip
_NUMBERS = 12
_SLOTS = {"amount", "price", "due_date", "plan", "data_gb", "replacement_days"}
"""Values that are made up for the assistant's sentences."""


def caller_sentence(choices: random.Random) -> str:
    """What a caller says, in lower-case words; numbers are in words."""
    names = [*_WEIGHTS, "pin", "customer_number"]
    weights = [*_WEIGHTS.values(), _NUMBERS * 2 / 3, _NUMBERS / 3]
    intent = choices.choices(names, weights)[0]
    if intent == "pin":
        return spoken_numbers.pin(choices)
    if intent == "customer_number":
        return spoken_numbers.customer_number(choices)
    return framing.framed(intent, phrasebook.phrase(intent, choices), choices)


@functools.cache
def _answers() -> tuple[str, ...]:
    sentences: list[str] = []
    for wordings in load_tasks(_TASKS).wordings.values():
        sentences += (words for words in wordings if _SLOTS.issuperset(slots_of(words)))
    sentences += [
        "You are through to Larkfield Telecom. You are speaking with an automated assistant.",
        "How can I help you?", "Are you still there?", "I cannot hear you. Goodbye.",
        "Thank you. One moment, please.", "Thank you.",
    ]  # fmt: skip
    return tuple(sentences)


def assistant_sentence(choices: random.Random) -> str:
    """What the assistant says, in lower-case words, its values made up and spoken in words."""
    sentence = choices.choice(_answers())
    values = {
        "amount": numbers.money(choices.randint(3, 250), choices.randint(0, 99), choices),
        "price": numbers.money(choices.randint(5, 80), choices.randint(0, 99), choices),
        "due_date": numbers.date(choices.randint(1, 31), choices.randint(1, 12), choices),
        "plan": choices.choice(_PLANS),
        "data_gb": numbers.cardinal(choices.choice([1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 50, 100])),
        "replacement_days": numbers.cardinal(choices.randint(2, 9)),
    }
    spoken = re.sub(r"\{(\w+)\}( euros)?", lambda slot: values[slot[1]], sentence)
    clauses = re.split(r"(?<=[.?!])\s+", spoken)
    if len(clauses) > 1 and choices.random() < 0.6:
        spoken = choices.choice(clauses)
    return " ".join(re.sub(r"[^a-z' ]", " ", spoken.lower()).split())
