"""Makes an embedded voice from nothing: python scripts/train_voice.py --teacher festival-slt.

Needs the `train` extra, and the teacher: apt-get install festival festvox-us-slt-hts flite.
Every step is resumable: started again, it goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from training.voice import corpus
from training.voice.card import write_card
from training.voice.export import export
from training.voice.intelligibility import measure
from training.voice.learning import Trainer
from training.voice.sentences import SentenceWriter
from training.voice.teachers import TEACHERS

log = logging.getLogger("train_voice")

FINE_TUNING_RATE = 8e-4
TRAINING_RATE = 2e-3
DEFAULT_WORK = Path("build/voices")


def main() -> None:
    """Write the sentences, let the teacher speak them, train, export, measure, describe."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    teacher = TEACHERS[options.teacher]
    work: Path = options.work / options.teacher
    started = time.monotonic()
    sentences = SentenceWriter(options.seed).write(options.sentences)
    examples: list[corpus.Example] = []
    for shard in corpus.prepare(teacher, sentences, work / "corpus"):
        examples.extend(corpus.read(shard))
    hours = sum(example.length for example in examples) / corpus.FRAMES_PER_SECOND / 3600
    log.info("%d of %d sentences, %.2f h", len(examples), len(sentences), hours)
    trainer = Trainer(
        examples,
        work / "checkpoint.pt",
        steps=options.steps,
        rate=FINE_TUNING_RATE if options.init else TRAINING_RATE,
        initial=options.init,
    )
    model = trainer.run()
    trained_ids = {int(number) for example in examples for number in example.ids}
    voice = export(model, trained_ids, options.out, options.teacher)
    log.info("%s written after %.0f s", voice, time.monotonic() - started)
    figures = measure(voice, teacher)
    write_card(
        options.out,
        teacher,
        command=_command(options),
        origin="was fine-tuned from another voice" if options.init else "was trained from nothing",
        sentences=len(examples),
        hours=hours,
        steps=options.steps,
        processor_minutes=trainer.processor_seconds / 60,
        figures=figures,
    )


def _command(options: argparse.Namespace) -> str:
    """The command that makes this voice again, with the usual working folder."""
    words = ["python scripts/train_voice.py", f"--teacher {options.teacher}"]
    words += [f"--out {options.out}"]
    if options.init:
        words += [f"--init {DEFAULT_WORK / options.init.parent.name / options.init.name}"]
    words += [f"--sentences {options.sentences}", f"--steps {options.steps}"]
    return " ".join([*words, f"--seed {options.seed}"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", choices=sorted(TEACHERS), required=True)
    parser.add_argument("--out", type=Path, required=True, help="the voice's folder")
    parser.add_argument("--init", type=Path, help="checkpoint of another voice to start from")
    parser.add_argument("--sentences", type=int, default=1400)
    parser.add_argument("--steps", type=int, default=4000, help="of about 14 s of speech each")
    parser.add_argument("--seed", type=int, default=1, help="of the sentences")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="corpus and checkpoints")
    return parser.parse_args()


if __name__ == "__main__":
    main()
