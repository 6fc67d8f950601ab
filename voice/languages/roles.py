"""What a conversation says and is asked whatever it is about, in a language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from voice.languages.table import PlainWords, Table

_Some = Annotated[tuple[str, ...], Field(min_length=1)]


class Roles(Table):
    """The file roles.yaml; `voice.tasks.roles` says what each role is for."""

    acts: Mapping[str, _Some]
    """By role, its wordings."""
    requests: Mapping[str, _Some]
    """By role, how callers ask for it."""
    persons: PlainWords
    """How a person is named who could help; not said where there is none."""
