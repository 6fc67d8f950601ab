"""The stock pipeline under trial: its process and an edge of ours, as long as a context lasts."""

from __future__ import annotations

import json
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

from conversation_bench.stock.server import DIALLED
from voice.audio import silence, write_wav
from voice.models import ModelsAtHand
from voice.service import ChildProcess

STOP_SECONDS = 8.0
_SCRIPTS = Path(__file__).resolve().parents[2]


class StockService:
    """Runs from `folder`; what it was set to is known once it runs."""

    def __init__(self, folder: Path, settings: str, models: ModelsAtHand) -> None:
        """`settings` is TOML without the sections runtime, demo, identity and telemetry."""
        self.folder = folder
        self._settings = settings
        self._models = models
        self._running = AsyncExitStack()
        self._address = ""
        self.lines: list[str] = []
        """What was set, and what is pipecat's default."""

    async def __aenter__(self) -> Self:
        file = self._write_settings()
        os.environ.update(self._models.environment)
        before = os.environ.get("PYTHONPATH", "")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(_SCRIPTS), before)))
        async with AsyncExitStack() as running:
            said = await self._child(running, "stock", "conversation_bench.stock.server", file)
            self.lines = said.split("\t")
            self._address = await self._child(running, "edge", "voice.telephony.edge", file)
            self._running = running.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    def uri(self, pause_ms: int) -> str:
        """The SIP URI whose calls are held with this pause."""
        return f"sip:{DIALLED}{pause_ms}@{self._address}"

    async def _child(self, running: AsyncExitStack, name: str, module: str, settings: Path) -> str:
        child = ChildProcess(name, module, ["--settings", str(settings)])
        running.push_async_callback(child.stop, STOP_SECONDS)
        return await child.start()

    def _write_settings(self) -> Path:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = {
            "runtime": ("directory", self.folder / "run"),
            "demo": ("database", self.folder / "operator.sqlite"),
            "identity": ("database", self.folder / "tries.sqlite"),
        }
        sections = "".join(
            f"\n[{name}]\n{key} = {json.dumps(str(path.resolve()))}\n"
            for name, (key, path) in own.items()
        )
        file = self.folder / "voice.toml"
        file.write_text(self._settings + sections)
        file.chmod(0o600)
        # What the edge would say if the stock process died; without it, it complains.
        runtime = self.folder / "run"
        runtime.mkdir(mode=0o700, exist_ok=True)
        write_wav(runtime / "apology.wav", silence(8000), 8000)
        return file
