"""A GGUF file that is installed becomes a dense gpt-oss beside it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from voice.models.gpt_oss.conversion import WantedConversion, convert


def convert_beside(folder: Path) -> list[str]:
    """Convert the GGUF file in `folder`; returns the names of the files that were made.

    Weights are float16, so that a difference can be merged with them. Raises ModelError.
    """
    with tempfile.TemporaryDirectory(dir=folder) as place:
        made = Path(place) / "dense"
        convert(next(folder.glob("*.gguf")), made, WantedConversion(precision="float16"))
        names = sorted(os.listdir(made))
        for name in names:
            os.replace(made / name, folder / name)
    return names
