"""`voice settings`: what can be set."""

from __future__ import annotations

from importlib import resources

import typer


def settings() -> None:
    """Print every setting with its default and its meaning: a voice.toml to begin with."""
    example = resources.files("voice") / "voice.example.toml"
    typer.echo(example.read_text(encoding="utf-8"), nl=False)
