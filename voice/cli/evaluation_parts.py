"""What the commands of `voice evaluate` have in common besides their workers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voice.cli.call_view import plain
from voice.cli.pull_progress import models_at_hand
from voice.errors import VoiceError
from voice.evaluation.recordings.figure_names import written
from voice.evaluation.recordings.limits import Limit
from voice.evaluation.virtual_time.costs import CostTable
from voice.evaluation.virtual_time.measuring import measured_table
from voice.settings import Settings, load_settings
from voice.settings.places import placed

COSTS_FILE = Path("costs.json")
LIMIT_BROKEN_STATUS = 1

SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", help="Settings; ./voice.toml where there is one.", metavar="FILE"),
]
Costs = Annotated[
    Path | None,
    typer.Option(help=f"Cost table; ./{COSTS_FILE}, else measured now.", metavar="FILE"),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Throw away what is in --out.")]


def settings_at_hand(console: Console, file: Path | None) -> Settings:
    """The settings with models that are there; raises ConfigError, ModelError."""
    settings = load_settings(file)
    with placed(file):
        return models_at_hand(settings, False, console).in_settings(settings)


def require_writable(folder: Path) -> None:
    """Raise VoiceError unless a file can be written there, before anything is measured for it."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there, buffering=0) as file:
            file.write(b" ")
    except OSError as error:
        raise VoiceError(f"--out: {there}: cannot be written: {error.strerror}") from None


def cost_table(console: Console, costs: Path | None, out: Path, settings: Settings) -> CostTable:
    """The given table, that of the working directory, that of an earlier run, or a new one."""
    of_run = out / COSTS_FILE.name
    for file in (costs, COSTS_FILE, of_run):
        if file is not None and (file == costs or file.exists()):
            return CostTable.load(file)
    table = measured_costs(console, settings, rounds=6)
    table.save(of_run)
    return table


def measured_costs(console: Console, settings: Settings, rounds: int) -> CostTable:
    """A cost table of this machine, which is shown."""
    with console.status("Measuring what the engines' work takes here ..."):
        table = measured_table(settings, rounds)
    shown = Table(title=plain(table.machine), title_justify="left")
    for column in ("engine", "ms per unit", "jobs", "off by"):
        shown.add_column(column)
    for engine, units in table.milliseconds.items():
        costs = ", ".join(f"{unit.replace('_', ' ')} {cost:.3f}" for unit, cost in units.items())
        jobs, error = table.jobs[engine], table.error_percent[engine]
        shown.add_row(engine, costs, str(jobs), f"{error:.0f} %")
    console.print(shown)
    return table


def apply_limits(console: Console, limits: list[Limit], report: dict[str, Any]) -> None:
    """End the command where a limit is broken."""
    broken = [limit for limit in limits if limit.is_broken(report)]
    for limit in broken:
        value = written(limit.figure, limit.measured(report))
        console.print(f"[red]Failed:[/] {plain(str(limit))} (it is {value})")
    if broken:
        raise typer.Exit(LIMIT_BROKEN_STATUS)
