"""Call nodes behind Kamailio, set up on the loopback by the files of deploy/kamailio/."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from voice.audio import Pcm
from voice.errors import VoiceError
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.latency import HeardPacket
from voice.evaluation.trial_service import TrialService
from voice.parent_death import end_with_parent

DEPLOYED = Path(__file__).resolve().parents[2] / "deploy" / "kamailio"
NODES = 3
RTP_PORTS = 400
"""Of each node: a range of its own, which tells whose sound it is."""
_FIRST_RTP_PORT = 20_000
_CHANGE_SECONDS = 15.0
"""Until Kamailio knows that a node has come or gone; it asks every two seconds."""
_CHECK_SECONDS = 0.1


class KamailioFailed(VoiceError):
    """It is not installed, did not start, or does not say what was expected."""


class Kamailio:
    """Runs it from `folder` as long as the context lasts, with callers on the loopback."""

    def __init__(self, folder: Path, nodes: Sequence[str]) -> None:
        """`nodes` are the addresses of the call nodes, HOST:PORT."""
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.address = f"127.0.0.1:{free_port()}"
        self._control = folder / "run" / "kamailio_ctl"
        self._control.parent.mkdir(parents=True)
        self._dispatcher = folder / "dispatcher.list"
        self._dispatcher.write_text("".join(f"1 sip:{node}\n" for node in nodes))
        (folder / "address.list").write_text("1 127.0.0.1 32 0 callers\n")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start it, again after `kill`; returns once it answers its control socket."""
        program = shutil.which("kamailio", path=f"{os.environ['PATH']}:/usr/sbin")
        if program is None:
            raise KamailioFailed("kamailio is not installed: apt-get install kamailio")
        definitions = (
            f"LISTEN=udp:{self.address}",
            f'DISPATCHER_LIST="{self._dispatcher}"',
            f'ADDRESS_LIST="{self.folder / "address.list"}"',
        )
        with (self.folder / "kamailio.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(program, "-DD", "-E", "-f", str(DEPLOYED / "kamailio.cfg")),
                *("-Y", str(self._control.parent), "-w", str(self.folder), "-m", "64", "-M", "8"),
                *(word for definition in definitions for word in ("-A", definition)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        await self._until(lambda states: len(states) > 0, "did not start")

    async def kill(self) -> None:
        """End all of its processes at once."""
        if self._process is not None and self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._control.unlink(missing_ok=True)

    async def states(self) -> Mapping[str, str]:
        """What it thinks of each node, by its address: AP (active, probed), IP (inactive) ..."""
        answer = await self.tell("dispatcher.list")
        uris = re.findall(r"URI: sip:(\S+)", answer)
        return dict(zip(uris, re.findall(r"FLAGS: (\w+)", answer), strict=True))

    async def tell(self, *command: str) -> str:
        """Give it a command as an administrator does; the answer, empty while it is not there."""
        asking = await asyncio.create_subprocess_exec(
            *("kamcmd", "-s", f"unixs:{self._control}", *command),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"},
        )
        said, _ = await asking.communicate()
        return said.decode()

    async def until_state(self, node: str, state: str) -> None:
        """Wait until it thinks so of a node."""
        await self._until(lambda states: states.get(node) == state, f"{node} is not {state}")

    async def _until(self, wanted: Callable[[Mapping[str, str]], bool], complaint: str) -> None:
        try:
            async with asyncio.timeout(_CHANGE_SECONDS):
                while not wanted(await self.states()):
                    if self._process is not None and self._process.returncode is not None:
                        break
                    await asyncio.sleep(_CHECK_SECONDS)
                else:
                    return
        except TimeoutError:
            pass
        last = (self.folder / "kamailio.log").read_text(errors="replace").splitlines()[-3:]
        raise KamailioFailed(f"kamailio: {complaint}: {' / '.join(last)}")


def call_node(folder: Path, number: int, port: int) -> TrialService:
    """The call node with this number, from 0; it trusts Kamailio as its carrier."""
    low = _FIRST_RTP_PORT + number * RTP_PORTS
    folder.mkdir(exist_ok=True)
    return TrialService(
        folder,
        f"""
        [sip]
        listen = "127.0.0.1:{port}"
        [rtp]
        port_min = {low}
        port_max = {low + RTP_PORTS - 2}
        media_timeout_seconds = 600
        [calls]
        no_input_seconds = 120
        shutdown_seconds = 120
        [supervision]
        enabled = false
        """,
    )


class Caller:
    """Somebody who has dialled and says nothing; `hears` tells whether the call still lives."""

    def __init__(self) -> None:
        self._packets = 0
        self._news = asyncio.Event()
        self.line = PhoneLine(self._heard)

    async def dial(self, address: str) -> Self:
        """Call the assistant; raises CallRejected."""
        await self.line.dial(f"sip:assistant@{address}", "+35312345")
        return self

    @property
    def node(self) -> int:
        """The number of the node that sends the sound."""
        return (self.line.audio.peer[1] - _FIRST_RTP_PORT) // RTP_PORTS

    async def hears(self, packets: int = 25, seconds: float = 10.0) -> bool:
        """Whether so many more packets come: not when the call is over, or nobody is there."""
        wanted = self._packets + packets
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._packets < wanted:
                    self._news.clear()
                    await self._news.wait()
        return self._packets >= wanted and not self.line.ended.is_set()

    def _heard(self, _packet: HeardPacket, _pcm: Pcm) -> None:
        self._packets += 1
        self._news.set()


class Region:
    """Kamailio and its call nodes, while the context lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ports = [free_port() for _ in range(NODES)]
        self.addresses = [f"127.0.0.1:{port}" for port in self.ports]
        self.nodes = [self._node(number) for number in range(NODES)]
        self.kamailio = Kamailio(folder / "kamailio", self.addresses)
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as unless_ready:
            await asyncio.gather(*map(unless_ready.enter_async_context, self.nodes))
            await unless_ready.enter_async_context(self.kamailio)
            for address in self.addresses:
                await self.kamailio.until_state(address, "AP")
            self._open = unless_ready.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in self.nodes:
            node.kill()
        await self._open.aclose()

    async def replace(self, number: int) -> None:
        """Start a node again that has ended, as systemd does, and wait for Kamailio to see it."""
        self.nodes[number] = self._node(number)
        await self._open.enter_async_context(self.nodes[number])
        await self.kamailio.until_state(self.addresses[number], "AP")

    @contextlib.asynccontextmanager
    async def callers(self, count: int) -> AsyncIterator[list[Caller]]:
        """So many at once, spread over the nodes; they hang up at the end."""
        callers = [Caller() for _ in range(count)]
        try:
            for caller in callers:
                await caller.dial(self.kamailio.address)
            yield callers
        finally:
            await asyncio.gather(*(caller.line.close() for caller in callers))

    def _node(self, number: int) -> TrialService:
        return call_node(self._folder / f"node-{number}", number, self.ports[number])


def free_port() -> int:
    """A UDP port of the loopback that nobody has now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
