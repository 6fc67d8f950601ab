"""The keys of one caller who keys a number."""

from __future__ import annotations

PERSON_KEY = "0"
"""For a person, unless other keys follow."""
CLEAR_KEY, ENTER_KEY = "*", "#"


def is_for_person(keys: str) -> bool:
    """Whether nothing but the key for a person was pressed, however often."""
    return keys != "" and not keys.strip(PERSON_KEY)


class KeyedDigits:
    """Takes key after key: one clears what was keyed, one ends it."""

    def __init__(self) -> None:
        self._keys = ""

    @property
    def begun(self) -> bool:
        """Whether some digits have been keyed in, but not yet all."""
        return bool(self._keys)

    @property
    def for_person(self) -> bool:
        """Whether nothing but the key for a person was pressed."""
        return is_for_person(self._keys)

    def clear(self) -> None:
        """What was keyed does not count."""
        self._keys = ""

    def take(self, key: str, expected: int) -> str | None:
        """Take a key; returns the digits once so many are there, or the enter key follows some.

        `expected` is 0 where that is not known.
        """
        if key == CLEAR_KEY:
            self.clear()
            return None
        if key != ENTER_KEY:
            self._keys += key
        are_all = key == ENTER_KEY or 0 < expected <= len(self._keys)
        if not (self._keys and are_all):
            return None
        digits, self._keys = self._keys, ""
        return digits
