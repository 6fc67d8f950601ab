"""Callers who dictate in groups, who nod while they listen, and whose line has an echo.

Everything by chance comes from the seed.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conversation_bench.virtual_house import VirtualHouse
from voice.audio import Pcm
from voice.evaluation.callers.live_caller import (
    LONGEST_ANSWER_SECONDS,
    QUIET_MS,
    LiveCaller,
    SaidPhrase,
)
from voice.evaluation.callers.live_line import RATE, EchoPath
from voice.evaluation.latency import HeardPacket, audible_runs
from voice.events import (
    CallEvent,
    ClauseSpoken,
    FinalTranscript,
    IdentityDecided,
    IdentityRequested,
    Interrupted,
)
from voice.languages import language

PATIENCE_SECONDS = 12.0
DIGIT_PAUSE_SECONDS = (0.6, 1.5)
PIN_GROUPS = ((2, 2), (1, 3), (3, 1), (1, 1, 2), (2, 1, 1), (1, 2, 1))
CUSTOMER_GROUPS = ((3, 3), (2, 2, 2), (2, 4), (4, 2))
BACK_CHANNELS = ("Mhm.", "Okay.", "Right.", "Yeah.", "I see.", "All right.")
COUGHS = 2
"""So many of eight back-channels are no words."""
BACK_CHANNEL_SECONDS = (0.6, 2.0)
"""How long the answer has been heard by then."""
MOST_HELD_MS = 600
ECHO_SECONDS = (0.05, 0.6)
ECHO_DB = (-40.0, -10.0)
_ECHO_TAIL_SECONDS = 3.0
_BILL = "How much is my bill?"
_LONG_ANSWER = "What is my plan?"


@dataclass(frozen=True)
class Dictation:
    """What became of a number that was dictated in groups."""

    whole: bool
    spoken_into: bool
    """The assistant was heard between its first and its last digit."""
    groups: str
    pauses: tuple[float, ...]


@dataclass(frozen=True)
class BackChannel:
    """What a back-channel cost; `measured` is False where the answer was over too soon."""

    sound: str
    measured: bool
    lost_words: str = ""
    held_ms: int = 0

    @property
    def stopped(self) -> bool:
        """Whether it cost a word or held the answer up for too long."""
        return bool(self.lost_words) or self.held_ms > MOST_HELD_MS


@dataclass(frozen=True)
class EchoCall:
    """What an assistant alone on an echoing line made of itself."""

    path: EchoPath
    stops: int
    """How often it fell silent for its own words, or answered them."""
    taken_for: tuple[str, ...] = ()


def dictate(house: VirtualHouse, seed: int) -> Dictation:
    """A PIN (even seeds) or a customer number, in groups; whole when it is taken as one number.

    Where it is not, the same digits are dictated without a pause: what is misheard even then was
    not cut.
    """
    chance = random.Random(f"digits {seed}")
    customer = house.customer(seed)
    secret = seed % 2 == 0
    groups = chance.choice(PIN_GROUPS if secret else CUSTOMER_GROUPS)
    pauses = tuple(round(chance.uniform(*DIGIT_PAUSE_SECONDS), 2) for _ in groups[1:])
    digits = customer.pin if secret else customer.customer_number
    number = customer.number if secret else None
    held = house.hold(lambda caller: _dictation(caller, digits, groups, pauses, secret), number)
    taken, spoken_into = held.outcome
    if not taken and not spoken_into:
        at_once = house.hold(
            lambda caller: _dictation(caller, digits, (len(digits),), (), secret), number
        )
        taken = not at_once.outcome[0]
    return Dictation(taken and not spoken_into, spoken_into, "+".join(map(str, groups)), pauses)


async def _dictation(
    caller: LiveCaller,
    digits: str,
    groups: Sequence[int],
    pauses: Sequence[float],
    secret: bool,
) -> tuple[bool, bool]:
    """Whether the number was taken, and whether the assistant spoke into it."""
    await caller.listen(PATIENCE_SECONDS)
    await caller.say(_BILL)
    await caller.listen(PATIENCE_SECONDS)
    events = caller.events
    before = len(events)
    said = await caller.say(_in_groups(digits, groups, pauses))
    kind = IdentityDecided if secret else IdentityRequested
    taken = await caller.until(
        lambda: any(isinstance(event, kind) for event in events[before:]), PATIENCE_SECONDS
    )
    return taken, _sound_within(caller.line.heard, said)


def _in_groups(digits: str, groups: Sequence[int], pauses: Sequence[float]) -> str:
    """`two four <1.2> seven one`, as `LiveCaller.say` takes it."""
    spoken, at = [], 0
    for number, size in enumerate(groups):
        spoken.append(language("en").numbers.digits(digits[at : at + size]))
        at += size
        if number < len(pauses):
            spoken.append(f"<{pauses[number]}>")
    return " ".join(spoken)


def nod(house: VirtualHouse, seed: int) -> BackChannel:
    """A back-channel or a cough into an answer."""
    chance = random.Random(f"back-channel {seed}")
    cough = seed % 8 < COUGHS
    sound = "cough" if cough else chance.choice(BACK_CHANNELS)
    after = chance.uniform(*BACK_CHANNEL_SECONDS)

    async def script(caller: LiveCaller) -> BackChannel:
        await caller.listen(PATIENCE_SECONDS)
        await caller.say(_LONG_ANSWER)
        pcm = coughed(seed) if cough else await caller.spoken(sound)
        if not await caller.hear_some(after, PATIENCE_SECONDS):
            return BackChannel(sound, measured=False)
        before = len(caller.events)
        said = await caller.sound(sound, pcm)
        await caller.until(lambda: caller.line.quiet_ms >= QUIET_MS, LONGEST_ANSWER_SECONDS)
        return _cost(sound, said, caller.events[before:], caller.line.heard)

    return house.hold(script, house.customer(seed).number).outcome


def _cost(
    sound: str, said: SaidPhrase, after: Sequence[CallEvent], heard: Sequence[HeardPacket]
) -> BackChannel:
    lost = [event.unheard for event in after if isinstance(event, Interrupted)]
    # What follows is the same answer: another one would have interrupted it.
    times = [packet.received for packet in heard if packet.received >= said.start]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    held = round(max(gaps, default=0.0) * 1000)
    return BackChannel(sound, bool(times) or bool(lost), " ".join(lost).strip(), held)


def echo(house: VirtualHouse, seed: int) -> EchoCall:
    """One question, and then nobody says anything but the line."""
    chance = random.Random(f"echo {seed}")
    path = EchoPath(round(chance.uniform(*ECHO_SECONDS), 3), round(chance.uniform(*ECHO_DB), 1))

    async def script(caller: LiveCaller) -> SaidPhrase:
        await caller.listen(PATIENCE_SECONDS)
        said = await caller.say(_LONG_ANSWER)
        await caller.listen(PATIENCE_SECONDS)
        await caller.until(lambda: False, _ECHO_TAIL_SECONDS)
        return said

    held = house.hold(script, house.customer(seed).number, path)
    taken = own_words(held.events, held.outcome)
    return EchoCall(path, len(taken), tuple(taken))


def own_words(events: Sequence[CallEvent], said: SaidPhrase) -> list[str]:
    """What the assistant took for a caller who said one thing only: words, or a reason to stop."""
    transcripts = [event for event in events if isinstance(event, FinalTranscript) and event.text]
    # The first turn that ended after the question is the question, whatever was made of it.
    question = next((event for event in transcripts if event.wall_time >= said.start), None)
    taken = [event.text for event in transcripts if event is not question]
    for event in events:
        match event:
            case Interrupted() if not said.start <= event.wall_time <= said.end + 1.0:
                taken.append(f"(interrupted) {event.unheard}")
            case ClauseSpoken(kind="reprompt"):
                taken.append(f"(asked again) {event.text}")
            case _:
                pass
    return taken


def coughed(seed: int) -> Pcm:
    """Two bursts of noise of 150 to 250 ms, as loud as speech."""
    chance = np.random.default_rng(seed)
    bursts = []
    for _ in range(2):
        length = int(chance.uniform(0.15, 0.25) * RATE)
        noise = np.convolve(chance.normal(size=length), np.ones(4) / 4, mode="same")
        bursts += [noise * np.exp(-np.arange(length) / (0.06 * RATE)), np.zeros(RATE // 10)]
    whole = np.concatenate(bursts)
    pcm: Pcm = (whole / np.abs(whole).max() * 9000).astype(np.int16)
    return pcm


def _sound_within(heard: Sequence[HeardPacket], said: SaidPhrase) -> bool:
    """Whether a listener would say that the assistant spoke while the caller did."""
    return any(run.end > said.start and run.start < said.end for run in audible_runs(heard))
