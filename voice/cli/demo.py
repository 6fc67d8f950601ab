"""`voice demo`: the service answers a simulated caller, or you, and leaves what happened."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from voice.cli.call_view import CallView, first_call, follow, plain, summary, totals
from voice.cli.demo_files import FOLDER, LOOPBACK, REPORT, leave_records, print_left, trial_settings
from voice.cli.demo_phone import by_phone, require_dialable
from voice.cli.demo_worlds import DEFAULT, WORLDS, find_world
from voice.cli.pull_progress import models_at_hand
from voice.errors import ConfigError
from voice.evaluation.callers import SCENARIOS, Goal, find_scenario
from voice.evaluation.demo_operator import KnownCustomer, caller_of, open_books
from voice.evaluation.report import report_of
from voice.evaluation.trial_call import TrialCall, place_trial_call
from voice.evaluation.trial_service import TrialService
from voice.logs import configure_logging
from voice.models import ModelsAtHand
from voice.settings import load_settings

FAILED_STATUS = 1
STOPPED_STATUS = 128
"""Plus the number of the signal that stopped it, as a shell has it."""
_IN_WORDS = {
    Goal.BALANCE: "knowing the balance",
    Goal.PLAN: "knowing the plan",
    Goal.BLOCK_SIM: "knowing that the SIM card is blocked",
    Goal.PERSON: "a person (the demonstration has none)",
    Goal.REPEAT: "hearing the answer again",
    Goal.OUT_OF_SCOPE: "an answer to a question that is none of the assistant's",
}
"""What a request that got no answer leaves a caller without."""
_LAST_LINES_SECONDS = 0.5
"""The environment counts; a voice.toml that lies here is another installation's."""


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
    ] = LOOPBACK,
    world: Annotated[
        str, typer.Option(help=f"Whose calls are answered: {', '.join(WORLDS)}.")
    ] = DEFAULT,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="The small models that understand synthetic voices.")
    ] = False,
) -> None:
    """Start the service, let a simulated caller dial it, and show the call live.

    The recogniser and the voice are fetched the first time. Leaves in ./demo/ call.flac (stereo:
    caller left, assistant right), the same as call.wav, events.jsonl and report.json.
    """
    find_scenario(scenario)
    require_dialable(address)
    company = find_world(world)
    if world != DEFAULT and not phone:
        raise ConfigError(f"--world: {world}: expected --phone, too: no simulated caller knows it")
    configure_logging("warning", "demo")
    console = Console(highlight=False)
    try:
        with tempfile.TemporaryDirectory(prefix="voice-demo-") as folder:
            place = Path(folder)
            own = place / "world.toml"
            own.write_text(company.settings if phone else "")
            models = models_at_hand(load_settings(own), embedded, console, by_heart=not phone)
            trial = by_phone(console, place, seed, address, models, company) if phone else None
            trial = trial or _simulated(console, place, scenario, seed, models)
            stopped_by = uvloop.run(_until_stopped(trial))
    except KeyboardInterrupt:
        stopped_by = signal.SIGINT
    if stopped_by:
        console.print("Stopped; nothing is left running.")
        raise typer.Exit(STOPPED_STATUS + stopped_by)


async def _until_stopped(work: Coroutine[None, None, None]) -> signal.Signals | None:
    """Ctrl-C and SIGTERM stop it, and nothing stays running; the first signal that came."""
    task, came = asyncio.ensure_future(work), list[signal.Signals]()

    def stop(number: signal.Signals) -> None:
        came.append(number)
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop, number)
    await asyncio.wait({task})
    if came and task.cancelled():
        return came[0]
    return task.result()


async def _simulated(
    console: Console, folder: Path, scenario: str, seed: int, models: ModelsAtHand
) -> None:
    customer = caller_of(open_books(folder / "operator.sqlite", seed), seed)
    with console.status("Starting the service and its models ..."):
        service = await TrialService(folder, trial_settings(), models=models).__aenter__()
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
    print_left(console)


async def _watch(console: Console, service: TrialService) -> None:
    await follow(await first_call(service.records), CallView(console))


async def _watched_call(
    console: Console, service: TrialService, scenario: str, customer: KnownCustomer, seed: int
) -> TrialCall:
    watching = asyncio.create_task(_watch(console, service))
    try:
        return await place_trial_call(service, scenario, customer, seed, service.folder / "caller")
    finally:
        # Its last lines may not be shown yet; where there was no call, there is nothing to show.
        await asyncio.wait({watching}, timeout=_LAST_LINES_SECONDS)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def _leave(trial: TrialCall) -> None:
    """Put the call's files into ./demo/."""
    assert trial.call is not None and trial.records is not None
    leave_records(trial.records)
    report = report_of(trial.call, trial.cpu, trial.verdict.success)
    (FOLDER / REPORT).write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")


def _verdict(trial: TrialCall) -> str:
    cpu = f"CPU time: service {trial.cpu.service:.1f} s, caller {trial.cpu.caller:.1f} s"
    verdict = trial.verdict
    if verdict.satisfied:
        return f"The caller got what they wanted. {cpu}"
    if verdict.success:
        without = [*verdict.misheard, *(_IN_WORDS[Goal(goal)] for goal in verdict.unanswered)]
        return f"Nothing went wrong, but the caller left without: {'; '.join(without)}. {cpu}"
    return f"The caller did not get what they wanted ({'; '.join(verdict.failures)}). {cpu}"
