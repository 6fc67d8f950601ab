"""What can be wrong with how a recogniser is to be used, apart from the model itself."""

from __future__ import annotations

from voice.errors import ModelError


class UnknownLanguage(ModelError):
    """The model does not know the language that it is to read."""


class UnusableDevice(ModelError):
    """The device is not there, or cannot be used."""


class UnusableComputeType(ModelError):
    """The device does not compute in this way."""
