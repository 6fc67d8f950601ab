"""Language tags (BCP 47): how a setting names a language, and which of those there are it means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from voice.errors import ConfigError

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_AUTOMATIC = frozenset({"auto", "detect", "any", "multi"})


def matching(wanted: str, names: Mapping[str, str]) -> str:
    """The tag among `names` (with the names of the languages) that `wanted` means.

    Letters of any case and underscores are understood; what is narrower falls back on what is
    wider (RFC 4647 3.4): en-GB on en. Raises ConfigError with those there are, and a suggestion.
    """
    text = wanted.strip()
    known = {tag.lower(): tag for tag in names}
    if _TAG.fullmatch(text):
        subtags = text.lower().replace("_", "-").split("-")
        while subtags:
            if "-".join(subtags) in known:
                return known["-".join(subtags)]
            subtags.pop()
    there = ", ".join(f"{tag} ({name})" for tag, name in sorted(names.items()))
    if text.lower() in _AUTOMATIC:
        raise ConfigError(
            f"{wanted!r}: a language has to be named; expected one of {there}, or several of them: "
            "which one is spoken is then found out in each call"
        )
    raise ConfigError(f"{wanted!r} is no language that there is: {there}{_hint(text, names)}")


def _hint(text: str, names: Mapping[str, str]) -> str:
    near = {name.lower(): tag for tag, names_ in names.items() for name in names_.split("/")}
    near |= {tag.lower(): tag for tag in names}
    found = difflib.get_close_matches(text.lower(), near, n=1)
    return f"; did you mean {near[found[0]]}?" if found else ""
