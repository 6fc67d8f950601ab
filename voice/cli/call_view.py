"""A call on the terminal while it runs: who speaks, what was understood, and how fast."""

from __future__ import annotations

import asyncio
import statistics
import unicodedata
from contextlib import aclosing
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from voice.cli.growing_file import lines_as_written
from voice.evaluation.measured_call import MeasuredCall
from voice.evaluation.report import latencies_of, word_errors_in
from voice.events import (
    CallAnswered,
    CallEnded,
    CallEvent,
    ClauseSpoken,
    DtmfReceived,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    LanguageChosen,
    LanguageNotOffered,
    ToolCalled,
    TransferProgressed,
    Transferred,
    TurnEnded,
    from_json,
)
from voice.languages import languages
from voice.records import EVENTS

_POLL_SECONDS = 0.1


def plain(text: str) -> str:
    """Text from outside without control characters, which could steer the terminal."""
    return "".join(
        " " if unicodedata.category(character).startswith("C") else character for character in text
    )


class CallView:
    """Prints the events of one call as lines of a conversation."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._turn_ended: TurnEnded | None = None

    def show(self, event: CallEvent) -> None:
        """Print the event, when it is something that a listener would notice."""
        match event:
            case CallAnswered():
                self._line(event, "the call is answered", "dim")
            case TurnEnded():
                self._turn_ended = event
            case FinalTranscript():
                self._line(event, event.text or "(nothing understood)", "cyan", "caller")
            case LanguageChosen():
                self._line(event, f"the call is in {_name(event.language)}", "dim")
            case LanguageNotOffered():
                self._line(event, f"{_name(event.language)} is not offered", "yellow")
            case ClauseSpoken():
                self._line(event, event.text, "green", "assistant", self._latency(event))
            case ToolCalled():
                self._line(event, f"looks up {event.tool}", "dim")
            case DtmfReceived():
                self._line(event, f"key {event.digit}", "cyan", "caller")
            case IdentityDecided():
                self._line(event, "PIN accepted" if event.accepted else "PIN refused", "dim")
            case Interrupted():
                self._line(event, f"interrupted after: {event.heard or '(nothing)'}", "yellow")
            case TransferProgressed(status=180):
                self._line(event, "the person's telephone rings", "dim")
            case Transferred(ok=True):
                self._line(event, "handed over to a person", "yellow")
            case Transferred():
                self._line(event, f"no person took the call: {event.reason}", "yellow")
            case CallEnded():
                self._line(event, f"the call ended: {event.reason}", "dim")
            case _:
                pass

    def _latency(self, clause: ClauseSpoken) -> str:
        """How long the caller waited for this clause, for the first one after a turn."""
        ended, self._turn_ended = self._turn_ended, None
        if ended is None or clause.kind != "answer":
            return ""
        return f"{clause.ms - ended.speech_end_ms} ms"

    def _line(
        self, event: CallEvent, text: str, style: str, who: str = "", latency: str = ""
    ) -> None:
        line = Text(f"{event.ms / 1000:6.1f} s  ", style="dim")
        line.append(f"{who:<10}", style=f"bold {style}")
        line.append(plain(text), style=style if not who else "")
        if latency:
            line.append(f"   {latency}", style="magenta")
        self._console.print(line)


async def follow(call: Path, view: CallView) -> None:
    """Show the call that is recorded in the folder `call` until it ends."""
    async with aclosing(lines_as_written(call / EVENTS)) as lines:
        async for line in lines:
            event = from_json(line)
            view.show(event)
            if isinstance(event, CallEnded):
                return


def _name(tag: str) -> str:
    """In English, where it is known."""
    return languages().get(tag, tag).partition("/")[0]


def calls_in(records: Path) -> list[Path]:
    """The folders of the calls that are recorded there, in the order in which they began."""
    calls = [file.parent for file in records.glob(f"*/{EVENTS}")]
    return sorted(calls, key=lambda call: call.stat().st_mtime)


async def first_call(records: Path) -> Path:
    """The folder of the first call, once there is one."""
    while True:
        if calls := calls_in(records):
            return calls[0]
        await asyncio.sleep(_POLL_SECONDS)


def summary(call: MeasuredCall) -> Table:
    """What was said, what was understood, and the time to the answer on the caller's socket."""
    table = Table(title="As the caller measured it", title_justify="left")
    table.add_column("said", style="cyan")
    table.add_column("understood")
    table.add_column("answered", style="green")
    table.add_column("voice to voice", justify="right", style="magenta")
    for turn in call.turns:
        latency = turn.voice_to_voice_ms
        shown = "cut in" if turn.cut_in else "-" if latency is None else f"{latency:.0f} ms"
        if turn.cached and latency is not None:
            shown += " (fixed phrase)"
        table.add_row(
            *(plain(text) for text in (turn.spoken.reference, turn.recognised, turn.response)),
            shown,
        )
    return table


def totals(call: MeasuredCall) -> str:
    """The call's figures in one line."""
    latencies = latencies_of(call.turns)
    errors = word_errors_in(call.turns)
    median = f"{statistics.median(latencies):.0f} ms" if latencies else "not measured"
    return (
        f"voice to voice {median} (median of {len(latencies)} answers), "
        f"word error rate {errors.rate:.0%} ({errors.edits} of {errors.words} words)"
    )
