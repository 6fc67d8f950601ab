"""What can be wrong with how a recogniser is to be used, apart from the model itself."""

from __future__ import annotations

from voice.errors import ModelError


class UnknownLanguage(ModelError):
    """The model does not know the language that it is to read."""


class UnusableDevice(ModelError):
    """The device is not there, or cannot be used."""


class UnusableComputeType(ModelError):
    """The device does not compute in this way."""


class UnusableVariant(ModelError):
    """A variant cannot be used beside the model, or the others."""


class UnusableIdentification(ModelError):
    """What tells languages and dialects apart is damaged, or belongs to another model."""
