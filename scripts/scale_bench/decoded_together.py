"""How much cheaper the words of eight turns that wait are together than one by one."""

from __future__ import annotations

import asyncio

from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.figures import BenchmarkResult
from voice.evaluation.intervals import percentile
from voice.evaluation.people.batch_speed import batch_speedups
from voice.model_folders import find_model, installed_model
from voice.settings import REAL_RECOGNISER, Recognition

WAITING = (
    "What is my plan?",
    "How much is my bill this month?",
    "I have lost my phone, please block my SIM card.",
    "I want to speak to a person, please.",
    "My code is four, two, seven, one.",
    "Can you tell me when my contract ends?",
    "Yes, please do that now.",
    "I moved to a new house in Galway last week.",
)
WIDE_HZ = 16_000
QUICK_ROUNDS, FULL_ROUNDS = 3, 21
"""The first one warms up."""


async def add(result: BenchmarkResult, quick: bool) -> None:
    """Whisper base, with the settings' beam and, in full, greedily; without the encoder's time."""
    folder = installed_model("asr_models", REAL_RECOGNISER)
    mouth = EngineMouth(find_model("tts_voices", "embedded-caller-en"))
    turns = [await mouth.speak(text, WIDE_HZ) for text in WAITING]
    rounds = [turns] * (QUICK_ROUNDS if quick else FULL_ROUNDS)
    ways = {"": Recognition().beam_size} | ({} if quick else {"greedy_": 1})
    for key, beam_size in ways.items():
        ratios = await asyncio.to_thread(batch_speedups, folder, rounds, beam_size)
        result.add(f"batched_{key}decode_speedup", percentile(ratios, 50))
