"""What is spoken in the corpus: callers, the assistant, numbers, and anything else."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Callable

from training.dialogues import assistant_sentence, caller_sentence
from training.speech_corpus import numbers, open_speech, telephone_phrases
from training.speech_corpus.spoken import in_words

_PLAIN = re.compile(r"[a-z' ]+")

Source = Callable[[random.Random], str]


@functools.cache
def telephone_vocabulary() -> tuple[str, ...]:
    """The words of the telephone company's business, each once."""
    choices = random.Random(0)
    words: set[str] = set()
    for _ in range(8000):
        words.update(telephone_phrases.caller_phrase(choices).split())
    for _ in range(1500):
        words.update(telephone_phrases.assistant_phrase(choices).split())
    return tuple(sorted(words))


def _salad(choices: random.Random) -> str:
    words = open_speech.vocabulary() if choices.random() < 0.5 else telephone_vocabulary()
    return open_speech.word_salad(choices, words)


def caller(choices: random.Random) -> str:
    """What a caller of the demonstration says."""
    if choices.random() < 0.2:
        return telephone_phrases.caller_phrase(choices)
    return in_words(caller_sentence(choices), choices)


def assistant(choices: random.Random) -> str:
    """What the assistant says, as the simulated caller hears it."""
    if choices.random() < 0.2:
        return telephone_phrases.assistant_phrase(choices)
    return in_words(assistant_sentence(choices), choices)


def digits(choices: random.Random) -> str:
    """One to nine digits."""
    return numbers.digit_string(choices, 1, 9)


_SOURCES: dict[Source, float] = {
    caller: 0.54,
    assistant: 0.14,
    digits: 0.09,
    _salad: 0.11,
    open_speech.open_sentence: 0.12,
}


def utterance(choices: random.Random) -> str:
    """One training utterance: lower-case words of letters and apostrophes."""
    while True:
        source = choices.choices(list(_SOURCES), list(_SOURCES.values()))[0]
        text = " ".join(source(choices).split())
        if text and len(text) <= 120 and _PLAIN.fullmatch(text):
            return text
