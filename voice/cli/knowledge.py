"""`voice knowledge`: an operator's documents, read and searched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from voice.cli.pull_progress import shown_progress
from voice.errors import ConfigError
from voice.settings import Settings, load_settings

app = typer.Typer(help="What the operator's documents say.", no_args_is_help=True)

_INCOMPLETE_STATUS = 1

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
]
Store = Annotated[Path | None, typer.Option(help="Instead of [knowledge] store.", metavar="FILE")]


@app.command()
def build(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="With Markdown, HTML and PDF, also below it.")
    ],
    store: Store = None,
    settings_file: SettingsFile = None,
) -> None:
    """Read documents into the store that calls are answered from.

    The exit status is 1 when some could not be read; the others are there all the same.
    """
    # Loads the embedding model's libraries, which other commands do without.
    from voice.embeddings import load_embedder
    from voice.knowledge import build as build_store

    settings = load_settings(settings_file)
    file = _store(settings, store)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    _fetch_model(settings, console)
    embedder = load_embedder(settings)
    try:
        with console.status("") as status:
            built = build_store(folder, file, embedder, settings.recognition.offered, status.update)
    finally:
        embedder.close()
    for unread in built.unread:
        console.print(f"not read: {unread.path}: {unread.reason}", markup=False)
    counts = _count(built.documents, "document"), _count(built.passages, "passage")
    typer.echo(f"{file}: {', '.join(counts)}")
    if built.unread:
        raise typer.Exit(_INCOMPLETE_STATUS)


@app.command()
def search(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="As a caller may ask it.")],
    language: Annotated[
        str | None, typer.Option(help="Only documents in this language.", metavar="TAG")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=50, help="Passages to show.")] = 3,
    store: Store = None,
    settings_file: SettingsFile = None,
) -> None:
    """Show which passages are found, and what a caller would be told."""
    from voice.embeddings import load_embedder
    from voice.knowledge import Knowledge

    settings = load_settings(settings_file)
    file = _store(settings, store)
    console = Console(highlight=False, soft_wrap=True)
    _fetch_model(settings, console)
    embedder = load_embedder(settings)
    try:
        knowledge = Knowledge(file, embedder)
        found = knowledge.search(question, language, most)
        knowledge.close()
    finally:
        embedder.close()
    for one in found:
        passage = one.passage
        parts = [passage.document, passage.heading, f"page {passage.page}" if passage.page else ""]
        place = ", ".join([*filter(None, parts), f"passage {passage.number}"])
        console.print(f"{one.support.probability:.2f}  {place}", markup=False)
        console.print(f"      {passage.text}", markup=False)
    supported = next((one for one in found if one.support.enough), None)
    answer = supported.answer if supported else "nothing there answers that"
    console.print(f"answer: {answer}", markup=False)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _store(settings: Settings, store: Path | None) -> Path:
    file = store or settings.knowledge.store
    if file is None:
        raise ConfigError("knowledge.store is not set: set it, or say --store")
    return file


def _fetch_model(settings: Settings, console: Console) -> None:
    from voice.models import embedding_at_hand

    with shown_progress(console) as progress:
        embedding_at_hand(settings, progress)
