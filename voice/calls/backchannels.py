"""The small words by which a listener says 'go on'; they do not take the floor."""

from __future__ import annotations

import re

_WORDS = frozenset(
    {"ah", "aha", "alright", "hm", "hmm", "mhm", "mm", "mmhm", "mmm", "oh", "ok", "okay", "right"}
    | {"sure", "uh", "uhhuh", "uhuh", "um", "yeah", "yep"}
)
_PHRASES = frozenset({"i see", "got it", "go on", "uh huh", "mm hm"})
_LONGEST = 3
_PATIENCE = re.compile(
    r"(?:(?:okay|ok|sure|right|yes|yeah|hello|hi|thanks|thank you|please|sir|madam|um|uh|mm|hm|"
    r"no problem|no hurry|take your time|i'll wait|i can wait|one moment|just a moment|"
    r"(?:are )?you (?:still )?there|(?:is )?anybody there|still there|can you hear me)\b\s*)+"
)


def is_backchannel(text: str) -> bool:
    """Whether `text` says no more than that the caller is listening."""
    words = re.findall(r"[a-z]+", text.lower().replace("-", ""))
    if not words or len(words) > _LONGEST:
        return False
    return " ".join(words) in _PHRASES or all(word in _WORDS for word in words)


def is_patience(text: str) -> bool:
    """Whether somebody who waits for an answer says no more than that they are still there."""
    words = " ".join(re.findall(r"[a-z']+", text.lower().replace("\u2019", "'")))
    return not words or is_backchannel(text) or _PATIENCE.fullmatch(words) is not None
