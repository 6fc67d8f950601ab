"""The call on the terminal: what is shown, and what cannot reach the terminal."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest
from rich.console import Console

from voice.cli.call_view import CallView, first_call, follow, plain
from voice.events import (
    CallEnded,
    CallEvent,
    CallStarted,
    ClauseSpoken,
    FinalTranscript,
    LanguageChosen,
    LanguageNotOffered,
    TurnEnded,
)


def event(name: type[CallEvent], ms: int, /, **values: object) -> CallEvent:
    return name(call_id="c", sequence=0, ms=ms, wall_time=0.0, **values)


CALL = [
    event(CallStarted, 0, caller_number="353", called="assistant"),
    event(TurnEnded, 2500, speech_end_ms=2000, pause_ms=500),
    event(FinalTranscript, 2520, text="how much do i owe", confidence=0.9),
    event(ClauseSpoken, 2600, text="You owe [bold]ten[/] euros.", kind="answer"),
    event(ClauseSpoken, 4600, text="Due in May.", kind="answer"),
    event(CallEnded, 9000, reason="finished", by="caller"),
]


@pytest.fixture
def terminal() -> Console:
    return Console(file=io.StringIO(), width=200)


def shown(terminal: Console) -> str:
    assert isinstance(terminal.file, io.StringIO)
    return terminal.file.getvalue()


def test_who_said_what_and_how_fast_the_answer_came(terminal: Console) -> None:
    view = CallView(terminal)
    for happened in CALL:
        view.show(happened)
    lines = shown(terminal).splitlines()
    assert "caller" in lines[0] and "how much do i owe" in lines[0]
    assert "assistant" in lines[1] and lines[1].rstrip().endswith("600 ms")
    assert not lines[2].rstrip().endswith("ms")


def test_markup_and_control_characters_are_only_text(terminal: Console) -> None:
    view = CallView(terminal)
    view.show(CALL[3])
    view.show(event(FinalTranscript, 1, text="\x1b[31mred\x07 <script>", confidence=0.5))
    assert "[bold]ten[/]" in shown(terminal)
    assert "\x1b" not in shown(terminal) and "\x07" not in shown(terminal)
    assert plain("a\nb\u200b") == "a b "


async def test_a_call_is_followed_while_it_is_written(tmp_path: Path, terminal: Console) -> None:
    async def first() -> Path:
        call = await first_call(tmp_path)
        await follow(call, CallView(terminal))
        return call

    following = asyncio.create_task(first())
    (tmp_path / "call-1").mkdir()
    with (tmp_path / "call-1" / "events.jsonl").open("w") as file:
        for happened in CALL:
            line = happened.to_json() + "\n"
            file.write(line[:20])
            file.flush()
            await asyncio.sleep(0)
            file.write(line[20:])
            file.flush()
    folder = await asyncio.wait_for(following, 5)
    assert folder == tmp_path / "call-1"
    assert "the call ended: finished" in shown(terminal)


def test_the_languages_of_a_call_are_named(terminal: Console) -> None:
    view = CallView(terminal)
    view.show(event(LanguageChosen, 0, language="fr", confidence=0.9))
    view.show(event(LanguageNotOffered, 100, language="de"))
    assert "the call is in French" in shown(terminal) and "de is not offered" in shown(terminal)
