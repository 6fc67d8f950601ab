"""The small words by which a listener says 'go on'; they do not take the floor."""

from __future__ import annotations

import re

_WORDS = frozenset(
    {"ah", "aha", "alright", "hm", "hmm", "mhm", "mm", "mmhm", "mmm", "oh", "ok", "okay", "right"}
    | {"sure", "uh", "uhhuh", "uhuh", "um", "yeah", "yep"}
)
_PHRASES = frozenset({"i see", "got it", "go on", "uh huh", "mm hm"})
_LONGEST = 3


def is_backchannel(text: str) -> bool:
    """Whether `text` says no more than that the caller is listening."""
    words = re.findall(r"[a-z]+", text.lower().replace("-", ""))
    if not words or len(words) > _LONGEST:
        return False
    return " ".join(words) in _PHRASES or all(word in _WORDS for word in words)
