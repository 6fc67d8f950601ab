"""Recordings: both sides of a call into a stereo FLAC file, written by a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from pathlib import Path

import numpy as np

from voice.audio.flac import FlacWriter
from voice.audio.pcm import Pcm
from voice.audio.wav import AudioFileError
from voice.errors import VoiceError

log = logging.getLogger(__name__)

CHUNK_FRAMES = 10
"""Frames of 20 ms that are handed to the thread together."""
BACKLOG = 2000
"""Chunks that may wait for a slow disk; what comes after is lost."""

_Job = tuple[FlacWriter, Pcm, Pcm] | FlacWriter | None


class RecordingRefused(VoiceError):
    """The call process asked for a recording that must not be made."""


class RecordingThread:
    """Writes for all calls, so that no disk delays the audio."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[_Job] = queue.Queue(BACKLOG)
        self._thread = threading.Thread(target=self._work, name="recording", daemon=True)
        self._thread.start()

    def submit(self, job: _Job) -> bool:
        """Queue a job: sound to append, or a writer to close; False when too much waits."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def close(self) -> None:
        """Write what waits and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        failed: set[FlacWriter] = set()
        while (job := self._jobs.get()) is not None:
            writer = job if isinstance(job, FlacWriter) else job[0]
            try:
                if isinstance(job, FlacWriter):
                    job.close()
                else:
                    writer.append(*job[1:])
            except Exception as error:  # noqa: BLE001 - the other recordings go on
                # A full disk is said once for each recording, not five times a second.
                if writer not in failed:
                    log.error("recording: %s", error)
                failed.add(writer)
            if isinstance(job, FlacWriter):
                failed.discard(job)


class Recording:
    """One call's recording: caller left, assistant right, from the moment it was asked for."""

    def __init__(self, thread: RecordingThread, path: Path, sample_rate: int) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise AudioFileError(f"{path.parent}: {error.strerror}") from None
        self._thread = thread
        self._writer = FlacWriter(path, sample_rate)
        self._caller: list[Pcm] = []
        self._assistant: list[Pcm] = []
        self._lost = False

    def add(self, caller: Pcm, assistant: Pcm) -> None:
        """Take a frame of both sides."""
        self._caller.append(caller)
        self._assistant.append(assistant)
        if len(self._caller) >= CHUNK_FRAMES:
            self._hand_over()

    def close(self) -> None:
        """Hand over the rest and complete the file."""
        if self._caller:
            self._hand_over()
        self._thread.submit(self._writer)

    def _hand_over(self) -> None:
        chunk = (self._writer, np.concatenate(self._caller), np.concatenate(self._assistant))
        self._caller.clear()
        self._assistant.clear()
        if not self._thread.submit(chunk) and not self._lost:
            self._lost = True
            log.error("recording: the disk is too slow, sound is missing in %s", self._writer.path)


def recording_path(directory: Path | None, asked: str) -> Path:
    """Where the recording goes; raises RecordingRefused unless that is inside the directory."""
    if directory is None:
        raise RecordingRefused("recording refused: records.directory is not set")
    root = directory.resolve()
    path = (root / asked).resolve()
    if not path.is_relative_to(root) or path == root:
        raise RecordingRefused("recording refused: the path lies outside records.directory")
    return path
