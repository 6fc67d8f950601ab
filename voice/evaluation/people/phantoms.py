"""Words that nobody said: whole calls in which the caller's side holds noise and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from voice.audio import Pcm, write_wav
from voice.calls.quiet import quiet_pipecat
from voice.errors import VoiceError
from voice.evaluation.people.speech import SAMPLE_RATE
from voice.evaluation.recordings.manifest import ListedRecording
from voice.evaluation.recordings.plan import RecordingsPlan
from voice.settings import Settings


def words_in_noise(settings: Settings, sounds: Mapping[str, Pcm]) -> dict[str, str]:
    """Let each sound (by name, at SAMPLE_RATE) call the assistant, in virtual time.

    Returns the words that reached the response step, by the sound's name; raises VoiceError when
    a call could not be held. Loads the engines; not to be called from a running event loop.
    """
    quiet_pipecat()
    # Loaded only now: pipecat greets whoever loads it, unless it was told to be quiet before.
    from voice.evaluation.recordings.examiner import RecordingExaminer

    words = {}
    with tempfile.TemporaryDirectory(prefix="voice-noises-") as scratch:
        folder = Path(scratch)
        plan = RecordingsPlan(
            len(sounds), "", "all", "left", False, 1, settings.model_dump_json(), None
        )
        examiner = RecordingExaminer(plan, folder)
        for index, (name, sound) in enumerate(sounds.items()):
            file = folder / f"{name}.wav"
            write_wav(file, sound, SAMPLE_RATE)
            result, _ = examiner.evaluate(ListedRecording(index, name, file))
            if not result.call_seconds:
                raise VoiceError(f"{name}: {'; '.join(result.failures)}")
            words[name] = result.recognised
    return words
