"""Make the labelled speech that tells English, French and Swahili apart, and train on it.

    python scripts/train_identification.py --speech FOLDER --prompts FOLDER
    voice tune identification --data /var/tmp/voice-train/identification/manifest.csv \\
        --out asr_models/whisper-base-identification

`--speech` is a folder of recorded people with a manifest.csv, `--prompts` holds Asterisk's prompts
(Debian: asterisk-core-sounds-{en,fr,es,it}-wav, in /usr/share/asterisk/sounds). Needs the extra
`train`, and espeak-ng.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from training.identification.recorded import Row, people, prompts  # noqa: E402
from training.identification.synthesizers import Spoken, espeak  # noqa: E402
from training.speech_corpus.disturbances import disturbance  # noqa: E402
from voice.audio import resample, write_wav  # noqa: E402
from voice.tuning.telephone_line import RATE_HZ  # noqa: E402

_FOLDER = Path("/var/tmp/voice-train/identification")


def main() -> None:
    """Write the sounds and the manifest."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=_FOLDER)
    parser.add_argument("--speech", type=Path, required=True)
    parser.add_argument("--prompts", type=Path, required=True)
    parser.add_argument("--utterances", type=int, default=50, help="of each label and source")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with (arguments.folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "language", "source", "speaker"])
        for path, label, source, speaker in _rows(arguments):
            table.writerow([path.resolve(), label, source, speaker])
            file.flush()


def _rows(arguments: argparse.Namespace) -> Iterator[Row]:
    folder, utterances = arguments.folder, arguments.utterances
    yield from people(arguments.speech, utterances)
    yield from prompts(arguments.prompts, utterances)
    yield from _written(folder, "espeak-ng", espeak(utterances // 2))
    random = np.random.default_rng(5)
    noises = (("und", "", disturbance(random), RATE_HZ) for _ in range(utterances // 2))
    yield from _written(folder, "no speech", noises)


def _written(folder: Path, source: str, spoken: Iterator[Spoken]) -> Iterator[Row]:
    for number, (label, speaker, samples, rate) in enumerate(spoken):
        file = folder / f"{source.replace(' ', '-')}-{number:04}.wav"
        loud = samples / max(1.0, float(np.abs(samples).max()))
        write_wav(file, resample((loud * 32767).astype(np.int16), rate, 16000), 16000)
        yield file, label, source, speaker


if __name__ == "__main__":
    main()
