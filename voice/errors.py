"""Errors that a user of Voice is shown: each carries one line that says what is wrong and where."""

from __future__ import annotations


class VoiceError(Exception):
    """Something outside the program is wrong; the message is one clear line."""


class ConfigError(VoiceError):
    """A setting, its file or its value cannot be used."""


class ModelError(VoiceError):
    """A model folder or file is missing, of the wrong kind or damaged."""
