"""The voices of a suite's callers: Piper's that read by the sounds of an accent, and others."""

from __future__ import annotations

import json
from pathlib import Path

from voice.audio import Pcm
from voice.engine_queue import EngineQueue, QueueFactory
from voice.evaluation.batch import GIVEN
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.callers.mouth import Synthesiser
from voice.evaluation.suites.kept_mouth import KeptMouth
from voice.evaluation.suites.kept_speech import KeptSpeech, kept_folder
from voice.evaluation.suites.presets import DialectPart
from voice.piper_files import USUAL_FILE, find_voice


class Mouths:
    """Voices by dialect; each is loaded once, and says each sentence once."""

    def __init__(self, scratch: Path, make_queue: QueueFactory = EngineQueue) -> None:
        self._scratch = scratch
        self._make_queue = make_queue
        self._kept = KeptSpeech(kept_folder(), scratch / GIVEN)
        self._loaded: dict[DialectPart, Synthesiser] = {}

    def of(self, dialect: DialectPart) -> Synthesiser:
        """The voice; raises ModelError."""
        if dialect not in self._loaded:
            self._loaded[dialect] = _Mouth(self._opened(dialect))
        return self._loaded[dialect]

    def _opened(self, dialect: DialectPart) -> Synthesiser:
        if dialect.natural is not None:
            return KeptMouth(dialect.natural, self._kept, self._make_queue)
        folder = self._scratch / f"voice-{len(self._loaded)}"
        return EngineMouth(_spoken_by(dialect, folder), self._make_queue)


class _Mouth:
    """A voice that remembers what it has said: seeds say the same sentences again and again."""

    def __init__(self, mouth: Synthesiser) -> None:
        self._mouth = mouth
        self._said: dict[str, Pcm] = {}

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        """The samples of `text`."""
        if text not in self._said:
            self._said[text] = await self._mouth.speak(text, sample_rate)
        return self._said[text]


def _spoken_by(dialect: DialectPart, folder: Path) -> Path:
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
