"""What synthesizers say in a language: its phrases, and numbers, amounts and dates."""

from __future__ import annotations

import random
from collections.abc import Iterator

from voice.languages import Language, language, languages


def texts(tag: str, choices: random.Random) -> Iterator[str]:
    """Without end. Where the language has no folder of its own, figures, which a synthesizer reads.

    `tag`: of the language, or a dialect of it.
    """
    code = tag.partition("-")[0]
    known = language(code) if code in languages() else None
    while True:
        figures = [_figures(choices) for _ in range(choices.randint(1, 3))]
        if known is None:
            yield ", ".join(figures)
        else:
            yield " ".join([*_phrases(known, choices), *map(known.spoken_form, figures)])


def _phrases(known: Language, choices: random.Random) -> list[str]:
    return choices.sample(sorted(known.phrases.fixed), choices.randint(1, 2))


def _figures(choices: random.Random) -> str:
    return choices.choice(
        [
            str(choices.randint(13, 99999)),
            f"{choices.randint(1, 28)}/{choices.randint(1, 12)}/2026",
            f"{choices.randint(2, 900)},{choices.randint(10, 99)} EUR",
            " ".join(str(choices.randint(10, 99)) for _ in range(4)),
        ]
    )
