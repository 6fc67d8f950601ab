"""What a caller makes of a sentence of the assistant, from words heard over a telephone line.

The words come out of a recogniser and are partly wrong, so single telling words decide.
"""

from __future__ import annotations

import re
from enum import StrEnum

from voice.evaluation.callers.scenario import Goal


class Meaning(StrEnum):
    """The part that a sentence plays in the conversation."""

    NOTHING = "nothing"
    ASKS_PIN = "asks for the PIN"
    ASKS_CUSTOMER_NUMBER = "asks for the customer number"
    ASKS_CONFIRMATION = "asks whether to do it"
    OFFERS_PERSON = "asks whether to fetch a person"
    HANDS_OVER = "hands the call to a person"
    NOT_UNDERSTOOD = "did not understand"
    ASKS_TO_WAIT = "asks to wait"
    FAREWELL = "ends the call"
    STATEMENT = "says something else"


_SIGNS: tuple[tuple[Meaning, str], ...] = (
    (Meaning.NOT_UNDERSTOOD, r"i can tell you|you can ask"),
    (Meaning.HANDS_OVER, r"(putting|connecting|transferring|handing) you"),
    (
        Meaning.OFFERS_PERSON,
        r"(shall|should|like|cannot|can't|not do|sorry|understand)\b.*"
        r"(colleague|person|put you through|connect you)",
    ),
    (
        Meaning.ASKS_CONFIRMATION,
        r"(shall|should) i|(want|like) me to|are you sure"
        r"|(is that|that's) (all right|right|okay|correct)|yes or no|go ahead"
        r"|i (can|will) block|block your sim card now",
    ),
    (
        Meaning.HANDS_OVER,
        r"put you through|connect you|transfer|colleague|hand you over",
    ),
    (Meaning.ASKS_CUSTOMER_NUMBER, r"customer number"),
    (Meaning.ASKS_PIN, r"\bpin\b|four.digit|\bdigits?\b|say or key\b|\bkey in\b"),
    (Meaning.FAREWELL, r"\bgood ?bye\b|\bbye\b|have a (nice|good)|thank you for calling"),
    (
        Meaning.NOT_UNDERSTOOD,
        r"(not|n't) (quite )?(understand|catch|hear|get)|say (that|it) (once )?again"
        r"|repeat that|rephrase|other words|still there|pardon",
    ),
    (
        Meaning.ASKS_TO_WAIT,
        # What follows a moment in the same breath is already what one was to wait for.
        r"(one moment|a moment|just a second)\W*(please)?\W*(while\b.*)?$"
        r"|bear with|let me (see|check|look)",
    ),
)
"""In the order in which they decide: a question before what it is about."""

_ANSWERS = {
    Goal.BALANCE: r"euro|cent|\bdue\b|\bbalance\b|\bbill\b|\bowe\b|\bpay\b|paid|nothing to pay",
    Goal.PLAN: r"\bplans?\b|giga|\bdata\b|month|unlimited",
    Goal.BLOCK_SIM: r"block|\bsim\b|\bcard\b|nothing (was|has been) (done|changed)|leave|left",
    Goal.PERSON: r"person|somebody|someone|through",
    Goal.REPEAT: r"\w",
    Goal.OUT_OF_SCOPE: r"\w",
}


def understand(text: str) -> Meaning:
    """The meaning of what was heard; the most demanding one when a sentence has several."""
    heard = text.lower()
    if not heard.strip():
        return Meaning.NOTHING
    for meaning, signs in _SIGNS:
        if re.search(signs, heard):
            return meaning
    return Meaning.STATEMENT


def answers(goal: Goal, text: str) -> bool:
    """Whether `text` sounds like an answer to what the caller asked for."""
    return re.search(_ANSWERS[goal], text.lower()) is not None
