"""A call in writing, by which tasks and tools are tried without a telephone."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack

import typer

from voice.errors import VoiceError
from voice.identity import Caller, IdentityCheck
from voice.model_folders import tasks_folder
from voice.response import (
    CallingTool,
    Later,
    NeedsIdentity,
    Responder,
    ResponseSession,
    ResponseTurn,
    SayClause,
    ToolAnswered,
    ToolBox,
    WantsEnd,
    WantsPerson,
    load_responder,
)
from voice.settings import Settings
from voice.tasks import TaskSet
from voice.tasks.watcher import TaskWatcher
from voice.tools import load_tools


def hold(settings: Settings) -> None:
    """Answer line by line until there are no more, or the call is over; raises VoiceError."""
    with asyncio.Runner() as runner:
        call = runner.run(WrittenCall.load(settings))
        try:
            while not call.over and (said := _line("> ")) is not None:
                runner.run(call.say(said))
        finally:
            runner.run(call.aclose())


def _line(prompt: str) -> str | None:
    """The next line; None at the end of what there is to read."""
    if sys.stdin.isatty():
        typer.echo(prompt, nl=False)
    line = sys.stdin.readline()
    if line and not sys.stdin.isatty():
        typer.echo(f"{prompt}{line.strip()}")
    return line.strip() if line else None


class WrittenCall:
    """One call after another, with the response step and the tools of the settings."""

    def __init__(
        self, settings: Settings, responder: Responder, tools: ToolBox, identity: IdentityCheck
    ) -> None:
        """Both are closed with it; raises ConfigError when a task's tool is missing."""
        self._responder = responder
        self._tools = tools
        self._identity = identity
        self._has_person = settings.sip.person is not None
        self._watcher = TaskWatcher(tasks_folder(settings.response.tasks), self._adopt)
        self._session = self._begun()
        self._later = ""
        self.over = False

    @classmethod
    async def load(cls, settings: Settings) -> WrittenCall:
        """Open what calls use; raises VoiceError."""
        async with AsyncExitStack() as unless_loaded:
            tools, identity = await load_tools(settings)
            unless_loaded.push_async_callback(tools.aclose)
            responder = await asyncio.to_thread(load_responder, settings)
            unless_loaded.callback(responder.close)
            call = cls(settings, responder, tools, identity)
            unless_loaded.pop_all()
        return call

    async def aclose(self) -> None:
        """Let go of all."""
        self._responder.close()
        await self._tools.aclose()

    async def say(self, text: str) -> None:
        """A turn of the caller, and what comes of it."""
        if await asyncio.to_thread(self._watcher.look):
            typer.echo("  (the task files were changed: a new call)")
            self._session, self._later = self._begun(), ""
        turn = self._session.begin(text)
        turn.commit()
        try:
            while await self._shown(turn, text):
                turn = self._session.resume()
        except VoiceError as error:
            typer.echo(f"  (no answer: {error})")
        if self._later and not self._session.asks:
            text, self._later = self._later, ""
            await self.say(text)

    async def _shown(self, turn: ResponseTurn, text: str) -> bool:
        """Show the steps; whether it waited for a proof of identity, which was given."""
        said: list[str] = []
        async for step in turn:
            match step:
                case SayClause(clause):
                    said.append(clause)
                case CallingTool(name, arguments):
                    typer.echo(f"  [{name} {_listed(arguments)}]")
                case ToolAnswered(name, result, error):
                    typer.echo(f"  [{name}: {_listed(result) or error}]")
                case Later():
                    self._later = text
                case NeedsIdentity(level, tool):
                    typer.echo(f"  ({tool} needs a caller who is {level.name.lower()})")
                    return await self._prove()
                case WantsPerson():
                    nobody = "" if self._has_person else ", if [sip] person names one"
                    said.append(f"(the call goes to a person{nobody})")
                    self.over = True
                case WantsEnd():
                    said.append("(the call ends)")
                    self.over = True
        typer.echo(" ".join(said) or "(nothing is said)")
        return False

    async def _prove(self) -> bool:
        """As in a call, by customer number and PIN; whether they are right."""
        number, pin = _line("  customer number: "), _line("  PIN: ")
        known = await self._identity.verify_pin(Caller(None, number), pin or "")
        if known is None:
            typer.echo("  (that is nobody)")
            self._session.abandon_pending()
            return False
        self._session.caller = known
        return True

    def _begun(self) -> ResponseSession:
        return self._responder.session(self._tools, Caller(None), has_person=self._has_person)

    def _adopt(self, tasks: TaskSet) -> None:
        self._tools.require(tasks)
        self._responder.adopt(tasks)


def _listed(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in values.items())
