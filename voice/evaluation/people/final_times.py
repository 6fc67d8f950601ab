"""From the end of what a caller says to its words: our recogniser, and pipecat's Whisper service.

    python -m voice.evaluation.people.final_times ENGINE MODEL CALLS

Each engine has a process and an environment of its own. It says `ready`, then takes one round a
line on standard input, the sound files that each call speaks one after another (a list for each
call), and answers with a line: the milliseconds of each, in the same lists.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from voice.audio import Pcm, read_wav, resample, silence, to_bytes
from voice.recognition import RecognitionSession, WhisperRecogniser
from voice.settings import Recognition

WIDE_HZ = 16000
"""What both engines are fed with; a transport resamples before."""
ANSWER_SECONDS = 2.0
"""Between what a caller says and what he says next; with several calls only."""
_TRAILING_SECONDS = 0.5
"""Of silence that pipecat's service puts behind each segment."""

Words = Callable[[Pcm], Awaitable[float]]
"""One call's engine: takes sound at WIDE_HZ, returns ms from its end to its words."""


async def hold_round(
    calls: list[Words], files: list[list[str]], pause_seconds: float
) -> list[list[float]]:
    """Let each call speak its files in real time; alone, without waiting for what costs nothing."""
    return list(
        await asyncio.gather(
            *(
                _hold_call(words, own, pause_seconds, number / len(calls))
                for number, (words, own) in enumerate(zip(calls, files, strict=True))
            )
        )
    )


async def _hold_call(
    words: Words, files: list[str], pause_seconds: float, offset: float
) -> list[float]:
    """`offset` is the share of a turn by which this call is later than the first."""
    times: list[float] = []
    for file in files:
        pcm, rate = read_wav(Path(file))
        sound = resample(pcm, rate, WIDE_HZ)
        if pause_seconds:
            turn_seconds = len(sound) / WIDE_HZ + pause_seconds
            await asyncio.sleep(turn_seconds * (1 + offset if not times else 1))
        times.append(await words(sound))
    return times


def own_engine(model: str, calls: int) -> list[Words]:
    """One engine with the settings' defaults, and a session of it for each call; greedy."""
    wanted = Recognition()
    recogniser = WhisperRecogniser.load(
        model,
        workers=wanted.workers,
        threads=wanted.threads,
        compute_type=wanted.compute_type,
        beam_size=1,
    )
    return [_own_call(recogniser.session()) for _ in range(calls)]


def _own_call(session: RecognitionSession) -> Words:
    async def words(sound: Pcm) -> float:
        session.start(sound, WIDE_HZ)
        began = time.perf_counter()
        await session.finalise()
        return (time.perf_counter() - began) * 1000

    return words


def pipecat_engine(model: str, calls: int) -> list[Words]:
    """A service for each call, as pipecat's pipelines have it, each with a model of its own.

    Only the beam is changed, from five to one, and the weights are int8 as ours are; the service
    runs without a pipeline around it, whose time would count against it.
    """
    return [_pipecat_call(model) for _ in range(calls)]


def _pipecat_call(model: str) -> Words:
    from pipecat.services.whisper.stt import WhisperSTTService

    service = WhisperSTTService(
        device="cpu", compute_type="int8", settings=WhisperSTTService.Settings(model=model)
    )
    whisper = service._model
    assert whisper is not None
    transcribe = whisper.transcribe
    whisper.transcribe = lambda audio, **options: transcribe(audio, beam_size=1, **options)

    async def words(sound: Pcm) -> float:
        began = time.perf_counter()
        segment = to_bytes(sound) + to_bytes(silence(round(_TRAILING_SECONDS * WIDE_HZ)))
        async for _ in service.run_stt(segment):
            pass
        return (time.perf_counter() - began) * 1000

    return words


ENGINES = {"own": own_engine, "pipecat": pipecat_engine}


async def _serve(engine: str, model: str, calls: int) -> None:
    ready = ENGINES[engine](model, calls)
    pause_seconds = ANSWER_SECONDS if calls > 1 else 0.0
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(await hold_round(ready, json.loads(line), pause_seconds)), flush=True)


if __name__ == "__main__":
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    asyncio.run(_serve(sys.argv[1], sys.argv[2], int(sys.argv[3])))
