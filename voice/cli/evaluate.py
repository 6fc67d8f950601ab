"""`voice evaluate`: recorded calls in batch, what they cost, and what changed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from voice.cli.batch_run import Jobs, Ray, chosen_workers, require_all, run_with_progress
from voice.cli.call_view import plain
from voice.cli.evaluate_callers import callers
from voice.cli.evaluation_parts import (
    COSTS_FILE,
    LIMIT_BROKEN_STATUS,
    Costs,
    Fresh,
    SettingsFile,
    apply_limits,
    cost_table,
    measured_costs,
    require_writable,
    settings_at_hand,
)
from voice.errors import VoiceError
from voice.evaluation.recordings.decision import HARM_POINTS, ReleaseDecision, decide
from voice.evaluation.recordings.figure_names import FIGURES, written
from voice.evaluation.recordings.limits import check_limits, parse_limit
from voice.evaluation.recordings.places import recordings_at
from voice.evaluation.recordings.plan import RecordingsPlan, fingerprint_of
from voice.evaluation.recordings.report_files import (
    PAGE,
    read_report,
    results_of,
    write_reports,
)
from voice.evaluation.recordings.run import run
from voice.logs import configure_logging
from voice.settings import load_settings

SHOWN = 10
"""Calls of one kind that are named; the report names all."""

app = typer.Typer(
    help="Evaluate recorded calls, and simulated ones.", no_args_is_help=True, add_completion=False
)
app.command()(callers)


class CallerSide(StrEnum):
    """Which channel of a stereo file is the caller."""

    LEFT = "left"
    RIGHT = "right"


class Only(StrEnum):
    """A part that may run alone."""

    RECOGNITION = "recognition"


class Start(StrEnum):
    """When a recording begins in its call."""

    GREETING = "greeting"
    ANSWER = "answer"


@app.command()
def recordings(
    place: Annotated[
        str, typer.Argument(help="Also a URL of an object store.", metavar="DIR_OR_MANIFEST")
    ],
    out: Annotated[Path, typer.Option(help="Where results and report go.")] = Path("evaluation"),
    jobs: Jobs = None,
    ray: Ray = "",
    caller: Annotated[CallerSide, typer.Option(help="Of a stereo file.")] = CallerSide.LEFT,
    only: Annotated[Only | None, typer.Option(help="Run only this part.")] = None,
    start: Annotated[
        Start, typer.Option(help="The recording begins after the greeting, or at the answer.")
    ] = Start.GREETING,
    costs: Costs = None,
    seed: Annotated[int, typer.Option(help="Of the intervals.")] = 1,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(help='"wer > 0.25", "wer@dialect=Indian > 30 %"; may be repeated.'),
    ] = None,
    fresh: Fresh = False,
    settings_file: SettingsFile = None,
) -> None:
    """Let every recording call the assistant, in virtual time, and report how it went.

    A run that was interrupted goes on where it stopped when the command is given again.
    """
    limits = [parse_limit(text) for text in fail_if or []]
    configure_logging("error", "evaluate")
    console = Console(highlight=False)
    require_writable(out)
    named = partial(recordings_at, place, load_settings(settings_file).network.allow)
    check_limits(limits, named(), only is not None)
    settings = settings_at_hand(console, settings_file)
    count, fingerprint = fingerprint_of(named(), settings)
    table = None if only else cost_table(console, costs, out, settings)
    wanted = RecordingsPlan(
        recordings=count,
        fingerprint=fingerprint,
        part="recognition" if only else "all",
        side=caller.value,
        from_answer=start is Start.ANSWER,
        seed=seed,
        settings=settings.model_dump_json(),
        costs=asdict(table) if table else None,
    )
    plan = wanted.prepare(out, fresh)
    began = time.monotonic()
    with chosen_workers(jobs, ray) as workers:
        outcome = run_with_progress(
            console, "Recordings", count, lambda advance: run(out, named(), workers, advance)
        )
        working = workers.count
    report = write_reports(out, plan, outcome, working, time.monotonic() - began, limits)
    _show(console, report, out / PAGE)
    require_all(console, outcome)
    apply_limits(console, limits, report)


@app.command()
def calibrate(
    out: Annotated[Path, typer.Option(help="Where the table goes.", metavar="FILE")] = COSTS_FILE,
    rounds: Annotated[int, typer.Option(min=2, help="About a second each.")] = 12,
    settings_file: SettingsFile = None,
) -> None:
    """Measure what each engine's work takes on this machine."""
    configure_logging("error", "evaluate")
    console = Console(highlight=False)
    require_writable(out.parent)
    settings = settings_at_hand(console, settings_file)
    measured_costs(console, settings, rounds).save(out)
    console.print(f"Left in {out}", style="dim")


@app.command()
def compare(
    before: Annotated[Path, typer.Argument(metavar="A", help="Folder of a run.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Folder of another run.")],
    file: Annotated[
        Path | None, typer.Option("--json", help="Write it as JSON, too.", metavar="FILE")
    ] = None,
    group: Annotated[
        str, typer.Option(help="For whom B is meant: dialect=sw-KE.", metavar="COLUMN=VALUE")
    ] = "",
    harm: Annotated[
        float, typer.Option(min=0, help="Points by which errors of a group may rise.")
    ] = HARM_POINTS,
    must: Annotated[bool, typer.Option("--must-go-live", help="Else end with status 1.")] = False,
) -> None:
    """Show what changed from run A to run B, and decide whether B's model may go live.

    Changes are judged by a paired bootstrap over the recordings.
    """
    from voice.evaluation.recordings.comparison import compare as compared

    first, second = read_report(before), read_report(after)
    if first["normaliser"] != second["normaliser"]:
        raise VoiceError(
            f"the runs compare words differently ({first['normaliser']}, {second['normaliser']})"
        )
    changes = compared(results_of(before), results_of(after), first["seed"])
    decision = decide(changes, group, harm)
    changes["decision"] = {"goes_live": decision.goes_live, **asdict(decision)}
    console = Console(highlight=False)
    _show_changes(console, changes)
    _show_decision(console, decision)
    if file is not None:
        try:
            file.write_text(json.dumps(changes, indent=1, ensure_ascii=False) + "\n")
        except OSError as error:
            raise VoiceError(f"{file}: {error.strerror}") from None
    if must and not decision.goes_live:
        raise typer.Exit(LIMIT_BROKEN_STATUS)


def _show(console: Console, report: dict[str, Any], page: Path) -> None:
    table = Table(title=f"{report['calls']} recordings", title_justify="left")
    table.add_column("figure")
    for column in ("value", "95 %", "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for key, figure in report["figures"].items():
        value, low, high = (written(key, figure[part]) for part in ("value", "low", "high"))
        name = f"{FIGURES[key].title}\n[dim]{key}[/]"
        table.add_row(name, value, f"{low} to {high}", str(figure["n"]))
    console.print(table)
    for call in report["diverged"][:SHOWN]:
        console.print(f"[yellow]{plain(call['name'])}[/] went another way: {plain(call['how'])}")
    for failure in _some(report["failures"]):
        console.print(
            f"[yellow]{plain(failure['name'])}[/]: {plain('; '.join(failure['reasons']))}"
        )
    console.print(f"Report: {page}", style="dim")


def _some(failures: list[dict[str, Any]], most: int = SHOWN) -> Iterator[dict[str, Any]]:
    yield from failures[:most]
    if len(failures) > most:
        yield {"name": f"and {len(failures) - most} more", "reasons": ["see the report"]}


def _show_changes(console: Console, changes: dict[str, Any]) -> None:
    table = Table(title=f"{changes['recordings']} recordings in both", title_justify="left")
    for column in ("word error rate", "A", "B", "change", "95 %", ""):
        table.add_column(column, justify="left" if column == "word error rate" else "right")
    for name, row in {"all": changes["wer"], **changes["groups"]}.items():
        if row is None:
            continue
        change = row["change"]
        table.add_row(
            plain(name),
            f"{row['before']:.1%}",
            f"{row['after']:.1%}",
            f"{change['value']:+.1%}",
            f"{change['low']:+.1%} to {change['high']:+.1%}",
            "" if row["beyond_chance"] else "may be chance",
        )
    console.print(table)
    first, second = changes["voice_to_voice_median_ms"]
    if first is not None and second is not None:
        console.print(f"voice to voice, median: {first:g} ms, {second:g} ms")
    goals = changes["task_success"]
    if goals["calls"]:
        console.print(f"goals met: {goals['before']}, {goals['after']} of {goals['calls']}")
    console.print(f"{changes['with_other_texts']} recordings were understood differently")
    for call in changes["most_changed"]:
        console.print(f"  {plain(call['name'])}: {call['before']:.1%}, {call['after']:.1%}")


def _show_decision(console: Console, decision: ReleaseDecision) -> None:
    if decision.goes_live:
        console.print("[green]B may go live.[/]")
    for reason in decision.against:
        console.print(f"[red]B stays out:[/] {escape(plain(reason))}", soft_wrap=True)
    for reason in decision.unsure:
        reason = escape(plain(reason))
        console.print(f"[yellow]Too few recordings to say:[/] {reason}", soft_wrap=True)
