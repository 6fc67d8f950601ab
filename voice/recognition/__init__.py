"""Recognition: what the caller says, in words, by one shared Whisper engine.

`WhisperRecogniser.load(folder)` opens any Whisper model in CTranslate2's form; `transcribe` reads
a recording, `session()` is one call's use of it. Audio is fed at the rate at which it comes. A
`PartialReader` reads a turn while it is spoken. Dialect variants of the model may be loaded beside
it: `routing.py` has each utterance read by the one that fits.
"""

from voice.recognition.dialect import Dialect
from voice.recognition.errors import (
    UnknownLanguage,
    UnusableComputeType,
    UnusableDevice,
    UnusableIdentification,
    UnusableVariant,
)
from voice.recognition.expectation import ANYTHING, LISTENING, Expectation
from voice.recognition.identifier import Identifier, IdentifierCard
from voice.recognition.language_belief import LanguageBelief
from voice.recognition.partial_pace import PartialPace
from voice.recognition.partial_reader import PartialReader
from voice.recognition.recogniser import WhisperRecogniser
from voice.recognition.session import Recogniser, RecognitionSession
from voice.recognition.stable_words import Partial
from voice.recognition.transcript import Transcript, Word

__all__ = [
    "ANYTHING",
    "LISTENING",
    "Dialect",
    "Expectation",
    "Identifier",
    "IdentifierCard",
    "LanguageBelief",
    "Partial",
    "PartialPace",
    "PartialReader",
    "Recogniser",
    "RecognitionSession",
    "Transcript",
    "UnknownLanguage",
    "UnusableComputeType",
    "UnusableDevice",
    "UnusableIdentification",
    "UnusableVariant",
    "WhisperRecogniser",
    "Word",
]
