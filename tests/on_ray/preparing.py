"""Prepares what tunings learn from on a cluster: python -m tests.on_ray.preparing ADDRESS FOLDER.

FOLDER holds a small Whisper (`base`) with speech, and a small gpt-oss (`mixture`) with dialogues.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np

from tests.tuning.told_progress import Told
from voice.cli.batch_run import chosen_workers
from voice.tuning.lessons import LessonBook
from voice.tuning.preparing import PreparedByWorkers
from voice.tuning.reading import ReferenceReader
from voice.tuning.response.reading_workers import ReadingWorkers
from voice.tuning.speech_data import read_corpus


def main(address: str, folder: Path) -> None:
    """Leave windows, states and routing in the folder `prepared`."""
    prepared = folder / "prepared"
    base = folder / "base"
    book = LessonBook(prepared / "windows", ReferenceReader(base, "sw"), 1, 1)
    utterances = dict(enumerate(read_corpus(folder / "speech").utterances))
    with chosen_workers(None, address) as workers:
        preparation = PreparedByWorkers(workers, base, "sw", 1, prepared, Told())
        preparation.windows([(utterances, 2)], book)
    shares = json.loads((folder / "shares.json").read_text())
    readers = ReadingWorkers(folder / "mixture", partial(chosen_workers, None, address))
    reading = readers.read(shares, prepared / "shares", Told())
    np.save(prepared / "states.npy", reading.states.astype(np.float16))
    reading.routing.save(prepared / "routing.json")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
