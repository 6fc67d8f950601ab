"""One typed tree of settings: `voice.toml`, then the environment (`VOICE_SIP__LISTEN=...`).

Every key, its default and its meaning stand in `voice.example.toml`, which a test holds against
the tree. A large section has a file of its own; a mistake is a ConfigError
that names the key, its place and what was expected.
"""

from voice.settings.tree import (
    EMBEDDED,
    EMBEDDED_ONLY,
    REAL_RECOGNISER,
    REAL_VOICE,
    Calls,
    Demo,
    Identity,
    Recognition,
    Records,
    Runtime,
    Settings,
    Speech,
    load_settings,
)

__all__ = [
    "EMBEDDED",
    "EMBEDDED_ONLY",
    "REAL_RECOGNISER",
    "REAL_VOICE",
    "Calls",
    "Demo",
    "Identity",
    "Recognition",
    "Records",
    "Runtime",
    "Settings",
    "Speech",
    "load_settings",
]
