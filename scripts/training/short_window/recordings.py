"""Recorded speech to distil on, cut anew for each clip, over the same lines as what is synthesised.

    cd scripts
    python -m training.short_window.recordings FOLDER --speech SPEECH --sets swahili yoruba

SPEECH has a folder for each set with audio files. No transcripts are needed; the licence of each
set has to allow training, and the card names it.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
import soundfile

from training.short_window.corpus import Clip, Line, save

RECORDED = "recorded-"
"""Begins the name of a file of clips; the name of the set follows."""
_SECONDS = (0.6, 9.0)
_FORMATS = {".flac", ".ogg", ".wav"}


def cut(files: list[Path], clips: int, seed: int) -> list[Clip]:
    """Pieces of recordings, most of them shorter than the recording."""
    choices, line = random.Random(seed), Line(seed)
    made: list[Clip] = []
    while len(made) < clips:
        samples, rate_hz = soundfile.read(choices.choice(files), dtype="float32", always_2d=True)
        length = int(choices.uniform(*_SECONDS) * rate_hz)
        start = choices.randrange(max(1, len(samples) - length))
        pcm = line(np.ascontiguousarray(samples[start : start + length, 0]), rate_hz)
        if pcm is not None:
            made.append(Clip(pcm, ""))
    return made


def main() -> None:
    """Write a file of clips for each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--sets", nargs="+", required=True)
    parser.add_argument("--clips", type=int, default=500, help="of each set")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(arguments.sets):
        folder = arguments.speech / name
        files = sorted(file for file in folder.rglob("*") if file.suffix in _FORMATS)
        if not files:
            parser.error(f"{folder} holds no audio ({', '.join(sorted(_FORMATS))})")
        save(arguments.folder / f"{RECORDED}{name}.npz", cut(files, arguments.clips, seed))


if __name__ == "__main__":
    main()
