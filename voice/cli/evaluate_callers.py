"""`voice evaluate callers`: suites of simulated callers, and how many of them were served."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from voice.cli.batch_run import Jobs, Ray, chosen_workers, require_all, run_with_progress
from voice.cli.call_view import plain
from voice.cli.evaluation_parts import (
    Costs,
    Fresh,
    SettingsFile,
    apply_limits,
    cost_table,
    require_writable,
    settings_at_hand,
)
from voice.evaluation.batch import Workers
from voice.evaluation.callers import OWN_PHRASINGS, Phrasings
from voice.evaluation.demo_operator import known_customers
from voice.evaluation.recordings.figure_names import written
from voice.evaluation.recordings.limits import parse_limit
from voice.evaluation.recordings.plan import fingerprint_of_models
from voice.evaluation.suites.kept_speech import KeptSpeech, kept_folder
from voice.evaluation.suites.plan import SuitePlan
from voice.evaluation.suites.report_files import REPORT, write_reports
from voice.evaluation.suites.said_ahead import Saying, missing, sentences_of, speak_ahead
from voice.evaluation.suites.suite_file import load_suite
from voice.evaluation.suites.summary import figure_keys
from voice.evaluation.suites.tasks import run
from voice.evaluation.virtual_time.surroundings import BOOKS_SEED, first_day
from voice.logs import configure_logging


class Over(StrEnum):
    """How the callers call."""

    VIRTUAL = "virtual"
    SIP = "sip"


def callers(
    suite_place: Annotated[str, typer.Argument(help="A YAML file, or demo.", metavar="SUITE")],
    out: Annotated[Path, typer.Option(help="Where results and report go.")] = Path("callers"),
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Calls of each caller; else the suite's.")
    ] = None,
    over: Annotated[
        Over, typer.Option(help="In virtual time, or by telephone, in real time.")
    ] = Over.VIRTUAL,
    jobs: Jobs = None,
    ray: Ray = "",
    phrasings: Annotated[
        Path, typer.Option(help="What callers say, as YAML by intent.", metavar="FOLDER")
    ] = OWN_PHRASINGS,
    costs: Costs = None,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(help='"pass_hat_4 < 0.9", "task_success@line=bad < 80 %"; may be repeated.'),
    ] = None,
    fresh: Fresh = False,
    settings_file: SettingsFile = None,
) -> None:
    """Let simulated callers call the assistant, each with several seeds, and judge their calls.

    A run that was interrupted goes on where it stopped when the command is given again.
    """
    suite = load_suite(suite_place)
    count = seeds or suite.seeds
    limits = [parse_limit(text, figure_keys(count), "task_success") for text in fail_if or []]
    said = Phrasings.load(phrasings)
    configure_logging("error", "evaluate")
    console = Console(highlight=False)
    require_writable(out)
    sentences = sentences_of(suite, count, said, known_customers(BOOKS_SEED, first_day()))
    settings = settings_at_hand(console, settings_file)
    table = cost_table(console, costs, out, settings) if over is Over.VIRTUAL else None
    plan = SuitePlan(
        suite=suite.model_dump_json(),
        phrasings=said.by_intent,
        seeds=count,
        way=over.value,
        models=fingerprint_of_models(settings).hex(),
        settings=settings.model_dump_json(),
        costs=asdict(table) if table else None,
    ).prepare(out, fresh)
    began = time.monotonic()
    kept = KeptSpeech(kept_folder())
    with chosen_workers(jobs, ray) as workers:
        _speak(console, missing(sentences, kept), kept, workers)
        spoken = kept.files(sentence.key for sentence in sentences)
        outcome = run_with_progress(
            console,
            "Calls",
            len(suite.callers) * count,
            lambda advance: run(out, plan, workers, advance, spoken),
        )
        working = workers.count
    report = write_reports(out, plan, outcome, working, time.monotonic() - began, limits)
    _show(console, report, out / REPORT)
    require_all(console, outcome)
    apply_limits(console, limits, report)


def _speak(console: Console, sentences: list[Saying], kept: KeptSpeech, workers: Workers) -> None:
    if sentences:
        outcome = run_with_progress(
            console,
            "Sentences",
            len(sentences),
            lambda advance: speak_ahead(sentences, kept, workers, advance),
        )
        require_all(console, outcome)


def _show(console: Console, report: dict[str, Any], file: Path) -> None:
    table = Table(title=f"{report['calls']} calls", title_justify="left")
    table.add_column("figure")
    for column in ("value", "95 %", "n"):
        table.add_column(column, justify="right", no_wrap=True)
    for key, figure in report["figures"].items():
        value, low, high = (written(key, figure[part]) for part in ("value", "low", "high"))
        table.add_row(key, value, f"{low} to {high}", str(figure["n"]))
    console.print(table)
    for caller in report["callers"]:
        if caller["failures"]:
            reason, _ = next(iter(caller["failures"].items()))
            served = f"{caller['successes']} of {caller['calls']}"
            console.print(f"[yellow]{plain(caller['name'])}[/] {served}: {plain(reason)}")
    console.print(f"Report: {file}", style="dim")
