"""What the parts of one call share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from voice.calls.delivery import Delivery
from voice.calls.engines import Engines
from voice.calls.journal import CallJournal
from voice.calls.playback import Playback
from voice.identity import Caller
from voice.languages import Language, Phrases, language
from voice.recognition import LanguageBelief, Transcript
from voice.settings import Settings
from voice.tasks import Argument
from voice.telephony.leg import LegMessage, TransferResult
from voice.turns import TurnTracker

EndedBy = Literal["caller", "assistant", "system"]


class CallLeg(Protocol):
    """What a call needs of its leg; usually a `voice.telephony.leg.Leg`."""

    @property
    def ended_well(self) -> bool:
        """The other side ended the leg, and did not just go away."""

    def send(self, message: LegMessage) -> None:
        """Send at once or not at all."""

    def __aiter__(self) -> AsyncIterator[LegMessage]:
        """All messages until the leg is over."""


@dataclass
class Transferring:
    """A transfer that the edge is asked for once it was announced; how it ends is its to say."""

    target: str
    reason: str
    outcome: asyncio.Future[TransferResult]
    asked: bool = False
    """The edge was asked for it."""


async def _hears_words(heard: Transcript) -> bool:
    return not heard.text.strip()


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class CallState:
    """One call; owned by `Call`, handed to each processor of its pipeline."""

    call_id: str
    settings: Settings
    engines: Engines
    leg: CallLeg
    journal: CallJournal
    playback: Playback
    tracker: TurnTracker
    caller: Caller
    belief: LanguageBelief
    """What the caller speaks, as far as it is known by now."""
    source: str
    """Who places the call, as far as that can be relied on: on this account PINs are tried."""
    sample_rate: int
    """Hz of the leg's audio in both directions."""
    ending: asyncio.Event = field(default_factory=asyncio.Event)
    """The assistant or the system decided to end the call."""
    end_reason: str = ""
    ended_by: EndedBy = "caller"
    at_rest: asyncio.Event = field(default_factory=_set_event)
    """Clear while the caller speaks, or has something still to hear."""
    closed: bool = False
    """It ends now: the last words have been heard, or there is nobody left to hear them."""
    keep_open: bool = False
    """The caller is in distress and was told a number: the call is not ended by us."""
    held: bool = False
    """The caller put the call on hold: they neither speak nor hear."""
    digits_expected: int = 0
    """How many digits the caller was asked for to prove who they are; 0 when none."""
    wanted: Callable[[], Argument | None] = lambda: None
    """What a task asked the caller for, and they have not given yet."""
    asks_yes_no: Callable[[], bool] = lambda: False
    """Whether they were asked something that yes or no answers."""
    may_rejoin: Callable[[], bool] = lambda: False
    """Whether what they say now may still go on with the turn that is being answered."""
    resumes: bool = False
    """It began soon after the one before: it goes on with it if it is more than a back-channel."""
    over_words: bool = False
    """It began while the assistant was audible, or an answer was on its way."""
    rejoined: bool = False
    """The caller's turn goes on with one that was taken for over, and is read with it."""
    hold_back: Callable[[bool], None] = lambda on: None
    """Let the answer that is being made wait for the caller, or go on."""
    only_listens: Callable[[Transcript], Awaitable[bool]] = _hears_words
    """Whether what the caller said is a back-channel, or nothing."""
    answering: Callable[[], bool] = lambda: False
    """Whether an answer that counts is being made."""
    answered_by: Callable[[str], None] = lambda act: None
    """Tell with which act the answer to the caller's words up to the pause would begin."""
    secret: bool = False
    """What the caller says or keys now reaches no event, log, model or recording."""
    secret_turn: bool = False
    """The caller's turn began while that was so, and stays unrecorded to its end."""
    secret_before: bool = False
    """The same of the turn before."""
    dictates: bool = False
    """The caller's turn before spoke of a secret or held a number: the next may go on with it."""
    onset_ms: int = 0
    """How long the caller had been speaking when their turn was noticed."""
    accounted: asyncio.Event = field(default_factory=_set_event)
    """Clear from an interruption until it is known what the caller heard."""
    unread_turn: bool = False
    """A turn is over, but what was said in it is still being recognised."""
    recorded: bool = False
    """The edge records the call, and the caller is told so."""
    watched: bool = False
    """A supervisor's page shows the call: turns are read while they are spoken."""
    delivery: Delivery = field(default_factory=Delivery)
    """How quick and how loud the caller wants the assistant."""
    transfer: Transferring | None = None
    """The transfer that is under way."""
    handed_over: str = ""
    """Why the caller is with a person now: this call says nothing any more, and only listens."""

    @property
    def language(self) -> Language:
        """What is spoken in this call, now."""
        return language(self.belief.spoken)

    @property
    def offered(self) -> list[Language]:
        """All that the caller may speak."""
        return list(map(language, self.belief.offered))

    @property
    def phrases(self) -> Phrases:
        """What the call itself says in that language."""
        return self.language.phrases

    def language_of(self, heard: Transcript) -> Language:
        """The language in which the caller said that, whatever the call's is."""
        return language(heard.language) if heard.language else self.language

    def end(self, reason: str, by: EndedBy) -> None:
        """Decide that the call ends once what is being said has been heard."""
        if not self.ending.is_set():
            self.end_reason, self.ended_by = reason, by
            self.ending.set()

    def withdraw_end(self) -> None:
        """The call goes on after all; without effect once its last words have been heard."""
        if self.closed:
            return
        self.ending.clear()
        self.end_reason, self.ended_by = "", "caller"
