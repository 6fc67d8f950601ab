"""Commands of `voice`, as they stand in files and documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.main import get_command

from voice.cli.app import app


def expect_command(words: Sequence[str]) -> None:
    """The words behind `voice` lead to a command, and its options are ones that it takes."""
    command: Any = get_command(app)
    for word in words:
        if not hasattr(command, "commands"):
            break
        assert word in command.commands, f"voice {' '.join(words)}"
        command = command.commands[word]
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options
