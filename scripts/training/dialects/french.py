"""In how many words espeak-ng's Belgian and Swiss French are spoken otherwise than its French.

    python -m training.dialects.french        # in scripts/

What a call-centre says, the language room's phrases with figures in digits, as phones (IPA).
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator

import jiwer

from voice.languages import language

FRENCH, DIALECTS = "fr-fr", ("fr-be", "fr-ch")
_SENTENCES = 350
_SEED = 22
_UNITS = ("euros", "minutes", "gigaoctets", "janvier")


def sentences() -> Iterator[str]:
    """A phrase and a number, each."""
    choices = random.Random(_SEED)
    phrases = sorted(language("fr").phrases.fixed)
    for _ in range(_SENTENCES):
        yield f"{choices.choice(phrases)} {choices.randint(1, 999)} {choices.choice(_UNITS)}"


def phones(sentence: str, voice: str) -> str:
    """As espeak-ng speaks it, word by word."""
    command = ["espeak-ng", "-q", "--ipa", "-v", voice, sentence]
    told = subprocess.run(command, check=True, capture_output=True, text=True)
    return " ".join(told.stdout.split())


def main() -> None:
    """Print the shares."""
    said = list(sentences())
    plain = [phones(sentence, FRENCH) for sentence in said]
    for dialect in DIALECTS:
        other = [phones(sentence, dialect) for sentence in said]
        found = jiwer.process_words(plain, other)
        words = found.hits + found.substitutions + found.deletions
        print(f"{dialect}: {words - found.hits} of {words} words otherwise ({found.wer:.1%})")


if __name__ == "__main__":
    main()
