"""Workers that have the original read dialogues: processes, or actors of a Ray cluster.

Each opens the checkpoint on its own node, under the same path, and reads one share of the dialogues
after the other, a layer at a time.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np

from voice.errors import ModelError, VoiceError
from voice.evaluation.batch import (
    Assignment,
    BatchTask,
    HireWorkers,
    ResultFiles,
    hashes_of,
    run_batch,
)
from voice.models.gpt_oss.checkpoint import GptOssCheckpoint
from voice.models.gpt_oss.routing import RoutedReading, joined, read_through
from voice.models.gpt_oss.source import open_source
from voice.tuning.progress import RunProgress

EXAMINER = "voice.tuning.response.reading_workers:share_reader"

Share = Sequence[Sequence[int]]
"""Dialogues, as rows of the embedding."""


class ReadingWorkers:
    """Workers that read with the checkpoint `source`."""

    def __init__(self, source: Path, hire: HireWorkers) -> None:
        self._source, self._hire = str(source.absolute()), hire

    def read(self, shares: Sequence[Share], done: Path, progress: RunProgress) -> RoutedReading:
        """What the network makes of all shares; those that are `done` are not read again.

        Raises VoiceError where some could not be read, or no worker can be started.
        """
        results = ResultFiles(done)
        models = hashes_of([("response_models", self._source)])
        with self._hire() as workers:
            progress.began(f"The original reads, {workers.count} workers", len(shares))
            outcome = asyncio.run(
                run_batch(
                    Assignment(EXAMINER, self._source, models),
                    (BatchTask(number, json.dumps(share)) for number, share in enumerate(shares)),
                    results,
                    workers,
                    progress.advanced,
                    _given_up,
                )
            )
        reasons = [*outcome.lost, *outcome.refused]
        for reason in reasons:
            progress.told(f"Workers: {reason}")
        missing = sum(not results.has(number) for number in range(len(shares)))
        if missing:
            raise VoiceError(f"{missing} of {len(shares)} shares were not read: {reasons[0]}")
        files = (results.file(number) for number in range(len(shares)))
        return joined([_unpacked(file.read_text("utf-8")) for file in files])


def _given_up(task: BatchTask, reason: str) -> NoReturn:
    """Without what the original makes of all dialogues nothing is learned."""
    raise VoiceError(f"{reason} with dialogues that are read together: lower --longest")


def share_reader(source: str, scratch: Path) -> ShareReader:
    """What a worker becomes; raises ModelError."""
    network, _ = open_source(Path(source))
    if not isinstance(network, GptOssCheckpoint):
        raise ModelError(f"{source}: no gpt-oss")
    return ShareReader(network)


class ShareReader:
    """Reads one share after the other."""

    def __init__(self, checkpoint: GptOssCheckpoint) -> None:
        self._checkpoint = checkpoint

    def examine(self, task: str) -> str:
        """See batch.Examiner."""
        share: Share = json.loads(task)
        return _packed(read_through(self._checkpoint, share, lambda _: None))

    def close(self) -> None:
        """See batch.Examiner: the checkpoint's files are closed with the process."""


def _packed(reading: RoutedReading) -> str:
    """As JSON, with the states in float16, as they are kept."""
    states = base64.b64encode(reading.states.astype(np.float16).tobytes()).decode()
    told = {"mass": reading.mass, "clamped": reading.clamped, "values": reading.values}
    return json.dumps({"shape": reading.states.shape, "states": states, **told})


def _unpacked(text: str) -> RoutedReading:
    told = json.loads(text)
    states = np.frombuffer(base64.b64decode(told["states"]), np.float16).reshape(told["shape"])
    mass = tuple(map(tuple, told["mass"]))
    return RoutedReading(states.astype(np.float32), mass, told["clamped"], told["values"])
