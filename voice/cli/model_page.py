"""All that is known of a model, on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voice.cli.call_view import plain
from voice.models import CARDS, CatalogueModel, ModelStore, licence_terms, percent


def show_model(model: CatalogueModel, store: ModelStore, console: Console) -> None:
    """Licence, dialect, files, hashes, sources, and a voice's card."""

    def line(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    line(f"{model.name}, {model.kind}: {model.about}")
    line(licence_line(model))
    line(f"Languages: {'many' if '*' in model.languages else ' '.join(model.languages)}")
    if model.base:
        line(f"Base: {model.base}{', with which it is merged' if model.is_difference else ''}")
    if model.data:
        line(f"Tuned on: {plain(model.data)}")
    _show_dialect(model, console)
    for file in model.files:
        size = f"{file.size} bytes" if file.size else "size not known"
        line(f"{file.path}: {size}, sha256 {file.sha256 or 'not pinned'}")
    if not model.files:
        line("Files: those of its repository, not pinned")
    for source in model.sources:
        line(f"Source: {source}")
    line(f"Installed: {store.path(model.name)}" if store.has(model.name) else "Not installed.")
    card = CARDS / f"{model.name}.md"
    if card.exists():
        line(f"\n{card.read_text('utf-8')}")


def licence_line(model: CatalogueModel) -> str:
    """A model's licence, where it stands, and what it lets one do."""
    place = f" ({model.licence_url})" if model.licence_url else ""
    return f"Licence: {model.licence}{place}. {licence_terms(model.licence)}"


def _show_dialect(model: CatalogueModel, console: Console) -> None:
    dialect = model.dialect
    if dialect is None:
        return
    encoder = ", shares its base's encoder" if dialect.shares_encoder else ""
    for text in (
        f"Dialect: {dialect.tag}; token {dialect.token}, answered in {dialect.language}{encoder}",
        f"Tuned on: {plain(dialect.data.strip())}",
    ):
        console.print(text, markup=False, soft_wrap=True)
    if not dialect.groups:
        console.print("Errors by group: not stated")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("word error rate")
    for heading in ("utterances", "words", "base", "variant"):
        table.add_column(heading, justify="right")
    for group in dialect.groups:
        table.add_row(
            escape(plain(group.name)),
            str(group.utterances),
            str(group.words),
            percent(group.before, group.before_bounds),
            percent(group.after, group.after_bounds),
        )
    console.print(table)
