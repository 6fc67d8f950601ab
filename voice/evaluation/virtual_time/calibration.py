"""Measures the cost table: real jobs of every size on this machine, and a fit through them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voice.audio import Pcm, resample, silence
from voice.calls.engines import Engines
from voice.evaluation.figures import machine
from voice.evaluation.virtual_time.costs import UNITS, CostTable
from voice.evaluation.virtual_time.queues import Job, VirtualQueues
from voice.identity import Caller, IdentityLevel
from voice.recognition import Recogniser
from voice.settings import Settings
from voice.settings.response import BY_EXAMPLES
from voice.smart_turn import RATE_HZ

SENTENCES = (
    "Yes.",
    "What is my plan?",
    "I have lost my telephone, please block my SIM card.",
    "How much is the bill that I got last week, and when do I have to pay it?",
    "I would like to speak to a person about the last letter, because I do not understand it.",
    "Thank you very much for your help. That is all that I wanted to know today. Goodbye.",
)
_SAMPLE_RATE = 8000
_FEWEST_JOBS = 4
_ROUNDS = 12
"""Rounds of reweighting until the fit is one of medians, which a stall does not move."""
_LEAST_ERROR_MS = 0.01


@dataclass(frozen=True)
class Fit:
    """Milliseconds by unit, and the average error of one job in percent."""

    milliseconds: dict[str, float]
    error_percent: float


async def calibrate(
    settings: Settings, engines: Engines, queues: VirtualQueues, rounds: int
) -> CostTable:
    """Run all sentences through all engines so many times; takes about a second a round."""
    queues.clear()
    speaker = engines.voices.speaker_for(settings.recognition.language)
    for number in range(rounds):
        engines.voices.forget()
        for sentence in SENTENCES:
            spoken = await speaker.synthesise(sentence, _SAMPLE_RATE)
            await _recognise(engines.recogniser, spoken.pcm, number)
            if engines.smart_turn is not None:
                await engines.smart_turn.finality(resample(spoken.pcm, _SAMPLE_RATE, RATE_HZ))
            turn = engines.responder.session(engines.tools, _anybody()).begin(sentence)
            turn.commit()
            async for _ in turn:
                pass
    by_examples = settings.response.engine == BY_EXAMPLES
    fits = {engine: fit(queues.jobs.get(engine, []), UNITS[engine]) for engine in UNITS}
    return CostTable(
        milliseconds={engine: found.milliseconds for engine, found in fits.items()},
        machine=machine(),
        models={
            "recognition": settings.recognition.model,
            "response": settings.embedding.requests if by_examples else settings.response.model,
            "speech": settings.speech.voice,
        },
        jobs={engine: len(queues.jobs.get(engine, [])) for engine in UNITS},
        error_percent={engine: round(found.error_percent, 1) for engine, found in fits.items()},
    )


def fit(jobs: Sequence[Job], units: Sequence[str]) -> Fit:
    """What each unit takes: no unit less than nothing, least absolute error.

    An engine works on one thread, so its CPU time is what it takes on a core of its own.
    """
    if len(jobs) < _FEWEST_JOBS:
        return Fit(dict.fromkeys(units, 0.0), 0.0)
    amounts = np.array(
        [[{"job": 1.0, **job.work}.get(unit, 0.0) for unit in units] for job in jobs]
    )
    took = np.array([job.cpu_seconds * 1000 for job in jobs])
    weights = np.ones(len(jobs))
    costs = np.zeros(len(units))
    for _ in range(_ROUNDS):
        costs = _least_squares(amounts * weights[:, np.newaxis], took * weights)
        apart = np.abs(amounts @ costs - took)
        weights = 1 / np.sqrt(np.maximum(apart, _LEAST_ERROR_MS))
    error = float(np.mean(np.abs(amounts @ costs - took)) / np.mean(took)) * 100
    return Fit(
        {unit: round(float(cost), 5) for unit, cost in zip(units, costs, strict=True)}, error
    )


def _least_squares(amounts: NDArray[np.float64], took: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares without negative costs: a unit that would be negative is left out."""
    used = list(range(amounts.shape[1]))
    costs = np.zeros(amounts.shape[1])
    while used:
        found, *_ = np.linalg.lstsq(amounts[:, used], took, rcond=None)
        if (found >= 0).all():
            costs[used] = found
            break
        used.pop(int(np.argmin(found)))
    return costs


async def _recognise(recogniser: Recogniser, pcm: Pcm, number: int) -> None:
    """With silence behind, of another length each time: more frames, not more words."""
    longer = np.concatenate([pcm, silence(_SAMPLE_RATE * (number % 4))])
    await recogniser.transcribe(longer, _SAMPLE_RATE)


def _anybody() -> Caller:
    return Caller(None, None, IdentityLevel.UNKNOWN)
