"""What a small model was trained on: the sentences and tools of some tasks, and no others."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voice.errors import ConfigError, ModelError
from voice.languages import language
from voice.tasks import DOCUMENTS, TaskSet

log = logging.getLogger(__name__)

DESCRIPTION = "harmony.json"
_OTHER = 'engine = "examples" works with any tasks'


@dataclass(frozen=True)
class Learnt:
    """The tasks as they were when a model was trained on them."""

    prefix: Sequence[str]
    """The tokens before every prompt."""
    instruction: str
    """What it is told before each conversation."""
    language: str
    tools: Sequence[str]
    sentences: Mapping[str, str]
    """By act, the sentence that it writes for it."""

    @classmethod
    def read(cls, file: Path) -> Learnt:
        """Raises ModelError when the file is not the description of a response model."""
        try:
            form: Any = json.loads(file.read_text("utf-8"))
            architecture = form.pop("architecture", None)
            learnt = cls(**form)
            language(learnt.language)
            set(learnt.tools), dict(learnt.sentences)
        except (OSError, ValueError, TypeError, AttributeError, ConfigError):
            raise ModelError(f"{file}: not the description of a response model") from None
        if architecture != "gpt-oss":
            raise ModelError(f"{file}: not a gpt-oss model")
        return learnt

    @classmethod
    def of(cls, tasks: TaskSet, prefix: Sequence[str], instruction: str) -> Learnt:
        """What a model knows that was trained on these tasks."""
        sentences = {act: words[0] for act, words in sorted(tasks.answers.items())}
        tools = sorted(set(tasks.tools) - tasks.undoing)
        return cls(prefix, instruction, tasks.language.tag, tools, sentences)

    def write(self, file: Path) -> None:
        """The file that `read` reads."""
        form = {"architecture": "gpt-oss", **asdict(self)}
        file.write_text(json.dumps(form, indent=2, ensure_ascii=False) + "\n", "utf-8")

    def require(self, tasks: TaskSet, folder: Path | None = None) -> None:
        """Raise ModelError where its tools or its language are not those of the tasks.

        Says in the log which tools and acts of the tasks the model never chooses.
        """
        where = f"{folder}: " if folder else ""
        gone = sorted(set(self.tools) - set(tasks.tools))
        if gone or self.language not in tasks.languages:
            what = ", ".join(gone) or f"texts in {language(self.language).name}"
            raise ModelError(
                f"{where}the model was trained on other tasks, which have {what}; {_OTHER}"
            )
        tools = sorted(set(tasks.tools) - tasks.undoing - {DOCUMENTS} - set(self.tools))
        lost = sorted(set(self.sentences) - set(tasks.answers))
        if tools:
            log.warning("%sthe model never calls %s; %s", where, ", ".join(tools), _OTHER)
        if lost:
            log.warning("%sthe model says %s, which no task has", where, ", ".join(lost))
