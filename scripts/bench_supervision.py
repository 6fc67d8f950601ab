"""Supervision: how soon a page hears and reads a call, and whether listeners disturb it.

Runs `voice serve`, calls it over SIP, and looks at the pages in Debian's Chromium (Playwright).

    python scripts/bench_supervision.py --quick
    python scripts/bench_supervision.py --full --json benchmarks/bench_supervision.json

listen_latency_ms: from the RTP packet with a marker tone to the tone in what the page plays.
transcript_latency_ms: from an event's wall time to its line on the page.
rtp_jitter_change_ms: 99th percentile of the gaps between RTP packets, with listeners who stall,
shout or crowd, less that without.
axe_violations: rules of axe-core that a page breaks, over all pages.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, Page

from tests.supervision.browser import (
    axe_source,
    barriers,
    chromium,
    open_page,
    sign_in,
    until,
    wait_for_tone,
)
from voice.audio import Pcm
from voice.errors import VoiceError
from voice.evaluation.benchmark_command import arguments, concluded, extent_of, run_benchmark
from voice.evaluation.callers.phone_line import PhoneLine
from voice.evaluation.demo_operator import caller_of, open_books
from voice.evaluation.figures import MEDIAN_TURNS, BenchmarkResult
from voice.evaluation.intervals import Figure, percentile
from voice.evaluation.latency import HeardPacket
from voice.evaluation.measured_call import read_events
from voice.evaluation.simulated_supervisor import SimulatedSupervisor
from voice.evaluation.trial_call import hold_trial_call
from voice.evaluation.trial_service import TrialService
from voice.events import CallEvent, ClauseSpoken, FinalTranscript
from voice.supervision.accounts import Accounts

ROOT = Path(__file__).resolve().parent.parent

MARKER_HZ = 1700.0
MARKER_SECONDS = 0.3
NAME = "bench"
CROWD = 20

WATCH = """
window.seen = [];
new MutationObserver(() => {
  const at = performance.timeOrigin + performance.now();
  for (const line of document.querySelectorAll("#transcript li .words")) {
    if (window.seen.some((one) => one.text === line.textContent)) continue;
    window.seen.push({ at, text: line.textContent });
  }
}).observe(document.getElementById("transcript"), { childList: true, subtree: true });
"""
HARK = """
window.onsets = [];
let before = false;
setInterval(() => {
  const now = window.heard(0, HZ) > 0.05;
  if (now && !before) window.onsets.push(performance.timeOrigin + performance.now());
  before = now;
}, 4);
""".replace("HZ", str(MARKER_HZ))


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    markers: int
    calls: int
    windows: int
    window_seconds: float
    limit_seconds: float


EXTENTS = {"quick": Extent(20, 1, 1, 3.0, 115), "full": Extent(80, 12, 6, 8.0, 29 * 60)}


class SupervisionBench:
    """The parts of the benchmark; each adds its figures to the result."""

    def __init__(self, extent: Extent, folder: Path) -> None:
        self.result = BenchmarkResult.begin("bench_supervision")
        self._extent = extent
        self._folder = folder
        self._accounts = Accounts(folder / "accounts.json")
        self._password = self._accounts.issue(NAME)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._url = f"http://127.0.0.1:{free.getsockname()[1]}"

    async def run(self) -> None:
        """Measure, until all is done or time runs out."""
        async with (
            self.result.measured_within(self._extent.limit_seconds),
            TrialService(self._folder, self._settings()) as service,
            chromium() as browser,
        ):
            await self._listen(service, browser)
            await self._disturb(service)
            await self._read(service, browser)
            await self._look(service, browser)

    def _settings(self) -> str:
        listen = self._url.removeprefix("http://")
        return (
            'log_level = "warning"\n[sip]\nlisten = "127.0.0.1:0"\n'
            "[calls]\nno_input_seconds = 600\n[rtp]\nmedia_timeout_seconds = 2000\n"
            f'[supervision]\nlisten = "{listen}"\naccounts = "{self._folder / "accounts.json"}"\n'
        )

    async def _supervisor(self) -> SimulatedSupervisor:
        return await SimulatedSupervisor.sign_in(self._url, NAME, self._password)

    async def _page(self, browser: Browser) -> Page:
        page = await open_page(browser)
        await sign_in(page, self._url, NAME, self._password)
        return page

    async def _listen(self, service: TrialService, browser: Browser) -> None:
        """Marker tones of a caller, and when the page plays them."""
        page = await self._page(browser)
        supervisor = await self._supervisor()
        marker = _tone(MARKER_SECONDS)
        sent: list[float] = []
        async with _phone_call(service, []) as line:
            await page.goto(f"{self._url}/calls/{await _running_call(supervisor)}")
            await page.click("#listen")
            await until(page, "Boolean(window.ears)")
            await asyncio.sleep(1)
            await page.evaluate(HARK)
            for number in range(self._extent.markers):
                sent.append((await line.audio.speak(marker))[0])
                # Not in step with anything that comes every 20 or 40 ms.
                await asyncio.sleep(0.5 + 0.0037 * (number % 11))
                self.result.note_contention()
            await asyncio.sleep(0.5)
            onsets = [at / 1000 for at in await page.evaluate("window.onsets")]
        await page.context.close()
        delays = [_first_after(onsets, at, 1.0) for at in sent]
        heard = [delay * 1000 for delay in delays if delay is not None]
        self.result.add("listen_latency_ms", percentile(heard, 50), MEDIAN_TURNS)
        self.result.add("listen_latency_p95_ms", percentile(heard, 95), MEDIAN_TURNS)
        self.result.count("markers_not_heard", len(sent) - len(heard), len(sent))

    async def _disturb(self, service: TrialService) -> None:
        """Gaps between packets, in windows with and without listeners of each kind."""
        supervisor = await self._supervisor()
        heard: list[HeardPacket] = []
        quiet: list[float] = []
        disturbed: dict[str, list[float]] = {"stalled": [], "garbage": [], "crowd": []}
        async with _phone_call(service, heard):
            call_id = await _running_call(supervisor)
            for _ in range(self._extent.windows):
                for kind, gaps in disturbed.items():
                    quiet += await self._window(heard)
                    disturbance = {
                        "stalled": supervisor.stalled(call_id),
                        "garbage": supervisor.garbage(call_id),
                        "crowd": supervisor.listening(call_id, CROWD),
                    }[kind]
                    async with disturbance:
                        await asyncio.sleep(0.5)
                        gaps += await self._window(heard)
        before = percentile(quiet, 99)
        self.result.add("rtp_gap_p99_without_ms", before)
        worst = max(
            (percentile(gaps, 99) for gaps in disturbed.values()), key=lambda one: one.value
        )
        for kind, gaps in disturbed.items():
            self.result.add(f"rtp_gap_p99_{kind}_ms", percentile(gaps, 99))
        change = Figure(
            worst.value - before.value, worst.low - before.high, worst.high - before.low, worst.n
        )
        self.result.add("rtp_jitter_change_ms", change)

    async def _window(self, heard: list[HeardPacket]) -> list[float]:
        heard.clear()
        await asyncio.sleep(self._extent.window_seconds)
        return [
            (later.received - earlier.received) * 1000
            for earlier, later in pairwise(heard)
            if later.media_ms == earlier.media_ms + earlier.duration_ms
        ]

    async def _read(self, service: TrialService, browser: Browser) -> None:
        """Whole simulated calls, and when each line of them stands on the page."""
        supervisor = await self._supervisor()
        delays: list[float] = []
        for seed in range(1, self._extent.calls + 1):
            customer = caller_of(open_books(self._folder / "operator.sqlite", seed), seed)
            page = await self._page(browser)
            call = asyncio.create_task(
                hold_trial_call(service, "plan", customer, seed, self._folder / f"caller-{seed}")
            )
            await page.goto(f"{self._url}/calls/{await _running_call(supervisor)}")
            await page.evaluate(WATCH)
            opened = await page.evaluate("performance.timeOrigin + performance.now()") / 1000
            trial = await call
            self.result.note_contention()
            if trial.records is not None:
                await asyncio.sleep(0.3)
                seen = await page.evaluate("window.seen")
                events = read_events(trial.records / "events.jsonl")
                delays += _line_delays(events, seen, opened)
            await page.context.close()
        self.result.add("transcript_latency_ms", percentile(delays, 50), MEDIAN_TURNS)
        self.result.add("transcript_latency_p95_ms", percentile(delays, 95), MEDIAN_TURNS)

    async def _look(self, service: TrialService, browser: Browser) -> None:
        """Every page in both colours through axe."""
        axe = axe_source()
        found: list[dict[str, object]] = []
        looked = 0
        for dark in (False, True):
            page = await open_page(browser, dark=dark)
            await page.goto(self._url)
            found += await barriers(page, axe)
            await sign_in(page, self._url, NAME, self._password)
            async with _phone_call(service, []):
                await page.wait_for_selector("#running tbody a")
                found += await barriers(page, axe)
                await page.click("#running tbody a")
                await page.wait_for_selector("#transcript li")
                await page.click("#listen")
                await wait_for_tone(page, 0, MARKER_HZ, loud=False)
                found += await barriers(page, axe)
            await page.wait_for_selector("#replay-section")
            found += await barriers(page, axe)
            looked += 4
            await page.context.close()
        self.result.rows += found
        self.result.count("axe_violations", len(found), looked)


def _tone(seconds: float) -> Pcm:
    angle = 2 * np.pi * MARKER_HZ * np.arange(round(8000 * seconds)) / 8000
    return (9000 * np.sin(angle)).astype(np.int16)


def _first_after(times: Sequence[float], start: float, within: float) -> float | None:
    """How long after `start` the next of the times is, if within so many seconds."""
    later = [time - start for time in times if 0 <= time - start < within]
    return min(later) if later else None


def _line_delays(
    events: Sequence[CallEvent], seen: Sequence[dict[str, float | str]], opened: float
) -> list[float]:
    """Milliseconds from each event to the first line that shows its words.

    What was said before the page was open is left out, and so are words that stood there before,
    as those of a final transcript do when the partial one was right.
    """
    delays: list[float] = []
    known: list[str] = []
    for event in events:
        if not isinstance(event, ClauseSpoken | FinalTranscript):
            continue
        fresh = not any(event.text in text for text in known)
        known.append(event.text)
        shown = [float(one["at"]) / 1000 for one in seen if event.text in str(one["text"])]
        timely = bool(shown) and event.wall_time > opened and min(shown) >= event.wall_time
        if fresh and event.text and timely:
            delays.append((min(shown) - event.wall_time) * 1000)
    return delays


async def _running_call(supervisor: SimulatedSupervisor) -> str:
    """The id of a call that has just been answered."""
    async with asyncio.timeout(30):
        async for told in supervisor.changes():
            for row in told["calls"]:
                if row["state"] not in ("ended", "ringing"):
                    return str(row["id"])
    raise VoiceError("no call appeared on the board")


@contextlib.asynccontextmanager
async def _phone_call(service: TrialService, heard: list[HeardPacket]) -> AsyncIterator[PhoneLine]:
    """A call of a telephone that says nothing by itself."""
    line = PhoneLine(lambda packet, _: heard.append(packet))
    try:
        await line.dial(service.uri, "+4915550001234")
        yield line
        await line.hang_up()
    finally:
        await line.close()


async def main() -> int:
    """Run the benchmark; the exit status is 0 when all of it could be measured."""
    options = arguments(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-supervision-") as folder:
        bench = SupervisionBench(EXTENTS[extent_of(options)], Path(folder))
        await bench.run()
    return concluded(bench.result, options)


if __name__ == "__main__":
    run_benchmark(main)
