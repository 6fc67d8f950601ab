"""What tells a number that may be secret from an amount, a date or a word of the language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from voice.languages.table import PlainWords, Table
from voice.languages.words import plain


class Secrets(Table):
    """Word lists, matched without regard to case and accents."""

    announced_by: Sequence[str]
    """Words that announce a secret, in the singular."""
    units: PlainWords
    """Words beside a number that make it a quantity or a date."""
    units_at_times: PlainWords = frozenset()
    """Those among the units that say something else behind a PIN: '4271, am I right'."""
    named_by_number: PlainWords = frozenset()
    """What has a small number behind it: 'bus 46', 'half past ten'."""
    framing: PlainWords
    """Words around a number that say nothing but 'here is a number'."""
    pronouns: PlainWords = frozenset()
    """Number words that are also pronouns."""
    of: PlainWords = frozenset()
    """Behind such a pronoun: one *of* them."""
    pointing: PlainWords = frozenset()
    """Before such a pronoun: *this* one."""
    moments: PlainWords = frozenset()
    """Behind such a pronoun, with nothing else: one *second*."""

    @cached_property
    def mention(self) -> re.Pattern[str]:
        """Finds an announcement in a plain text (lower case, no accents)."""
        words = "|".join(re.escape(plain(word)).replace(r"\ ", " ?") for word in self.announced_by)
        return re.compile(rf"\b(?:{words})s?\b")
