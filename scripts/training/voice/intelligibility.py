"""How well a voice is understood: word errors of pocketsphinx, beside the teacher's own."""

from __future__ import annotations

import json
import re
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jiwer
import numpy as np
import onnxruntime
import soxr
from numpy.typing import NDArray
from piper import PiperConfig, PiperVoice
from pocketsphinx import Decoder

from training.voice.features import SAMPLE_RATE
from training.voice.teachers import Teacher

HELD_OUT: Final = Path(__file__).with_name("held_out_sentences.txt")
"""Written by hand; no generator of training text makes them."""
_TELEPHONE_HZ: Final = 8_000


@dataclass(frozen=True)
class Figures:
    """What was measured; error rates as shares of words and characters."""

    words: int
    voice_wer: float
    voice_cer: float
    teacher_wer: float
    teacher_cer: float
    voice_narrow_wer: float
    teacher_narrow_wer: float
    real_time_factor: float
    first_audio_ms: float


def measure(voice: Path, teacher: Teacher) -> Figures:
    """Speak the held-out sentences with the voice and its teacher, and recognise both."""
    texts = HELD_OUT.read_text(encoding="utf-8").split("\n")
    texts = [text for text in texts if text]
    spoken, times = _speak(voice, texts)
    taught = [utterance.audio for utterance in teacher.speak(texts)]
    seconds = sum(map(len, spoken)) / SAMPLE_RATE
    return Figures(
        sum(len(text.split()) for text in texts),
        *_error_rates(texts, spoken),
        *_error_rates(texts, taught),
        _error_rates(texts, map(_narrow, spoken))[0],
        _error_rates(texts, map(_narrow, taught))[0],
        sum(times) / seconds,
        1000 * statistics.median(times),
    )


def _speak(voice: Path, texts: list[str]) -> tuple[list[NDArray[Any]], list[float]]:
    """Each sentence at 16 kHz and the seconds that it took, on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    config = json.loads(Path(f"{voice}.json").read_text(encoding="utf-8"))
    piper = PiperVoice(
        session=onnxruntime.InferenceSession(str(voice), options),
        config=PiperConfig.from_dict(config),
    )
    list(piper.synthesize("Warm up."))
    spoken, times = [], []
    for text in texts:
        started = time.perf_counter()
        chunks = [chunk.audio_float_array for chunk in piper.synthesize(text)]
        times.append(time.perf_counter() - started)
        audio = np.concatenate(chunks)
        spoken.append(soxr.resample(audio, config["audio"]["sample_rate"], SAMPLE_RATE))
    return spoken, times


def _error_rates(texts: list[str], spoken: Iterable[NDArray[Any]]) -> tuple[float, float]:
    """Word and character error rate."""
    decoder = Decoder(loglevel="FATAL")
    references = [_plain(text) for text in texts]
    heard = [_recognise(decoder, audio) for audio in spoken]
    return float(jiwer.wer(references, heard)), float(jiwer.cer(references, heard))


def _recognise(decoder: Decoder, audio: NDArray[Any]) -> str:
    noise = np.random.default_rng(0).standard_normal(SAMPLE_RATE // 5) * 1e-4
    loud = audio / (np.abs(audio).max() + 1e-9) * 0.6
    pcm = (np.concatenate([noise, loud, noise]) * 32767).astype(np.int16)
    decoder.start_utt()
    decoder.process_raw(pcm.tobytes(), full_utt=True)
    decoder.end_utt()
    return _plain(re.sub(r"\(\d+\)", "", decoder.hyp().hypstr)) if decoder.hyp() else ""


def _narrow(audio: NDArray[Any]) -> NDArray[Any]:
    """The sentence as a telephone carries it: 8 kHz, mu-law."""
    low = soxr.resample(audio / np.abs(audio).max() * 0.6, SAMPLE_RATE, _TELEPHONE_HZ)
    level = np.sign(low) * np.log1p(255 * np.abs(low)) / np.log1p(255)
    level = np.round(level * 127) / 127
    decoded = np.sign(level) * (256 ** np.abs(level) - 1) / 255
    heard: NDArray[Any] = soxr.resample(decoded, _TELEPHONE_HZ, SAMPLE_RATE)
    return heard


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[^a-z' ]", " ", text.lower())).strip()
