"""Transcripts in which a Whisper model says the same thing until it is stopped."""

from __future__ import annotations

from collections.abc import Sequence

_SAYINGS = 3
"""Speech may say a thing twice; a loop says it at least so often (the last one may be cut)."""
_SHORT = 4
"""Pieces; shorter loops that nothing precedes are what a model makes of noise."""
_LONG = 16
"""Pieces, a dozen words: nobody says so many again to the letter and stops there; a model does."""

_CUT = 3


def without_echo(pieces: Sequence[int]) -> list[int]:
    """The pieces without an end that says once more, to the letter, the stretch before it.

    Of what is said again the last few pieces may be missing.
    """
    for period in range(_LONG, len(pieces) - _LONG + _CUT + 1):
        again = _repeated(pieces, period) - period
        if again >= period - _CUT:
            return list(pieces[: len(pieces) - again])
    return list(pieces)


def without_loop(pieces: Sequence[int]) -> list[int]:
    """The pieces up to the end of what is said again and again until the end, said once.

    Nothing is left of a short loop that fills the whole transcript.
    """
    period = _period(pieces)
    if period is None:
        return list(pieces)
    start = len(pieces) - _repeated(pieces, period)
    return list(pieces[: start + period]) if start or period >= _SHORT else []


def _period(pieces: Sequence[int]) -> int | None:
    """The shortest stretch that the transcript ends by repeating; None when it does not."""
    for period in range(1, len(pieces) // 2 + 1):
        if _repeated(pieces, period) > (_SAYINGS - 1) * period:
            return period
    return None


def _repeated(pieces: Sequence[int], period: int) -> int:
    """How many pieces at the end follow each other with this period."""
    first = len(pieces) - period
    while first > 0 and pieces[first - 1] == pieces[first - 1 + period]:
        first -= 1
    return len(pieces) - first
