"""Make dialects whose truth is known, tune the embedded model to each, and tell them apart.

    python scripts/train_dialects.py --folder /var/tmp/voice-train/dialects

writes the speech (espeak-ng's voices), runs `voice tune dialect` for each dialect, then
`voice tune identification`, and leaves the variants and what tells them apart in asr_models/.
A run that was stopped goes on when the command is given again. Needs the extra `train`, and
espeak-ng. `python scripts/bench_dialects.py --only synthesised` measures what came of it.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from training.dialects.speech import (  # noqa: E402
    BASE,
    OWN,
    VOICES,
    Said,
    judged,
    learned,
    variant,
)
from training.speech_corpus.espeak import VARIANTS, Espeak  # noqa: E402
from voice.audio import write_wav  # noqa: E402

_FOLDER = Path("/var/tmp/voice-train/dialects")
_MODELS = Path(__file__).resolve().parents[1] / "asr_models"
IDENTIFICATION = f"{BASE}-dialects"
_DEVELOPMENT_EVERY = 12
"""Voices: one of so many is chosen by."""
_JUDGED_EVERY = 5
"""Sentences of the test: the card's figures rest on one of so many, the benchmark's on all."""
_SOURCES = 5
"""Groups of voices, of which each is judged by a model of all the others."""
_EACH = 160
"""Utterances of each dialect that are told apart."""
_LICENCE = "GPL-3.0-or-later"
_LICENCE_URL = "https://www.gnu.org/licenses/gpl-3.0.html"
_STATEMENT = (
    "Speech of a synthesizer, espeak-ng, made to prove the routing: it says nothing of people."
)


def main() -> None:
    """Speech, variants, then identification of all; what is there is left as it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="speech and unfinished runs")
    parser.add_argument("--only", nargs="+", choices=VOICES, default=list(VOICES), metavar="TAG",
                        help="of these dialects")  # fmt: skip
    parser.add_argument("--speech-minutes", type=float, default=45.0, help="of each dialect")
    parser.add_argument("--minutes", type=float, default=20.0, help="of each tuning, about")
    parser.add_argument("--copies", type=int, default=2, help="of each utterance")
    parser.add_argument("--passes", type=int, default=6)
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=_MODELS)
    arguments = parser.parse_args()
    for dialect in dict.fromkeys([OWN, *arguments.only]):
        write_speech(arguments.folder / dialect, dialect, arguments.speech_minutes)
    for dialect in arguments.only:
        if dialect != OWN and not (arguments.out / variant(dialect)).exists():
            _tune(dialect, arguments)
    if not (arguments.out / IDENTIFICATION).exists() and {*arguments.only} == {*VOICES}:
        _identify(arguments)


def write_speech(folder: Path, dialect: str, minutes: float) -> None:
    """Sounds and a manifest of a dialect, in parts that share no voice with the test."""
    manifest = folder / "manifest.csv"
    if manifest.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    espeak = Espeak()
    part = manifest.with_suffix(".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", "text", "speaker", "dialect", "part", "source"])
        table.writerows(_rows(folder, dialect, learned(dialect, espeak, minutes), ""))
        some = list(judged(dialect, espeak))[::_JUDGED_EVERY]
        table.writerows(_rows(folder, dialect, some, "test"))
    part.replace(manifest)


def _rows(folder: Path, dialect: str, said: Iterable[Said], part: str) -> Iterator[list[str]]:
    for number, one in enumerate(said):
        file = folder / f"{part or 'learned'}-{number:04}.wav"
        write_wav(file, one.pcm, one.rate_hz)
        place = VARIANTS.index(one.voice) if one.voice in VARIANTS else 0
        purpose = part or ("train" if place % _DEVELOPMENT_EVERY else "dev")
        source = f"voices {place % _SOURCES + 1}"
        yield [file.name, one.text, one.voice, dialect, purpose, source]


def _tune(dialect: str, arguments: argparse.Namespace) -> None:
    made: Path = arguments.folder / variant(dialect)
    _voice(
        "tune", "dialect", "--base", BASE, "--data", arguments.folder / dialect,
        "--dialect", dialect, "--token", "en", "--language", "en", "--out", made, "--learn", "all",
        "--copies", arguments.copies, "--minutes", arguments.minutes, "--passes", arguments.passes,
        "--rank", arguments.rank, "--rate", arguments.rate, "--device", "cpu",
        "--threads", arguments.threads,
        "--also", f"en={arguments.folder / OWN}", "--licence", _LICENCE,
        "--licence-url", _LICENCE_URL, "--statement", _STATEMENT,
    )  # fmt: skip
    shutil.copytree(made, arguments.out / made.name, ignore=shutil.ignore_patterns("problems.txt"))


def _identify(arguments: argparse.Namespace) -> None:
    """What was learned from, of each dialect as much; the test's voices are not among it."""
    data: list[object] = []
    for dialect in VOICES:
        folder = arguments.folder / dialect
        with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["part"] != "test"]
        manifest = folder / "identification.csv"
        with manifest.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]))
            table.writeheader()
            table.writerows(rows[:: max(1, len(rows) // _EACH)])
        data += ["--data", manifest]
    about = f"{len(VOICES)} dialects of English by espeak-ng, {len(VARIANTS)} voices of each."
    _voice("tune", "identification", *data, "--base", BASE, "--column", "dialect",
           "--about", about, "--out", arguments.out / IDENTIFICATION)  # fmt: skip


def _voice(*arguments: object) -> None:
    command = [sys.executable, "-m", "voice", *map(str, arguments)]
    root = str(Path(__file__).resolve().parents[1])
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": root})


if __name__ == "__main__":
    main()
