"""What is to be tuned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from voice.errors import VoiceError
from voice.models.download import hash_of
from voice.tuning.run import TuningRun
from voice.tuning.scoring import language_of
from voice.tuning.speech_data import SpokenUtterance
from voice.tuning.work_folder import work_folder

Tuned = Literal["auto", "decoder", "all"]
"""Which halves learn; `auto`: the encoder, too, where the development part gains enough."""

WEIGHTS = "model.bin"
_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, kw_only=True)
class TuningPlan(TuningRun):
    """What is to be made of what."""

    base: Path
    """A folder of a model whose weights are floats, or int8."""
    base_name: str
    """As the catalogue calls it."""
    data: Path
    dialect: str
    """BCP 47."""
    token: str
    """Whisper's code for the language; one of a language that is not on its list is borrowed."""
    language: str = ""
    """The language room's tag in which a call in this dialect goes on; empty: by the dialect's."""
    tuned: Tuned = "auto"
    minutes: float = 40.0
    """Wall clock of all of it, about."""
    passes: int = 12
    copies: int = 3
    """Of each utterance: one as it is, the others disturbed."""
    rank: int = 64
    rate: float = 6e-4
    others: Mapping[str, Path] = field(default_factory=dict)
    """Speech in languages of the base, by Whisper's code: what must not be lost."""

    def __post_init__(self) -> None:
        """Raises VoiceError of a tag, name or text that is none, and where no call can go on."""
        if not _TAG.fullmatch(self.dialect):
            raise VoiceError(f"--dialect {self.dialect}: expected a BCP 47 tag such as sw-KE")
        super().__post_init__()
        if language_of(self.language or self.dialect) is None:
            raise VoiceError(
                f"--dialect {self.dialect}: there is no such language in voice/languages;"
                " --language names the one in which a call goes on"
            )

    @property
    def call_language(self) -> str:
        """The tag of a language that the language room has."""
        spoken = language_of(self.language or self.dialect)
        assert spoken is not None, "a plan without one is refused"
        return spoken.tag

    def work_folder(self, utterances: Sequence[SpokenUtterance]) -> AbstractContextManager[None]:
        """There for this plan and speech until it is done; raises VoiceError for others."""
        options = [self.dialect, self.token, self.copies, self.rank, self.seed, self.rate]
        return work_folder(
            self.work,
            {
                "another base": hash_of(self.base / WEIGHTS),
                "other speech or options": [*options, *utterances],
            },
        )
