"""Recordings: both sides of a call into a stereo FLAC file, written by a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from voice.audio.flac import FlacWriter
from voice.audio.pcm import Pcm
from voice.audio.wav import AudioFileError
from voice.errors import VoiceError
from voice.records import check_room
from voice.telephony.edge.file_thread import FileThread

log = logging.getLogger(__name__)

CHUNK_FRAMES = 10
"""Frames of 20 ms that are handed to the thread together."""


class RecordingRefused(VoiceError):
    """The call process asked for a recording that must not be made."""


class EdgeRecording:
    """One call's recording: caller left, assistant right, from the moment it was asked for."""

    def __init__(
        self,
        thread: FileThread,
        open_file: Callable[[], FlacWriter],
        call_id: str,
        on_begun: Callable[[bool], object] = lambda _: None,
    ) -> None:
        """`open_file` is called on the thread, and so is `on_begun`: whether there is a file.

        What goes wrong is logged.
        """
        self._thread = thread
        self._on_begun = on_begun
        self._open_file = open_file
        self._call_id = call_id
        self._file: FlacWriter | None = None
        self._complained = False
        self._caller: list[Pcm] = []
        self._assistant: list[Pcm] = []
        self._begun = self._submit(self._open)
        if not self._begun:
            on_begun(False)

    def add(self, caller: Pcm, assistant: Pcm) -> None:
        """Take a frame of both sides."""
        if not self._begun:
            return
        self._caller.append(caller)
        self._assistant.append(assistant)
        if len(self._caller) >= CHUNK_FRAMES:
            self._hand_over()

    def close(self) -> None:
        """Hand over the rest and complete the file."""
        if self._caller:
            self._hand_over()
        if self._begun:
            self._thread.submit(self._close, must=True, on_error=self._complain)

    def discard(self) -> None:
        """End it and leave no file."""
        if self._begun:
            self._thread.submit(self._discard, must=True, on_error=self._complain)

    def _hand_over(self) -> None:
        caller, assistant = np.concatenate(self._caller), np.concatenate(self._assistant)
        self._caller.clear()
        self._assistant.clear()
        self._submit(lambda: self._append(caller, assistant))

    def _submit(self, job: Callable[[], None]) -> bool:
        taken = self._thread.submit(job, on_error=self._complain)
        if not taken:
            self._complain("the disk is too slow, sound is missing")
        return taken

    # On the thread

    def _open(self) -> None:
        try:
            self._file = self._open_file()
        finally:
            self._on_begun(self._file is not None)

    def _discard(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file.path.unlink()

    def _append(self, caller: Pcm, assistant: Pcm) -> None:
        if self._file is not None:
            self._file.append(caller, assistant)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _complain(self, reason: object) -> None:
        """Once for each recording: a full disk is full five times a second."""
        if not self._complained:
            self._complained = True
            log.error("recording: %s", reason, extra={"call_id": self._call_id})


def open_recording(directory: Path | None, asked: str, sample_rate: int) -> FlacWriter:
    """Begin the file that was asked for; raises RecordingRefused or AudioFileError."""
    path = recording_path(directory, asked)
    try:
        check_room(path.parent)
    except OSError as error:
        raise AudioFileError(f"{path.parent}: {error.strerror}") from None
    return FlacWriter(path, sample_rate)


def recording_path(directory: Path | None, asked: str) -> Path:
    """Where the recording goes; raises RecordingRefused unless that is inside the directory."""
    if directory is None:
        raise RecordingRefused("recording refused: records.directory is not set")
    root = directory.resolve()
    path = (root / asked).resolve()
    if not path.is_relative_to(root) or path == root:
        raise RecordingRefused("recording refused: the path lies outside records.directory")
    return path
