"""What a caller probably speaks, by what is known before the first word."""

from __future__ import annotations

from collections.abc import Sequence

from voice.recognition import LanguageBelief
from voice.settings.languages import Callers
from voice.telephony.leg import Offer

_BY_THEIR_BEGINNING = ("number", "called")


def prior(
    rows: Sequence[Callers], belief: LanguageBelief, offer: Offer, customer: str | None
) -> dict[str, float]:
    """How probable each of the languages and dialects is, in sum 1.

    `belief`: what is believed of anybody. Of the rows that fit by the same key the narrowest
    counts; those of different keys tell independently, so their shares are multiplied.
    """
    known = {
        "number": _digits(offer.caller_number),
        "called": _digits(offer.called),
        "trunk": offer.trunk or "",
        "customer": customer or "",
    }
    fitting: dict[str, Callers] = {}
    for row in sorted(rows, key=lambda row: len(row.known_by[1])):
        key, value = row.known_by
        if known[key] == value or (key in _BY_THEIR_BEGINNING and known[key].startswith(value)):
            fitting[key] = row
    likely = dict(belief.before)
    for row in fitting.values():
        speak = {tag for tag in likely if row.speak in (tag, belief.language_of(tag))}
        usual = sum(belief.before[tag] for tag in speak)
        for tag in likely:
            others = (1 - row.share) / (1 - usual) if usual < 1 else 1.0
            likely[tag] *= row.share / usual if tag in speak else others
    whole = sum(likely.values())
    return {tag: share / whole for tag, share in likely.items()}


def _digits(number: str | None) -> str:
    """An international number as digits, without + or 00."""
    digits = "".join(character for character in number or "" if character.isdigit())
    return digits.removeprefix("00")
