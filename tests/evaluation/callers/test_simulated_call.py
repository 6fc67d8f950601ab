"""A simulated caller on a real telephone line: SIP and RTP over loopback."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.callers.answering_peer import QUIET_FRAMES, AnsweringPeer, voiced
from voice.audio import Pcm
from voice.evaluation.callers import OWN_PHRASINGS, Persona, Phrasings, find_scenario
from voice.evaluation.callers.call_report import CallReport
from voice.evaluation.callers.simulated_caller import SimulatedCaller
from voice.telephony.sip import UserAgent

PERSONA = Persona(number="35315550100", pin="4071")


class PreparedHearing:
    """Stands in for the recogniser: understands the peer's buzzes in order."""

    def __init__(self, *texts: str) -> None:
        self._texts = list(texts)

    async def read(self, pcm: Pcm, sample_rate: int) -> str:
        return self._texts.pop(0)


class Buzz:
    """Stands in for the voice: 60 ms of sound per letter, then 200 ms of near silence."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        silence = np.full(1600, 3, dtype=np.int16)
        return np.concatenate([voiced(0.06 * len(text), 180), silence])


def caller(name: str, hearing: PreparedHearing, seed: int = 1) -> SimulatedCaller:
    phrasings = Phrasings.load(OWN_PHRASINGS)
    return SimulatedCaller(find_scenario(name), PERSONA, phrasings, seed, hearing, Buzz())


async def test_a_short_call_from_greeting_to_goodbye(tmp_path: Path) -> None:
    hearing = PreparedHearing("how can i help you", "you have the brook plan", "goodbye")
    async with AnsweringPeer([voiced(0.8), voiced(1.0), voiced(0.5)]) as peer:
        report = await caller("plan", hearing).call(peer.uri)

    assert [turn.intent for turn in report.turns] == ["plan", "goodbye"]
    assert report.ended_by == "caller" and report.reason == "finished"
    assert report.reached == ["plan"] and len(report.heard) == 3

    request, answer = report.turns[0], report.audible[1]
    loud_seconds = 0.06 * len(request.reference)
    assert request.end - request.start == pytest.approx(loud_seconds, abs=0.06)
    assert answer.start - request.end == pytest.approx(0.02 * QUIET_FRAMES, abs=0.15)
    assert answer.duration_ms == pytest.approx(1000, abs=60)
    assert np.median(report.packet_gaps_ms) == pytest.approx(20, abs=1)

    report.save(tmp_path / "report.json")
    assert CallReport.load(tmp_path / "report.json") == report


async def test_the_last_request_is_said_into_the_answer_before() -> None:
    answers = ("plan month", "say your pin", "you owe ten euros", "you owe", "shall i", "blocked")
    hearing = PreparedHearing("how can i help you", *answers, "goodbye")
    lines = [voiced(0.8), *(voiced(0.8) for _ in answers), voiced(0.5)]
    lines[4] = voiced(6.0)
    seed = next(seed for seed in range(9) if "keys" not in _pin_choice(seed))
    async with AnsweringPeer(lines) as peer:
        report = await caller("mixed", hearing, seed).call(peer.uri)

    interrupting = next(turn for turn in report.turns if turn.interrupts)
    assert interrupting.intent == "block_sim"
    answered = [run for run in report.audible if run.start < interrupting.start < run.end]
    assert answered and interrupting.start - answered[0].start == pytest.approx(1.3, abs=0.4)
    assert report.reached[:3] == ["plan", "balance", "repeat"]


async def test_the_other_side_hangs_up() -> None:
    async with AnsweringPeer([voiced(0.8)], hangs_up=True) as peer:
        report = await caller("plan", PreparedHearing("how can i help you")).call(peer.uri)
    assert report.ended_by == "assistant" and report.reason == "the other side hung up"


async def test_the_call_is_refused() -> None:
    agent = UserAgent(lambda call: call.reject(486))
    await agent.listen("127.0.0.1", 0)
    host, port = agent.address
    report = await caller("plan", PreparedHearing()).call(f"sip:assistant@{host}:{port}")
    await agent.close()
    assert report.ended_by == "nobody" and "486" in report.reason
    assert report.answered == 0 and report.turns == []


def _pin_choice(seed: int) -> str:
    return random.Random(f"mixed {seed}").choice(("keys", "voice"))
