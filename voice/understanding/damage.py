"""Examples as a recogniser may hear them: with a word lost, or another one in its place."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from voice.languages import Language

_FEWEST = 4
"""Words; of a shorter example nothing can be spared."""


def damaged(text: str, language: Language, vocabulary: Sequence[str], copies: int) -> list[str]:
    """Some damaged copies of an example, the same ones each time.

    One word is lost, is heard as one that sounds like it, or becomes any word of `vocabulary`.
    """
    words = text.split()
    if len(words) < _FEWEST:
        return []
    chance = random.Random(text)
    alike = _alike(language)
    made: list[str] = []
    for number in range(copies):
        changed = list(words)
        place = chance.randrange(len(words))
        sounding = [at for at, word in enumerate(words) if word in alike]
        if number % 3 == 2 and sounding:
            place = chance.choice(sounding)
            changed[place] = alike[words[place]]
        elif number % 2:
            changed[place] = chance.choice(vocabulary)
        else:
            del changed[place]
        made.append(" ".join(changed))
    return made


def _alike(language: Language) -> Mapping[str, str]:
    """Words and the digits that they sound like, both ways."""
    sounds = language.numbers.dictation.sounds_like
    digits = {word: language.digit_words[value] for word, value in sounds.items()}
    return {**{digit: word for word, digit in digits.items()}, **digits}
