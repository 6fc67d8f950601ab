"""What is told of every run that tunes a model of which a bundle may be made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice.errors import VoiceError
from voice.models.entries import Line, Text
from voice.tuning.work_folder import require_name


@dataclass(frozen=True, kw_only=True)
class TuningRun:
    """Where it is made, by what chance, on what, and what its card says of its right to be."""

    out: Path
    """Becomes the model's folder."""
    seed: int = 1
    threads: int = 2
    device: str = "cpu"
    licence: str = "LicenseRef-not-stated"
    licence_url: str = ""
    statement: str = ""
    """Whose speech or dialogues they are, and with what consent."""

    def __post_init__(self) -> None:
        """Raises VoiceError of a name or text that is none."""
        require_name(self.out)
        for option, told, kind in (
            ("--licence", self.licence, Line),
            ("--licence-url", self.licence_url, Line),
            ("--statement", self.statement, Text),
        ):
            try:
                TypeAdapter(kind).validate_python(told)
            except ValidationError:
                raise VoiceError(f"{option} holds control characters: {told!r}") from None

    @property
    def work(self) -> Path:
        """What is kept while it runs."""
        return self.out.with_name(f"{self.out.name}.work")
