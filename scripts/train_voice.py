"""Makes an embedded voice from nothing: python scripts/train_voice.py --teacher kokoro-en.

Needs the `train` extra, and the teacher: for Kokoro a folder with its model (kokoro-v1.0.int8.onnx)
and its voices (voices-v1.0.bin) as kokoro-onnx publishes them, for the others apt-get install
festival festvox-us-slt-hts flite. Every step is resumable: started again, it goes on where it was
stopped. The voice lies in build/voices/TEACHER/voice; --judge then has Whisper base listen to it
and to the one in --out, and puts it there only when it is understood as well.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from training.voice import corpus
from training.voice.card import write_card
from training.voice.export import export
from training.voice.judged_sentences import judged_sentences
from training.voice.judgement import judge, put_in_place
from training.voice.kokoro import KOKORO_VOICES, KokoroTeacher
from training.voice.learning import Trainer
from training.voice.measurement import Measured, listener, measure
from training.voice.patterns import PatternWriter
from training.voice.sentences import SentenceWriter
from training.voice.teacher import Teacher
from training.voice.teachers import TEACHERS
from voice.errors import VoiceError
from voice.evaluation.intelligibility import Spoken

log = logging.getLogger("train_voice")

FINE_TUNING_RATE = 8e-4
TRAINING_RATE = 2e-3
DEFAULT_WORK = Path("build/voices")
LAST_NICENESS = 19


@dataclass(frozen=True)
class Trained:
    """A voice that was exported, and what it cost."""

    folder: Path
    sentences: int
    hours: float
    """Of the teacher's speech."""
    processor_minutes: float


def main() -> int:
    """Write the sentences, let the teacher speak them, train, export, judge; the exit status."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    os.nice(LAST_NICENESS)  # it takes hours: everything else goes first
    try:
        teacher = _teacher(options)
        # Before anything is trained: in a process that has trained, Kokoro garbles its words.
        taught = _taught(teacher, options.work / options.teacher) if options.judge else []
        trained = _train(teacher, options)
        return 0 if not options.judge or _replaced(trained, teacher, taught, options) else 1
    except VoiceError as error:
        print(f"train_voice: {error}", file=sys.stderr)
        return 2


def _train(teacher: Teacher, options: argparse.Namespace) -> Trained:
    work: Path = options.work / options.teacher
    sentences = _sentences(teacher.accent.language, options)
    examples: list[corpus.Example] = []
    for shard in corpus.prepare(teacher, sentences, work / "corpus"):
        examples.extend(corpus.read(shard))
        log.info("%s: %d sentences", shard.name, len(examples))
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
    voice = export(model, trained_ids, work / "voice", options.teacher, teacher.accent)
    log.info("%s written", voice)
    return Trained(voice.parent, len(examples), hours, trainer.processor_seconds / 60)


def _replaced(
    trained: Trained, teacher: Teacher, taught: list[Spoken], options: argparse.Namespace
) -> bool:
    """Measure both voices, describe the new one, and put it in place if it may be."""
    new = asyncio.run(_measured(trained.folder, teacher.accent.language, taught))
    write_card(
        trained.folder,
        options.out.name,
        teacher,
        command=_command(options),
        started="was fine-tuned from another voice" if options.init else "was trained",
        sentences=trained.sentences,
        hours=trained.hours,
        steps=options.steps,
        processor_minutes=trained.processor_minutes,
        measured=new,
    )
    there = options.out.exists()
    old = asyncio.run(_measured(options.out, teacher.accent.language)) if there else None
    verdict = judge(new, old)
    if verdict.accepted:
        put_in_place(trained.folder, options.out)
    says = "now the new voice" if verdict.accepted else "stays as it is"
    print(f"{options.out}: {says}: {verdict.reason}")
    return verdict.accepted


async def _measured(voice: Path, language: str, teacher: list[Spoken] | None = None) -> Measured:
    recogniser = listener(language)
    try:
        return await measure(voice, recogniser, teacher)
    finally:
        recogniser.close()


def _teacher(options: argparse.Namespace) -> Teacher:
    if options.teacher in TEACHERS:
        return TEACHERS[options.teacher]
    if options.weights is None:
        raise VoiceError("--weights: the folder with Kokoro's model and voices is needed")
    return KokoroTeacher.of(options.teacher, options.weights, options.work)


def _sentences(language: str, options: argparse.Namespace) -> list[str]:
    if language == "en":
        return SentenceWriter(options.seed).write(options.sentences)
    return PatternWriter(language, options.seed).write(options.sentences)


def _taught(teacher: Teacher, work: Path) -> list[Spoken]:
    """The held-out sentences as the teacher says them; spoken once, and kept in a file."""
    kept = work / "judged.npz"
    if not kept.exists():
        work.mkdir(parents=True, exist_ok=True)
        texts = judged_sentences(teacher.accent.language)
        said = {
            text: np.rint(utterance.audio * 32767).clip(-32767, 32767).astype(np.int16)
            for text, utterance in zip(texts, teacher.speak(texts), strict=True)
            if utterance
        }
        unfinished = kept.with_suffix(".part.npz")
        ends = np.cumsum([len(pcm) for pcm in said.values()])
        np.savez(unfinished, texts=list(said), ends=ends, pcm=np.concatenate([*said.values()]))
        os.replace(unfinished, kept)
    with np.load(kept) as sounds:
        parts = np.split(sounds["pcm"], sounds["ends"][:-1])
        return [Spoken(str(text), pcm) for text, pcm in zip(sounds["texts"], parts, strict=True)]


def _command(options: argparse.Namespace) -> str:
    """The command that makes this voice again, with the usual working folder."""
    words = ["python scripts/train_voice.py", f"--teacher {options.teacher}"]
    if options.weights:
        words += ["--weights KOKORO"]
    words += [f"--out {options.out}"]
    if options.init:
        words += [f"--init {DEFAULT_WORK / options.init.parent.name / options.init.name}"]
    words += [f"--sentences {options.sentences}", f"--steps {options.steps}"]
    return " ".join([*words, f"--seed {options.seed}", "--judge"])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--teacher", choices=sorted([*TEACHERS, *KOKORO_VOICES]), required=True)
    parser.add_argument("--weights", type=Path, help="folder of Kokoro's model and voices")
    parser.add_argument("--out", type=Path, required=True, help="the voice's folder")
    parser.add_argument("--init", type=Path, help="checkpoint of another voice to start from")
    parser.add_argument("--sentences", type=int, default=1400)
    parser.add_argument("--steps", type=int, default=4000, help="of about 14 s of speech each")
    parser.add_argument("--seed", type=int, default=1, help="of the sentences")
    parser.add_argument("--work", type=Path, default=DEFAULT_WORK, help="corpus and checkpoints")
    parser.add_argument(
        "--judge", action="store_true", help="put it into --out if it is understood as well"
    )
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
