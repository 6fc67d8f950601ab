"""The voices of a suite's callers: a Piper voice that reads by the sounds of an accent."""

from __future__ import annotations

import json
from pathlib import Path

from voice.audio import Pcm
from voice.engine_queue import EngineQueue, QueueFactory
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.suites.presets import Dialect
from voice.piper_files import USUAL_FILE, find_voice


class Mouths:
    """Voices by dialect; each is loaded once, and says each sentence once."""

    def __init__(self, scratch: Path, make_queue: QueueFactory = EngineQueue) -> None:
        self._scratch = scratch
        self._make_queue = make_queue
        self._loaded: dict[Dialect, _Mouth] = {}

    def of(self, dialect: Dialect) -> _Mouth:
        """The voice; raises ModelError."""
        if dialect not in self._loaded:
            folder = self._scratch / f"voice-{len(self._loaded)}"
            spoken = EngineMouth(_spoken_by(dialect, folder), self._make_queue)
            self._loaded[dialect] = _Mouth(spoken)
        return self._loaded[dialect]


class _Mouth:
    """A voice that remembers what it has said: seeds say the same sentences again and again."""

    def __init__(self, mouth: EngineMouth) -> None:
        self._mouth = mouth
        self._said: dict[str, Pcm] = {}

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        if text not in self._said:
            self._said[text] = await self._mouth.speak(text, sample_rate)
        return self._said[text]


def _spoken_by(dialect: Dialect, folder: Path) -> Path:
    """A voice's folder in which its file says another accent and speed."""
    files = find_voice(dialect.voice)
    settings = json.loads(json.dumps(files.settings))
    if dialect.accent:
        settings["espeak"]["voice"] = dialect.accent
    inference = settings.setdefault("inference", {})
    inference["length_scale"] = inference.get("length_scale", 1) / dialect.speed
    folder.mkdir()
    (folder / USUAL_FILE).symlink_to(files.model.absolute())
    (folder / f"{USUAL_FILE}.json").write_text(json.dumps(settings))
    return folder
