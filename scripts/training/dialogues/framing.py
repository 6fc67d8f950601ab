"""What stands around a request: greetings, hesitations, context, courtesy, false starts."""

from __future__ import annotations

import random

from training.dialogues import phrasebook

_SHORT_ANSWERS = frozenset({"yes", "no", "repeat", "wait", "goodbye", "thanks", "greeting"})
_OPENERS = ("{hello}", "{filler}", "{filler} {filler}", "{hello} {filler}", "{filler} {hello}")


def framed(intent: str, sentence: str, choices: random.Random) -> str:
    """The sentence as it may come in a call; `intent` limits what fits around it."""
    if intent in _SHORT_ANSWERS:
        return _lightly(intent, sentence, choices)
    before, after = "", ""
    kind = choices.random()
    if kind < 0.30:
        before = choices.choice(_OPENERS)
    elif kind < 0.40:
        before = "{context}"
    elif kind < 0.45:
        before = "{context} (and|and so|so|but|now|) {filler}"
    if choices.random() < 0.10:
        after = "{tail}"
    whole = phrasebook.expand(f"{before} {sentence} {after}", choices)
    return _stumbling(whole, choices)


def _lightly(intent: str, sentence: str, choices: random.Random) -> str:
    chance = choices.random()
    if intent in {"yes", "no"} and chance < 0.12:
        return phrasebook.expand(f"(um|uh|er|well|oh|hmm|erm|ah) {sentence}", choices)
    if intent in {"thanks", "goodbye", "repeat", "wait"} and chance < 0.12:
        return phrasebook.expand(f"(um|uh|okay|right|oh|ah|well|so|sorry) {sentence}", choices)
    return sentence


def _stumbling(sentence: str, choices: random.Random) -> str:
    """Now and then a hesitation in the middle, a word said twice, or a false start."""
    words = sentence.split()
    chance = choices.random()
    if len(words) < 3 or chance > 0.14:
        return " ".join(words)
    place = choices.randrange(1, len(words))
    if chance < 0.08:
        words.insert(place, phrasebook.expand("{middle}", choices))
    elif chance < 0.12:
        words.insert(place, words[place])
    else:
        words = words[: min(place, 3)] + words
    return " ".join(words)
