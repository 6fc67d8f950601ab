"""Writes what was learned as a variant: a difference from the base, its entry, and its card."""

from __future__ import annotations

from pathlib import Path

from training.short_window.distillation import (
    PADDING_FRAMES,
    SHORTEST_FRAMES,
    TEACHER_FRAMES,
    Distillation,
)
from training.short_window.recordings import RECORDED
from voice.models.difference import DIFFERENCE
from voice.models.variant import write_variant

_FRAMES_PER_SECOND = 100
_LONGEST_FRAMES = TEACHER_FRAMES - PADDING_FRAMES[0]
"""Of speech in a window."""

_CARD = """# Recogniser `{name}`

{base} for windows as short as what was said: speech and {padding:g} s, at least {shortest:g} s,
at most {longest:g} s, where {base} needs {longest:g} s for a single word. {size:.1f} MB (float16,
low rank): a difference that `voice models pull {name}` merges with {base}.

Made by `scripts/train_short_window.py` in {steps} steps: in a short window the encoder imitates
itself in one of {longest:g} s, and the decoder, which stays as it was, writes the same. Behind a
window the decoder is given the states that {base} has of silence. The material is speech of free
synthesizers and of people (recorded sets: {recorded}) through simulated telephone lines
(`scripts/training/short_window/corpus.py`, `recordings.py`), and {base} itself labelled it.
Licence: MIT, as {base}.

`python scripts/bench_recognition.py` measures how soon its words are there
(`short_final_speedup_1`, `..._8`) and, with `--only accuracy --model {name}`, what it understands
of recorded people.
"""


def export(run: Distillation, base: Path, target: Path, corpus: Path) -> None:
    """Fill the folder of a variant; it is merged with its base when it is installed."""
    sets = [file.stem.removeprefix(RECORDED) for file in sorted(corpus.glob(f"{RECORDED}*.npz"))]
    write_variant(target, entry(base.name), base / "model.bin", run.network.difference())
    card = _CARD.format(
        name=target.name,
        base=base.name,
        padding=PADDING_FRAMES[0] / _FRAMES_PER_SECOND,
        shortest=SHORTEST_FRAMES / _FRAMES_PER_SECOND,
        longest=TEACHER_FRAMES / _FRAMES_PER_SECOND,
        size=(target / DIFFERENCE).stat().st_size / 1e6,
        steps=run.steps,
        recorded=", ".join(sets) or "none",
    )
    (target / "README.md").write_text(card, encoding="utf-8")


def entry(base: str) -> dict[str, object]:
    """What the catalogue says of a variant of `base` for short windows."""
    return {
        "kind": "recogniser",
        "about": f"{base}, tuned for windows as short as what was said.",
        "languages": ["*"],
        "licence": "MIT",
        "licence_url": "https://github.com/openai/whisper/blob/main/LICENSE",
        "base": base,
        "description": {
            "minimum_window_seconds": SHORTEST_FRAMES / _FRAMES_PER_SECOND,
            "longest_window_seconds": _LONGEST_FRAMES / _FRAMES_PER_SECOND,
            "silence_seconds": TEACHER_FRAMES / _FRAMES_PER_SECOND,
        },
    }
