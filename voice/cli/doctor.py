"""`voice doctor`: whether this machine can do what its settings are for, and what to do if not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from voice.doctor import Finding, Purpose, examine
from voice.errors import ConfigError
from voice.logs import configure_logging
from voice.settings import load_settings


def doctor(
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="Default: ./voice.toml.", metavar="FILE")
    ] = None,
    purpose: Annotated[
        Purpose | None,
        typer.Option("--for", help="The command they are for; as a rule the settings tell it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """Look at ports, priority, models, disks, clock and every named service and trunk.

    What the command that the settings are for does not need is not looked at. One line for each
    finding, with what to do; the exit status is 1 when there is a fault.
    """
    configure_logging("error", "doctor")
    findings = []
    for finding in _findings(settings_file, purpose):
        findings.append(finding)
        if not as_json:
            typer.echo(f"{finding.level:<6} {finding}")
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    if any(finding.level == "fault" for finding in findings):
        raise typer.Exit(1)


def _findings(settings_file: Path | None, purpose: Purpose | None) -> Iterator[Finding]:
    try:
        settings = load_settings(settings_file)
    except ConfigError as error:
        yield Finding("fault", "settings", str(error), "nothing else was looked at: correct it")
        return
    yield from examine(settings, time.time(), purpose)
