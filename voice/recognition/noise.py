"""What a model writes of noise, tones and music, told from what somebody said."""

from __future__ import annotations

import math

from voice.audio import Pcm, resample
from voice.recognition.decoding import WindowReading
from voice.recognition.features import RATE_HZ
from voice.recognition.folder import Description
from voice.silero import speech_peak

_MORE_LIKELY_NOBODY = 0.3
"""By so much more probable than a piece of the words is it that nobody spoke: they are noise's."""
_DOUBTED_BELOW = 0.6
"""Words of pieces less probable than this need a voice: whatever Whisper hears in music is."""
_VOICE = 0.7
"""How probable speech has to be somewhere in a window for a voice."""
_JUDGED_HZ = 8000


def is_noise(reading: WindowReading, window: Pcm, description: Description) -> bool:
    """Whether the words of a window at RATE_HZ are nobody's; a reading without words is not."""
    nobody = reading.no_speech_probability
    certain = math.exp(min(0.0, reading.mean_log_probability))
    if not reading.text:
        return False
    if nobody - certain >= _MORE_LIKELY_NOBODY:
        return True
    if nobody >= description.no_speech_threshold and certain < description.no_speech_confidence:
        return True
    return certain < _DOUBTED_BELOW and not _holds_a_voice(window)


def _holds_a_voice(window: Pcm) -> bool:
    return speech_peak(resample(window, RATE_HZ, _JUDGED_HZ), _JUDGED_HZ) >= _VOICE
