"""Recogniser-like damage to sentences: words heard as others that sound alike, lost, or added."""

from __future__ import annotations

import difflib
import random
import subprocess
from collections.abc import Iterable, Sequence

from training.dialogues import phrasebook, salad
from training.speech_corpus import open_speech

_SHORT = (
    "a", "the", "i", "and", "to", "it", "my", "is", "in", "of", "you", "that", "on", "for", "do",
    "me", "what", "so", "um", "uh", "we", "at", "be", "can", "no",
)  # fmt: skip
_NEIGHBOURS = 12
_LEVELS = (0.0, 0.0, 0.05, 0.12, 0.2, 0.28, 0.36)
"""Shares of damaged words; each sentence draws one."""


class HearingNoise:
    """Damages sentences; the table of like-sounding words is made once from their phones."""

    def __init__(self, table: dict[str, tuple[str, ...]]) -> None:
        self._table = table

    def __call__(self, sentence: str, choices: random.Random) -> str:
        """The sentence with about as many wrong words as one of the noise levels says."""
        level = choices.choice(_LEVELS)
        words: list[str] = []
        for word in sentence.split():
            words.extend(self._word(word, choices) if choices.random() < level else [word])
        if level and choices.random() < 0.06 and len(words) > 3:
            cut = choices.randint(1, 2)
            words = words[cut:] if choices.random() < 0.6 else words[:-cut]
        if level and choices.random() < 0.05:
            words = [*salad.short_salad(choices).split()[:2], *words]
        return " ".join(words)

    def _word(self, word: str, choices: random.Random) -> list[str]:
        kind = choices.random()
        if kind < 0.58:
            return [self.alike(word, choices)]
        if kind < 0.76:
            return []
        if kind < 0.90:
            return [word, choices.choice(_SHORT)]
        if kind < 0.96:
            return [choices.choice(_SHORT), self.alike(word, choices)]
        return [choices.choice(_SHORT)]

    def alike(self, word: str, choices: random.Random) -> str:
        """A word that sounds like this one, the nearest most often."""
        near = self._table.get(word)
        if not near:
            return word
        return near[min(int(choices.expovariate(0.45)), len(near) - 1)]


def vocabulary() -> list[str]:
    """The words that a recogniser of this corpus may write."""
    choices = random.Random(3)
    words = set(open_speech.vocabulary())
    for intent in phrasebook.intents():
        for _ in range(1200):
            words.update(phrasebook.phrase(intent, choices).split())
    return sorted(words)


def sounds_alike(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each word those that sound most like it, nearest first."""
    phones = dict(zip(words, phones_of(words), strict=True))
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(phones[word]), []).append(word)
    return {word: tuple(_nearest(word, phones, by_length)) for word in words}


def _nearest(word: str, phones: dict[str, str], by_length: dict[int, list[str]]) -> Iterable[str]:
    own = phones[word]
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(own)
    scored: list[tuple[float, str]] = []
    for length in range(max(1, len(own) - 2), len(own) + 3):
        for other in by_length.get(length, ()):
            if other == word:
                continue
            matcher.set_seq1(phones[other])
            if matcher.real_quick_ratio() < 0.5 or matcher.quick_ratio() < 0.5:
                continue
            scored.append((matcher.ratio(), other))
    scored.sort(reverse=True)
    return [other for _, other in scored[:_NEIGHBOURS]]


def phones_of(words: Sequence[str]) -> list[str]:
    """Phone strings of espeak-ng (needed for training only), one for each word."""
    result = subprocess.run(
        ["espeak-ng", "-q", "-v", "en-gb", "--ipa"],
        input="\n".join(f"{word}." for word in words),
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.strip().replace("ˈ", "").replace("ˌ", "") for line in result.stdout.splitlines()]
    lines = [line for line in lines if line]
    if len(lines) != len(words):
        raise RuntimeError(f"espeak-ng gave {len(lines)} lines for {len(words)} words")
    return lines
