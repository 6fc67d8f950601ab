"""Speech that means nothing to a telephone company: open sentences, and noise heard as words."""

from __future__ import annotations

import random

from training.speech_corpus import open_speech

_HEARD_IN_NOISE = (
    "the", "and", "mm", "hmm", "ah", "so", "it", "a", "was", "um", "uh", "of", "er", "no", "then",
    "but", "like", "that", "one", "two", "oh", "at", "on", "is", "to", "i", "you", "in", "he",
    "she", "we", "they", "what", "there", "her", "his", "for", "as", "had", "have", "be", "are",
    "were", "with", "or", "if", "so", "up", "out",
)  # fmt: skip


def open_sentence(choices: random.Random) -> str:
    """A sentence about anything."""
    return open_speech.open_sentence(choices)


def word_salad(choices: random.Random) -> str:
    """Words in no order."""
    words = choices.choices(open_speech.vocabulary(), k=choices.randint(2, 8))
    return " ".join(words)


def short_salad(choices: random.Random) -> str:
    """What a recogniser makes of breath and noise: a few short words."""
    count = choices.randint(1, 6)
    return " ".join(
        choices.choice(_HEARD_IN_NOISE)
        if choices.random() < 0.8
        else choices.choice(open_speech.vocabulary())
        for _ in range(count)
    )
