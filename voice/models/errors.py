"""What can be wrong with a source, apart from the model itself."""

from __future__ import annotations

from voice.errors import ModelError


class SourceUnavailable(ModelError):
    """A source cannot be reached, or does not have the model: the next one may."""


class WrongHash(ModelError):
    """What came is not what the catalogue names; it is thrown away, and nothing is installed."""
