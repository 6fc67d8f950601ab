"""espeak-ng through its C library: speech and the times of its phones."""

# ruff: noqa: SIM905 - patterns and lists of words stand as they are read

from __future__ import annotations

import ctypes
import random

import numpy as np
from numpy.typing import NDArray

from training.speech_corpus.speech import Speech

VARIANTS = (
    "m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f5 klatt klatt2 klatt3 Alex Alicia Andrea Andy Annie antonio "
    "aunty belinda benjamin boris caleb david Denis Diogo ed edward Gene Gene2 gustave Henrique "
    "Hugo iven iven2 iven3 Jacky john Lee linda marcelo Marco max michel Mike Nguyen pablo paul "
    "pedro quincy rob robert steph steph2 steph3 travis victor Zac anika grandma grandpa norbert"
).split()
HELD_OUT_VARIANTS = "f4 m7 michael shelby sandro adam klatt4".split()
"""Never trained on: they measure unheard speakers of a heard synthesizer."""
DIALECTS = (
    ["en-us"] * 5 + ["en"] * 4 + ["en-gb-x-rp"] * 2
    + ["en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-us-nyc", "en-gb-scotland", "en-029"]
)  # fmt: skip

_PHONEME = 7
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7


class _Identifier(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int), ("unique", ctypes.c_uint), ("text_position", ctypes.c_int),
        ("length", ctypes.c_int), ("audio_position", ctypes.c_int), ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p), ("id", _Identifier),
    ]  # fmt: skip


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


class Espeak:
    """The library, initialised once per process (it knows only one state)."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libespeak-ng.so.1")
        synchronous, phoneme_events, as_ipa = 2, 1, 2
        self.rate_hz: int = self._library.espeak_Initialize(
            synchronous, 0, None, phoneme_events | as_ipa
        )
        self._audio: list[NDArray[np.int16]] = []
        self._phones: list[tuple[float, str]] = []
        self._callback = _Callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)

    def _collect(
        self, samples: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]
    ) -> int:
        if count > 0 and samples:
            self._audio.append(np.ctypeslib.as_array(samples, (count,)).copy())
        at = 0
        while events[at].type != 0:
            event = events[at]
            if event.type == _PHONEME:
                name = ctypes.string_at(ctypes.addressof(event.id), 8).split(b"\0")[0]
                second = event.sample / self.rate_hz
                self._phones.append((second, name.decode("utf-8", "replace")))
            at += 1
        return 0

    def say(self, text: str, voice: str, choices: random.Random) -> Speech:
        """Speak with a random rate, pitch and intonation; ValueError for an unknown voice."""
        self._audio.clear()
        self._phones.clear()
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")
        for parameter, value in (
            (_RATE, choices.randint(120, 215)),
            (_PITCH, choices.randint(15, 88)),
            (_RANGE, choices.randint(15, 80)),
            (_WORD_GAP, choices.choice([0, 0, 0, 1, 2, 4])),
        ):
            self._library.espeak_SetParameter(parameter, value, 0)
        spoken = text.encode()
        self._library.espeak_Synth(spoken, len(spoken) + 1, 0, 1, 0, 1, None, None)
        self._library.espeak_Synchronize()
        if not self._audio:
            raise ValueError(f"espeak-ng said nothing for {text!r}")
        samples = np.concatenate(self._audio).astype(np.float32) / np.float32(32768)
        return Speech(samples, self.rate_hz, tuple(self._phones), "e")


def training_voice(choices: random.Random) -> str:
    """A dialect with a variant that is not held out."""
    return f"{choices.choice(DIALECTS)}+{choices.choice(VARIANTS)}"


def held_out_voice(choices: random.Random) -> str:
    """A dialect with a held-out variant."""
    return f"{choices.choice(['en-us', 'en'])}+{choices.choice(HELD_OUT_VARIANTS)}"
