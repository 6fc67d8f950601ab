"""Train the embedded recogniser: a small Whisper on synthesised telephone speech.

    python -m training.speech_corpus.shards /var/tmp/voice-train/recogniser/corpus   # in scripts/
    python scripts/train_recogniser.py --minutes 120 --processes 2
    python scripts/train_recogniser.py --export asr_models/embedded-en

The corpus may still grow while the training runs. A run that was stopped goes on with --resume;
--init goes on from another checkpoint, or from a model that was exported, with a fresh schedule.
Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

_FOLDER = Path("/var/tmp/voice-train/recogniser")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="corpus, checkpoints, log")
    parser.add_argument("--minutes", type=float, default=120.0, help="wall clock of the schedule")
    parser.add_argument("--processes", type=int, default=2, help="their weights are averaged")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--init", type=Path, help="checkpoint or model to go on from")
    parser.add_argument("--resume", action="store_true", help="go on where this folder stopped")
    parser.add_argument("--rate", type=float, default=1.2e-3, help="highest learning rate")
    parser.add_argument("--frames", type=int, default=9000, help="mel frames of a batch")
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--encoder-layers", type=int, default=6, help="--init is deepened to it")
    parser.add_argument("--decoder-layers", type=int, default=2)
    parser.add_argument("--pieces", type=int, default=640, help="word pieces of a new vocabulary")
    parser.add_argument("--bfloat16", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--judge-minutes", type=float, default=8.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--export", type=Path, help="only write this int8 model from the checkpoint"
    )
    return parser.parse_args()


def main() -> None:
    """Train, or export what was trained."""
    arguments = _arguments()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    if arguments.export:
        from training.recogniser.export import export

        export(arguments.folder / "checkpoint", arguments.export)
        return
    import torch.multiprocessing

    from training.recogniser.training import train

    with tempfile.TemporaryDirectory() as meeting_place:
        torch.multiprocessing.spawn(
            train, (arguments, f"file://{meeting_place}/gloo"), nprocs=arguments.processes
        )


if __name__ == "__main__":
    main()
