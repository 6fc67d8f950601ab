"""What the caller was asked for, and what follows for how they are heard."""

from __future__ import annotations

from voice.calls.state import CallState
from voice.languages import Language
from voice.recognition import ANYTHING, LISTENING, Expectation
from voice.tasks import Argument
from voice.turns import Awaited

_IN_FIGURES = frozenset({"digits", "phone", "number"})
_DICTATED = frozenset({"name", "email", "text"})
_SAID_ONE_BY_ONE = frozenset({"digits", "phone"})


def expectation(call: CallState) -> Expectation:
    """What the recogniser may expect of the caller's next words."""
    if call.digits_expected:
        return Expectation("digits", digits=call.digits_expected)
    if (wanted := call.wanted()) is not None:
        return _of_argument(wanted, call.language)
    listens = call.over_words and call.tracker.detector.short and not call.asks_yes_no()
    return LISTENING if listens else ANYTHING


def digits_wanted(call: CallState) -> int:
    """How many digits the caller was asked for; 0 when none, or not so many exactly."""
    return call.digits_expected or exact_digits(call.wanted())


def dictates_digits(call: CallState) -> bool:
    """Whether the caller was asked for figures, which are said with pauses between them."""
    wanted = call.wanted()
    return call.digits_expected > 0 or (wanted is not None and wanted.type in _IN_FIGURES)


def awaited(call: CallState) -> Awaited:
    """What the caller was asked for, as it matters to when they are done."""
    wanted = call.wanted()
    if call.digits_expected or (wanted is not None and wanted.type in _SAID_ONE_BY_ONE):
        return Awaited.FIGURES
    if wanted is not None:
        return Awaited.DICTATION if wanted.type in _DICTATED else Awaited.ANYTHING
    return Awaited.YES_OR_NO if call.asks_yes_no() else Awaited.ANYTHING


def exact_digits(wanted: Argument | None) -> int:
    """How many digits an argument has; 0 where that is not known."""
    if wanted is None or wanted.type != "digits":
        return 0
    least, most = wanted.bounds
    return most if least == most else 0


def _of_argument(wanted: Argument, language: Language) -> Expectation:
    if wanted.type in _SAID_ONE_BY_ONE:
        return Expectation("digits", digits=exact_digits(wanted))
    match wanted.type:
        case "number" | "amount":
            return Expectation("amount")
        case "date":
            return Expectation("date")
        case "choice":
            words = (word for each in wanted.words(language).values() for word in each)
            return Expectation("choice", choices=tuple(words))
    return ANYTHING
