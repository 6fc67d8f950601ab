"""`voice models`: what can be had, and what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voice.cli.pull_progress import shown_progress
from voice.models import CARDS, Catalogue, CatalogueModel, ModelStore, Origins, pull
from voice.settings import load_settings

app = typer.Typer(help="Models: fetch, verify, find, remove.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As `voice models list` shows it.")]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
]
_NOT_PINNED = "not pinned"


@app.command("list")
def list_models() -> None:
    """Show the catalogue, and which of its models are installed."""
    store = ModelStore()
    table = Table(box=None, pad_edge=False)
    # A name is there to be copied, and a state to be read, however narrow the terminal.
    for heading in ("name", "kind", "languages", "MB", "licence", "state"):
        table.add_column(heading, no_wrap=heading in ("name", "state"), overflow="fold")
    for model in Catalogue.shipped().models.values():
        size = f"{model.size / 1e6:.0f}" if model.size else "?"
        table.add_row(
            model.name, model.kind, _languages(model), size, model.licence, _state(store, model)
        )
    Console().print(table)


def _state(store: ModelStore, model: CatalogueModel) -> str:
    if store.has(model.name):
        return "installed"
    return "" if model.pinned else _NOT_PINNED


def _licence(model: CatalogueModel) -> str:
    return f"Licence: {model.licence} ({model.licence_url}). {model.licence_terms}"


@app.command()
def show(name: Name) -> None:
    """Tell all that the catalogue says of a model: licence, files, hashes, sources."""
    model, store = Catalogue.shipped().find(name), ModelStore()
    console = Console(highlight=False)

    def line(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    line(f"{model.name}, {model.kind}: {model.about}")
    line(_licence(model))
    line(f"Languages: {_languages(model)}")
    if model.base:
        line(f"Base: {model.base}{', with which it is merged' if model.is_variant else ''}")
    for file in model.files:
        size = f"{file.size} bytes" if file.size else "size not known"
        line(f"{file.path}: {size}, sha256 {file.sha256 or _NOT_PINNED}")
    for source in model.sources:
        line(f"Source: {source}")
    line(f"Installed: {store.path(name)}" if store.has(name) else "Not installed.")
    card = CARDS / f"{name}.md"
    if card.exists():
        line(f"\n{card.read_text('utf-8')}")


def _languages(model: CatalogueModel) -> str:
    return "many" if "*" in model.languages else " ".join(model.languages)


@app.command("pull")
def pull_model(
    name: Name,
    place: Annotated[
        Path | None,
        typer.Option("--from", help="A folder, wheel, zip or tar file instead of the sources."),
    ] = None,
    settings_file: SettingsFile = None,
) -> None:
    """Install a model, verified, for all projects of this user."""
    model = Catalogue.shipped().find(name)
    settings = load_settings(settings_file)
    sources = settings.models
    origins = Origins(settings.network.allow, sources.hub, sources.index, sources.npm)
    console = Console(highlight=False)
    console.print(f"{model.name}, {model.kind}: {escape(model.about)}", soft_wrap=True)
    console.print(_licence(model), soft_wrap=True)
    if not model.pinned:
        console.print("Its hashes are not pinned: what comes now is what later pulls must match.")
    with shown_progress(console) as progress:
        folder = pull(model, ModelStore(), origins, progress, place)
    console.print(f"Installed: {folder}", soft_wrap=True)


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="Default: all that are installed.")] = None,
) -> None:
    """Hold the installed files against the hashes with which they were installed."""
    store = ModelStore()
    for each in [name] if name else [model.name for model in store.installed()]:
        store.verify(each)
        typer.echo(f"{each}: intact")


@app.command()
def path(name: Name) -> None:
    """Print the folder of an installed model."""
    typer.echo(ModelStore().path(name))


@app.command()
def remove(name: Name) -> None:
    """Delete an installed model, and what an unfinished pull left."""
    ModelStore().remove(name)
    typer.echo(f"{name} is removed")
