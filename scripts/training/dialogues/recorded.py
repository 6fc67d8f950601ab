"""Sentences as a real recogniser heard them, spoken by voices that it knows."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

from training.dialogues import phrasebook

_LOOK_AGAIN_SECONDS = 60.0
_FEWEST = 20


class RecordedHearing:
    """A growing file of {"intent", "pattern", "said", "heard"} lines, read again as it grows."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_bytes = 0
        self._looked = -_LOOK_AGAIN_SECONDS
        self._heard: dict[str, list[tuple[str, str]]] = {}

    def pick(self, intent: str, choices: random.Random, part: phrasebook.Part) -> str | None:
        """What was heard of some sentence with this intent; None while there are too few."""
        self._look()
        pairs = self._heard.get(intent, [])
        if len(pairs) < _FEWEST:
            return None
        pattern, heard = choices.choice(pairs)
        return heard if part == "all" or pattern in phrasebook.patterns(intent, part) else None

    def _look(self) -> None:
        if time.monotonic() - self._looked < _LOOK_AGAIN_SECONDS or not self._file.exists():
            return
        self._looked = time.monotonic()
        with self._file.open("rb") as lines:
            lines.seek(self._read_bytes)
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                self._read_bytes += len(line)
                entry = json.loads(line)
                self._heard.setdefault(entry["intent"], []).append(
                    (entry["pattern"], entry["heard"])
                )
