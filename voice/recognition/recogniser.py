"""The engine: one Whisper model per process and its dialect variants, shared by all calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np

from voice.audio import Pcm, resample
from voice.engine_queue import EngineQueue, Priority, QueueFactory, next_part
from voice.engine_steps import Steps
from voice.errors import ModelError
from voice.languages import Language
from voice.languages import language as default_language
from voice.recognition import features, folder
from voice.recognition.errors import UnusableVariant
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.identifier import Identifier
from voice.recognition.language_belief import LanguageBelief
from voice.recognition.partial_pace import PartialPace
from voice.recognition.reader import WindowedAudio
from voice.recognition.routing import Router
from voice.recognition.session import RecognitionSession
from voice.recognition.transcript import Transcript


class WhisperRecogniser:
    """Any Whisper model in CTranslate2's form behind a bounded queue; safe for all calls at once.

    Only the frames that there are go through a model that was trained so (the embedded ones say
    so in their `voice.json`); others get the window that they need.
    """

    def __init__(self, router: Router, queue: EngineQueue, workers: int = 1) -> None:
        self._router = router
        self._queue = queue
        self._pace = PartialPace(workers)

    @classmethod
    def load(
        cls,
        model: str | Path,
        *,
        variants: Sequence[str | Path] = (),
        identification: Path | None = None,
        workers: int = 1,
        capacity: int = 64,
        beam_size: int = 5,
        languages: Sequence[Language] = (),
        device: str = "cpu",
        compute_type: str = "int8",
        threads: int = 1,
        word_times: bool = False,
        make_queue: QueueFactory = EngineQueue,
    ) -> WhisperRecogniser:
        """Open a folder, or an embedded or installed model by its name; raises ModelError.

        It reads `languages`, or the default one, and the dialects of `variants` of the model.
        `identification`: the folder of what tells them apart, see `identifier.py`. `threads` are
        those of each worker. With `word_times` each final transcript has its `words`.
        """
        spoken = tuple(languages) or (default_language(),)
        open_model = partial(
            folder.load,
            workers=workers,
            compute_type=compute_type,
            device=device,
            threads=threads,
            word_times=word_times,
        )
        base = open_model(model)
        try:
            others = [open_model(variant, base=base) for variant in variants]
        except ModelError as error:
            raise UnusableVariant(str(error)) from None
        identifier = Identifier.load(identification) if identification else None
        if identifier is not None:
            identifier.require_base(Path(base.name))
        router = Router(base, spoken, beam_size, others, identifier)
        queue = make_queue("recognition", workers, capacity)
        with ExitStack() as unless_made:
            unless_made.callback(queue.close)
            made = cls(router, queue, workers)
            unless_made.pop_all()
        return made

    @property
    def language(self) -> Language:
        """What it reads where it is not told, or cannot hear, what is spoken."""
        return self._router.default.language

    @property
    def offered(self) -> tuple[str, ...]:
        """The tags of the languages that it is to read."""
        return self._router.offered

    @property
    def dialects(self) -> Mapping[str, str]:
        """The tags of the dialects that it tells apart, each with that of its language."""
        return self._router.dialects

    @property
    def depth(self) -> int:
        """How many requests wait."""
        return self._queue.depth

    async def transcribe(
        self,
        pcm: Pcm,
        sample_rate: int,
        *,
        priority: Priority = Priority.FINAL,
        expect: Expectation = ANYTHING,
        belief: LanguageBelief | None = None,
    ) -> Transcript:
        """The words in a recording; raises EngineBusy when too much waits.

        With Priority.PARTIAL it is read greedily, once, and gives way to more urgent work between
        its parts (EngineBusy again).
        `belief`: what the speaker speaks as far as that is known; the language or dialect is then
        the one that is most probable with this recording. Without it, or by a model that knows but
        one, `language` is read. Cancelling the caller takes a waiting request out of the queue.
        """
        return await self._queue.run_steps(self._read, pcm, sample_rate, priority, expect, belief,
                                           priority=priority)  # fmt: skip

    def session(self) -> RecognitionSession:
        """One call's use of the engine."""
        return RecognitionSession(self, self._pace, self.dialects)

    async def warm_up(self) -> None:
        """Decode once in every way of reading: no caller waits longer than the others."""
        noise = np.random.default_rng(0).normal(0, 300, features.RATE_HZ).astype(np.int16)
        await self._queue.run(self._router.warm_up, WindowedAudio(noise), priority=Priority.BATCH)

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""
        self._queue.close()

    def _read(
        self,
        pcm: Pcm,
        sample_rate: int,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief | None,
    ) -> Steps[Transcript]:
        wide = resample(pcm, sample_rate, features.RATE_HZ)
        recording = WindowedAudio(wide, self._router.longest_pause_seconds)
        next_part()
        if not recording.audible:
            return self._router.default.nothing(recording.seconds)
        if belief is None:
            return (yield from self._router.default.read(recording, priority, expect))
        return (yield from self._router.read(recording, priority, expect, belief))
