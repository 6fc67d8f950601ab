"""Tune a Whisper model to short windows, as a small difference from it.

    voice models pull whisper-base
    cd scripts; python -m training.short_window.corpus /var/tmp/voice-train/short --voices ...
    python -m training.short_window.recordings /var/tmp/voice-train/short --speech ... --sets ...
    cd ..; python scripts/train_short_window.py --minutes 90
    python scripts/train_short_window.py --export asr_models/whisper-base-short

A run that was stopped goes on from its checkpoint. Needs the `train` extra.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from voice.model_folders import pulled_models  # noqa: E402

_FOLDER = Path("/var/tmp/voice-train/short")


def main() -> None:
    """Train, or export what was trained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, default=pulled_models() / "whisper-base")
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="corpus and checkpoint")
    parser.add_argument("--minutes", type=float, default=90.0, help="wall clock of the run")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export", type=Path, help="only write the difference into this folder")
    arguments = parser.parse_args()

    import torch

    from training.short_window.distillation import Distillation, Schedule
    from training.short_window.export import export

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    checkpoint = arguments.folder / "checkpoint.pt"
    schedule = Schedule(arguments.minutes)
    run = Distillation(arguments.base, arguments.folder, checkpoint, schedule)
    if arguments.export:
        export(run, arguments.base, arguments.export, arguments.folder)
    else:
        run.run()


if __name__ == "__main__":
    main()
