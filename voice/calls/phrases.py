"""What the call itself says; answers come from the response step.

All of these are synthesised when the process starts, so that they sound at once, even when an
engine has failed.
"""

from __future__ import annotations

from voice.emergency import DistressWords, country
from voice.settings import Settings
from voice.speech import ClauseSplitter

STILL_THERE = ("Are you still there?", "I can't hear you. Is there anything that I can do for you?")
RECORDED = "This call is recorded."
"""Said in the greeting, before the question that ends it."""
NOBODY_THERE = "I can't hear you, so I will end the call now. Goodbye."
ONE_MOMENT = "One moment, please."
STILL_AT_IT = "This takes a little longer. I am still here."
TIME_RUNS_OUT = "I am sorry, this call has to end in one minute."
TIME_IS_UP = "I am sorry, our time is up. Please call again. Goodbye."

ASK_CUSTOMER_NUMBER = "Please say or key in your customer number."
ASK_PIN = "To be sure that it is you, please say or key in your four-digit PIN."
CUSTOMER_NUMBER_AGAIN = (
    "I did not get all the digits. Please say or key in your customer number again."
)
PIN_AGAIN = "I did not get all the digits. Please say or key in your PIN again."
WRONG_PIN = "That PIN is not right. Please try again."
VERIFIED = "Thank you."
NOT_VERIFIED = "I am sorry, I could not confirm who you are."
CANNOT_REACH = "I am sorry, I cannot reach our system just now."
ANYTHING_ELSE = "Is there anything else that I can do for you?"

HAND_OVER = "I am putting you through to a colleague. One moment, please."
NO_PERSON = "I am sorry, nobody can take your call right now. Please call again later. Goodbye."
TRANSFER_FAILED = "I am sorry, I could not reach anybody."
APOLOGY = "I am sorry, something went wrong on our side."
GOODBYE = "Please call again later. Goodbye."

_DISCLOSURE = "automated assistant"

FIXED = (
    *STILL_THERE, RECORDED, NOBODY_THERE, ONE_MOMENT, STILL_AT_IT, TIME_RUNS_OUT, TIME_IS_UP,
    ASK_CUSTOMER_NUMBER, ASK_PIN, CUSTOMER_NUMBER_AGAIN, PIN_AGAIN, WRONG_PIN, VERIFIED,
    NOT_VERIFIED, CANNOT_REACH, ANYTHING_ELSE, HAND_OVER, NO_PERSON, TRANSFER_FAILED, APOLOGY,
    GOODBYE,
)  # fmt: skip
"""Everything that is synthesised ahead."""


def in_emergencies(settings: Settings) -> tuple[str, str]:
    """What a caller in distress is told who is put through, and who cannot be."""
    place = country(settings.calls.country)
    words = DistressWords.load(settings.recognition.language, place.code)
    return words.connecting, words.nobody(place.number)


def greeting(text: str, recorded: bool) -> list[tuple[str, bool]]:
    """The clauses of a greeting; True: it must be disclosed, and is heard to its end."""
    splitter = ClauseSplitter()
    clauses = [*splitter.feed(text), *splitter.flush()]
    disclosing = [n for n, clause in enumerate(clauses) if _DISCLOSURE in clause.lower()]
    last = max(disclosing, default=-1)
    if recorded:
        last += 1
        clauses.insert(last, RECORDED)
    return [(clause, number <= last) for number, clause in enumerate(clauses)]
