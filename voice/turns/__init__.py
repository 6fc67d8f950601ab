"""Turns: when the caller speaks, pauses, goes on, and is done.

A `VoiceActivityDetector` says of every 20 ms frame whether it holds speech, a `LevelGate` keeps
room tone from counting as such, and a `TurnDetector` turns these decisions into the signals of a
turn. `TurnTracker` joins the three for one call. `pause_wanted` decides how long a pause has to be,
by what was asked, how the words end and how the turn sounds.
"""

from voice.turns.detector import (
    EndOfTurn,
    FalseStart,
    ShortPause,
    SpeechOnset,
    SpeechResumed,
    TurnDetector,
    TurnSignal,
    TurnTooLong,
)
from voice.turns.echo import EchoGuard, EchoVerdict
from voice.turns.end_of_turn import LISTEN_AGAIN_MS, Awaited, Evidence, pause_wanted
from voice.turns.foreground import Foreground
from voice.turns.hearing import HeardFrame, Hearing, Sound
from voice.turns.level_gate import LevelGate
from voice.turns.tracker import TurnTracker
from voice.turns.vad import FRAME_MS, VoiceActivityDetector, WebRtcVad, create_vad

__all__ = [
    "FRAME_MS",
    "LISTEN_AGAIN_MS",
    "Awaited",
    "EchoGuard",
    "EchoVerdict",
    "EndOfTurn",
    "Evidence",
    "FalseStart",
    "Foreground",
    "HeardFrame",
    "Hearing",
    "LevelGate",
    "ShortPause",
    "Sound",
    "SpeechOnset",
    "SpeechResumed",
    "TurnDetector",
    "TurnSignal",
    "TurnTooLong",
    "TurnTracker",
    "VoiceActivityDetector",
    "WebRtcVad",
    "create_vad",
    "pause_wanted",
]
