"""Tune an embedding to tell requests apart by a few examples of each, as a small difference.

    voice models pull multilingual-e5-small-q4
    python scripts/train_encoder.py --minutes 40
    python scripts/train_encoder.py --export response_models/multilingual-e5-small-requests

A run that was stopped goes on from its checkpoint. Needs the `train` extra. It learns on the
made-up companies of scripts/training/encoder/companies; some are held back, to judge by.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parent)]

from voice.model_folders import pulled_models  # noqa: E402
from voice.settings.embedding import MULTILINGUAL  # noqa: E402

_FOLDER = Path("/var/tmp/voice-train/encoder")


def main() -> None:
    """Train, or export what was trained."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, default=pulled_models() / MULTILINGUAL)
    parser.add_argument("--folder", type=Path, default=_FOLDER, help="of the checkpoint")
    parser.add_argument("--companies", type=Path, help="instead of those of the project")
    parser.add_argument("--minutes", type=float, default=40.0, help="wall clock of the run")
    parser.add_argument("--judged-minutes", type=float, default=6.0, help="between two judgements")
    parser.add_argument("--rank", type=int, default=32)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--export", type=Path, help="only write the difference into this folder")
    arguments = parser.parse_args()

    import torch

    from training.encoder.company_files import COMPANIES
    from training.encoder.export import export
    from training.encoder.tuning import Schedule, Tuning

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    run = Tuning(
        arguments.base,
        arguments.companies or COMPANIES,
        arguments.folder / "checkpoint.pt",
        Schedule(arguments.minutes, arguments.judged_minutes, arguments.rate, arguments.rank),
    )
    if arguments.export:
        export(run, arguments.base, arguments.export)
    else:
        run.run()


if __name__ == "__main__":
    main()
