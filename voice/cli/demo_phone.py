"""`voice demo --phone`: the service waits for a softphone and shows each call while it runs."""

from __future__ import annotations

import asyncio
import ipaddress
import json
from contextlib import aclosing
from pathlib import Path

from rich.console import Console
from rich.panel import Panel

from voice.cli.call_view import CallView, calls_in, follow, plain
from voice.cli.demo_files import leave_records, print_left, trial_settings
from voice.cli.demo_worlds import BookRole, World
from voice.cli.growing_file import lines_as_written
from voice.cli.phone_account import PhoneAccount
from voice.errors import ConfigError
from voice.evaluation.trial_service import TrialService
from voice.models import ModelsAtHand

_POLL_SECONDS = 0.2
_SHOWN_LEVELS = ("warning", "error", "critical")


def require_dialable(address: str) -> None:
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


async def by_phone(
    console: Console, folder: Path, seed: int, address: str, models: ModelsAtHand, world: World
) -> None:
    """Answer one call after another, until cancelled."""
    account = PhoneAccount.kept(address)
    role = world.role(folder, seed)
    host = f"[{address}]" if ":" in address else address
    settings = trial_settings(f"{host}:{account.port}", (account.user, account.password))
    settings += world.settings
    service = TrialService(folder, settings, trusts_loopback=False, models=models)
    with console.status("Starting the service and its models ..."):
        await service.__aenter__()
    try:
        console.print(_invitation(service.uri, account, world, role))
        async with asyncio.TaskGroup() as watching:
            watching.create_task(_show_calls(console, service.records))
            watching.create_task(_show_warnings(console, folder / "service.log"))
            watching.create_task(_until_service_ends(service))
    finally:
        await service.__aexit__()


def _invitation(uri: str, account: PhoneAccount, world: World, role: BookRole) -> Panel:
    return Panel.fit(
        f"Dial [bold]{uri}[/] with your softphone.\n"
        f"User [bold]{account.user}[/], password [bold]{account.password}[/]; they stay the same "
        "the next time, and you may register.\n\n"
        f"You are [bold]{role.name}[/], known to {world.company}: customer number "
        f"[bold]{role.number}[/], PIN [bold]{role.pin}[/].\n"
        f"{world.ask}\n"
        "Where you are asked for both numbers, say them or key them in.",
        title="Waiting for your calls (Ctrl-C ends)",
    )


async def _show_calls(console: Console, records: Path) -> None:
    """Each call as it happens; of two at once the second one afterwards."""
    shown: set[Path] = set()
    while True:
        for call in calls_in(records):
            if call not in shown:
                shown.add(call)
                await follow(call, CallView(console))
                leave_records(call)
                print_left(console)
                console.print()
        await asyncio.sleep(_POLL_SECONDS)


async def _show_warnings(console: Console, log: Path) -> None:
    """What the service finds wrong: a password, an address from which audio comes."""
    async with aclosing(lines_as_written(log)) as lines:
        async for line in lines:
            if said := _warning_in(line):
                console.print(plain(said), style="yellow", markup=False, soft_wrap=True)


def _warning_in(line: str) -> str:
    try:
        entry = json.loads(line)
        return str(entry["event"]) if entry["level"] in _SHOWN_LEVELS else ""
    except (ValueError, KeyError, TypeError):
        return ""


async def _until_service_ends(service: TrialService) -> None:
    raise ConfigError(f"the service ended: {await service.ended()}")
