"""Recognition: what the caller says, in words, by one shared Whisper engine.

`WhisperRecogniser.load(folder)` opens any Whisper model in CTranslate2's form; `transcribe` reads
a recording, `session()` is one call's use of it. Audio is fed at the rate at which it comes.
"""

from voice.recognition.recogniser import WhisperRecogniser
from voice.recognition.session import RecognitionSession
from voice.recognition.transcript import Expectation, Transcript, Word

__all__ = ["Expectation", "RecognitionSession", "Transcript", "WhisperRecogniser", "Word"]
