"""`voice demo`: the service answers a simulated caller, or you, and leaves what happened."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import secrets
import shutil
import signal
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.panel import Panel

from voice.audio import StereoWriter, read_stereo_flac
from voice.cli.call_view import CallView, follow, plain, summary, totals
from voice.errors import ConfigError
from voice.evaluation.callers import SCENARIOS, find_scenario
from voice.evaluation.demo_operator import KnownCustomer, caller_of, open_books
from voice.evaluation.report import report_of
from voice.evaluation.trial_call import TrialCall, place_trial_call
from voice.evaluation.trial_service import TrialService
from voice.logs import configure_logging
from voice.records import EVENTS, RECORDING

FOLDER = Path("demo")
"""Where the recording, the events and the report are left."""
FAILED_STATUS = 1
_WAV = "call.wav"
"""The recording once more, for programs that do not read FLAC."""
INTERRUPTED_STATUS, TERMINATED_STATUS = 130, 143
_LOOPBACK = "127.0.0.1"
_LAST_LINES_SECONDS = 0.5


def demo(
    scenario: Annotated[
        str, typer.Option(help=f"What the caller wants: {', '.join(SCENARIOS)}.")
    ] = "mixed",
    seed: Annotated[int, typer.Option(help="Who calls, in which words, with what data.")] = 1,
    phone: Annotated[
        bool, typer.Option("--phone", help="Wait for your own softphone instead.")
    ] = False,
    address: Annotated[
        str, typer.Option(help="With --phone: the IP address to listen on.")
    ] = _LOOPBACK,
) -> None:
    """Start the service, let a simulated caller dial it, and show the call live.

    Leaves in ./demo/ call.flac (stereo: caller left, assistant right), the same as call.wav,
    events.jsonl and report.json.
    """
    find_scenario(scenario)
    _require_dialable(address)
    configure_logging("warning", "demo")
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="voice-demo-") as folder:
            trial = _by_phone(console, Path(folder), seed, address) if phone else None
            trial = trial or _simulated(console, Path(folder), scenario, seed)
            uvloop.run(_until_terminated(trial))
    except (KeyboardInterrupt, asyncio.CancelledError) as stopped:
        console.print("Stopped; nothing is left running.")
        by_key = isinstance(stopped, KeyboardInterrupt)
        raise typer.Exit(INTERRUPTED_STATUS if by_key else TERMINATED_STATUS) from None


async def _until_terminated(work: Coroutine[None, None, None]) -> None:
    """SIGTERM stops it as Ctrl-C does: nothing stays running."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    await work


async def _simulated(console: Console, folder: Path, scenario: str, seed: int) -> None:
    customer = caller_of(open_books(folder / "operator.sqlite", seed), seed)
    with console.status("Starting the service and its models ..."):
        service = await TrialService(folder, _settings()).__aenter__()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_exit(service.__aexit__)
        console.print(f"The service answers {service.uri}. A caller dials it: {scenario}.\n")
        trial = await _watched_call(console, service, scenario, customer, seed)
    if trial.call is None:
        console.print(f"[red]The call failed:[/] {plain(trial.verdict.failures[0])}")
        raise typer.Exit(FAILED_STATUS)
    _leave(trial)
    console.print()
    console.print(summary(trial.call))
    console.print(totals(trial.call))
    console.print(plain(_verdict(trial)), markup=False)
    _print_left(console)


async def _watched_call(
    console: Console, service: TrialService, scenario: str, customer: KnownCustomer, seed: int
) -> TrialCall:
    watching = asyncio.create_task(follow(service.records, CallView(console)))
    try:
        return await place_trial_call(service, scenario, customer, seed, service.folder / "caller")
    finally:
        # Its last lines may not be shown yet; where there was no call, there is nothing to show.
        await asyncio.wait({watching}, timeout=_LAST_LINES_SECONDS)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _by_phone(console: Console, folder: Path, seed: int, address: str) -> None:
    user, password = f"phone{secrets.randbelow(9000) + 1000}", secrets.token_urlsafe(9)
    customer = caller_of(open_books(folder / "operator.sqlite", seed), seed).persona
    with console.status("Starting the service and its models ..."):
        service = await TrialService(
            folder, _settings(address, (user, password)), trusts_loopback=False
        ).__aenter__()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_exit(service.__aexit__)
        console.print(
            Panel.fit(
                f"Dial [bold]{service.uri}[/] with your softphone.\n"
                f"User [bold]{user}[/], password [bold]{password}[/] (for this run only).\n"
                f"You are a customer of Larkfield Telecom: customer number "
                f"[bold]{customer.customer_number}[/], PIN [bold]{customer.pin}[/].\n"
                "Ask for your balance or your plan, report a lost SIM card, or ask for a person.",
                title="Waiting for your call (Ctrl-C ends)",
            )
        )
        _leave_records(await follow(service.records, CallView(console)))
    _print_left(console, report=False)


def _require_dialable(address: str) -> None:
    """Raise ConfigError unless a telephone can send packets to this address."""
    try:
        dialable = not ipaddress.ip_address(address).is_unspecified
    except ValueError:
        dialable = False
    if not dialable:
        raise ConfigError(
            f"--address: {plain(address)}: expected the IP address of this machine that your "
            "softphone reaches, for instance 192.168.1.20"
        )


def _settings(address: str = _LOOPBACK, user: tuple[str, str] | None = None) -> str:
    """Settings of the demonstration: any free port, and a user where a softphone dials."""
    lines = ['log_level = "warning"', "[supervision]", "enabled = false"]
    lines += ["[sip]", f'listen = "{address}:0"']
    if user:
        name, password = user
        lines += ["[[sip.users]]", f'name = "{name}"', f'password = "{password}"']
    return "\n".join(lines) + "\n"


def _leave(trial: TrialCall) -> None:
    """Put the call's files into ./demo/."""
    assert trial.call is not None and trial.records is not None
    _leave_records(trial.records)
    report = report_of(trial.call, trial.cpu, trial.verdict.success)
    (FOLDER / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _leave_records(records: Path) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "report.json").unlink(missing_ok=True)  # of an earlier call
    for name in (RECORDING, EVENTS):
        if (records / name).exists():
            shutil.copyfile(records / name, FOLDER / name)
    if (FOLDER / RECORDING).exists():
        caller, assistant, sample_rate = read_stereo_flac(FOLDER / RECORDING)
        with StereoWriter(FOLDER / _WAV, sample_rate) as wav:
            wav.append(caller, assistant)


def _verdict(trial: TrialCall) -> str:
    cpu = f"CPU time: service {trial.cpu.service:.1f} s, caller {trial.cpu.caller:.1f} s"
    verdict = trial.verdict
    if verdict.satisfied:
        return f"The caller got what they wanted. {cpu}"
    if verdict.success:
        missed = "; ".join((*verdict.misheard, *verdict.unanswered))
        return f"Everything was said and done, but the caller did not make out: {missed}. {cpu}"
    return f"The caller did not get what they wanted ({'; '.join(verdict.failures)}). {cpu}"


def _print_left(console: Console, report: bool = True) -> None:
    names = [RECORDING, _WAV, EVENTS, *(["report.json"] if report else [])]
    there = [str(FOLDER / name) for name in names if (FOLDER / name).exists()]
    console.print(f"Left in ./{FOLDER}/: {', '.join(there)}", style="dim")
