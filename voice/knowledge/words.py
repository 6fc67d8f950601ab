"""Words as far as their endings leave them alone, in any language."""

from __future__ import annotations

import re

from voice.languages import plain

_WORD = re.compile(r"[^\W_]+")
STEM = 5
"""Letters by which a longer word is known."""


def stems(text: str) -> list[str]:
    """The words of a text in order, in lower case and without accents, long ones cut short."""
    words = _WORD.findall(plain(text))
    return [word[:STEM] if len(word) > STEM else word for word in words]
