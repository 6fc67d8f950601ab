"""What simulated callers say: phrasings by intent, drawn by seed and not repeated within a call."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from voice.errors import ConfigError
from voice.languages import language

OWN_PHRASINGS = Path(__file__).parent / "phrasings"
"""The phrasings that come with the package."""


class Phrasings:
    """Sentences by intent; `{digits}` in one stands for a number said digit by digit."""

    def __init__(self, by_intent: Mapping[str, Sequence[str]]) -> None:
        self._by_intent = {intent: tuple(phrases) for intent, phrases in by_intent.items()}

    @classmethod
    def load(cls, folder: Path) -> Phrasings:
        """Read every YAML file of `folder`; raises ConfigError when one is not a phrasings file."""
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise ConfigError(f"{folder}: no phrasings (*.yaml) here")
        return cls(dict(_read(file) for file in files))

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents that can be said."""
        return tuple(self._by_intent)

    @property
    def by_intent(self) -> dict[str, list[str]]:
        """All of them, as JSON keeps them."""
        return {intent: list(phrases) for intent, phrases in self._by_intent.items()}

    def of(self, intent: str) -> tuple[str, ...]:
        """All phrasings of `intent`; raises ConfigError when there are none."""
        try:
            return self._by_intent[intent]
        except KeyError:
            raise ConfigError(f"no phrasings of the intent {intent!r}") from None

    def speaker(self, seed: random.Random) -> PhrasingChoice:
        """A caller's own order of choosing among them."""
        return PhrasingChoice(self, seed)


class PhrasingChoice:
    """Chooses phrasings for one call: each at most once until all of its intent were said."""

    def __init__(self, phrasings: Phrasings, seed: random.Random) -> None:
        self._phrasings = phrasings
        self._seed = seed
        self._left: dict[str, list[str]] = {}

    def say(self, intent: str, digits: str = "") -> str:
        """The next sentence for `intent`, with `digits` spelled out where it asks for them."""
        left = self._left.setdefault(intent, [])
        if not left:
            left.extend(self._phrasings.of(intent))
            self._seed.shuffle(left)
        return with_digits(left.pop(), digits)


def with_digits(phrase: str, digits: str) -> str:
    """A phrasing as it is said, with a number in its place."""
    return phrase.replace("{digits}", language().numbers.digits(digits))


def _read(file: Path) -> tuple[str, tuple[str, ...]]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{file}: cannot be read as YAML: {error}") from None
    match content:
        case {"intent": str(intent), "phrases": [*phrases]} if phrases:
            wrong = [phrase for phrase in phrases if not isinstance(phrase, str)]
            if not wrong:
                return intent, tuple(phrases)
            raise ConfigError(f"{file}: not a sentence: {wrong[0]!r} (write it in quotes)")
    raise ConfigError(f"{file}: expected `intent: NAME` and `phrases:` with at least one sentence")
