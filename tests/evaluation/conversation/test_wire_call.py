"""A caller on the wire with a telephone that answers, and the endpoint that stock pipecat asks."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any, cast

import numpy as np
import pytest
from starlette.testclient import TestClient

from conversation_bench.stock.response_endpoint import ResponseEndpoint
from conversation_bench.wire_caller import WireCaller
from conversation_bench.wire_turns import by_packets
from conversation_bench.wire_words import WireWords
from tests.evaluation.callers.answering_peer import AnsweringPeer, voiced
from voice.audio import Pcm
from voice.evaluation.callers import Persona
from voice.identity import Caller, IdentityLevel
from voice.response import Responder, SayClause, Step, ToolBox, WantsPerson


class Voice:
    """Half a second of a buzz for any text."""

    async def speak(self, text: str, sample_rate: int) -> Pcm:
        return np.concatenate([voiced(0.5), np.zeros(800, np.int16)])


@pytest.mark.calls
async def test_each_turn_is_timed_from_its_last_packet_to_the_answer() -> None:
    words = WireWords(Voice())
    turns = [await words.plain("plan", text) for text in ("what is my plan", "and my bill")]
    async with (
        AnsweringPeer([voiced(0.6), voiced(0.6), voiced(0.6)]) as peer,
        WireCaller(Persona("35315550101")) as caller,
    ):
        await caller.dial(peer.uri)
        await caller.say(turns, until=time.monotonic())
        call = await caller.hang_up()
    judged = by_packets(call)
    assert [turn.reference for turn in judged] == ["what is my plan", "and my bill"]
    assert not any(turn.cut_in or turn.missed for turn in judged)
    # The telephone answers after half a second of silence.
    assert all(turn.voice_to_voice_ms and turn.voice_to_voice_ms > 400 for turn in judged)
    assert call.report.ended_by == "caller" and call.report.call_id


class Turn:
    """Says two clauses; a step that is none is passed over."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.committed = False

    def commit(self) -> None:
        self.committed = True

    async def __aiter__(self) -> AsyncIterator[Step]:
        assert self.committed
        yield SayClause(f"You said {self._text}.", "")
        yield WantsPerson("test")
        yield SayClause("Anything else?", "")


class Session:
    def begin(self, text: str) -> Turn:
        return Turn(text)


class Engine:
    """Notes for whom it opened sessions."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []

    def session(self, tools: ToolBox, caller: Caller) -> Session:
        self.callers.append(caller)
        return Session()


def asked(user: str, *contents: Any, stream: bool = True) -> dict[str, Any]:
    messages = [{"role": "user", "content": content} for content in contents]
    return {"model": "ours", "stream": stream, "user": user, "messages": messages}


def test_the_engine_answers_the_last_words_as_openai_streams_them() -> None:
    engine = Engine()
    client = TestClient(ResponseEndpoint(cast(Responder, engine), ToolBox([])).app)
    said = [{"type": "text", "text": "what is my plan"}]
    reply = client.post("/v1/chat/completions", json=asked("353 4711", "hello", said))
    lines = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line)["choices"][0] for line in lines[:-1]]
    text = "".join(chunk["delta"].get("content", "") for chunk in chunks)
    assert text == "You said what is my plan. Anything else? "
    assert chunks[-1]["finish_reason"] == "stop"
    client.post("/v1/chat/completions", json=asked("353 4711", "and now"))
    assert engine.callers == [Caller("353", "4711", IdentityLevel.VERIFIED)], "one session a call"


def test_what_is_not_streamed_is_refused() -> None:
    client = TestClient(ResponseEndpoint(cast(Responder, Engine()), ToolBox([])).app)
    assert client.post("/v1/chat/completions", json=asked("1", "hi", stream=False)).is_error
    assert client.post("/v1/chat/completions", json=asked("1")).is_error
