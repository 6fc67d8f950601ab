"""Sets that a training is judged on: hand-written sentences by voices it must not have heard.

    python -m training.speech_corpus.judged FOLDER --caller-voice ../tts_voices/embedded-caller-en \
        --assistant-voice ../tts_voices/embedded-en

`judged-NAME.npz`/`.json` are like a shard's files, with the telephone audio (int16, 8 kHz) as
well. The sentences lie in `development_*.txt` beside this file; they are not the held-out ones
of the tests, which no training script reads.
"""

from __future__ import annotations

import argparse
import functools
import json
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from faster_whisper.feature_extractor import FeatureExtractor
from piper import PiperVoice, SynthesisConfig
from scipy.io import wavfile
from scipy.signal import resample_poly

from training.speech_corpus import conversion, festival, numbers, text
from training.speech_corpus.espeak import Espeak, held_out_voice
from training.speech_corpus.shards import telephone_samples
from training.speech_corpus.speech import Speech
from voice.tuning.telephone_line import TelephoneLine

_HERE = Path(__file__).parent
Voice = Callable[[str, random.Random], Speech]


def sentences(name: str) -> list[str]:
    """The hand-written sentences of `development_NAME.txt`."""
    return (_HERE / f"development_{name}.txt").read_text().splitlines()


def flite(sentence: str, choices: random.Random) -> Speech:
    """flite's rms, a synthesizer that is wholly held out."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        stretch = f"duration_stretch={choices.uniform(0.9, 1.25):.2f}"
        subprocess.run(
            ["flite", "-voice", "rms", "--setf", stretch, "-t", sentence, "-o", file.name],
            check=True, capture_output=True,
        )  # fmt: skip
        rate, samples = wavfile.read(file.name)
    return Speech(samples.astype(np.float32) / 32768, rate, (), "p")


def piper(folder: Path) -> Voice:
    """One of the embedded Piper voices, which are wholly held out; loaded when it first speaks."""

    @functools.cache
    def loaded() -> PiperVoice:
        return PiperVoice.load(folder / "voice.onnx")

    def say(sentence: str, choices: random.Random) -> Speech:
        voice = loaded()
        tempo = SynthesisConfig(length_scale=choices.uniform(0.9, 1.25))
        written = f"{sentence[0].upper()}{sentence[1:]}."
        chunks = [chunk.audio_float_array for chunk in voice.synthesize(written, tempo)]
        return Speech(np.concatenate(chunks), voice.config.sample_rate, (), "p")

    return say


def heard(espeak: Espeak) -> Voice:
    """The corpus' own kinds of voices; espeak-ng with the variants that are held out."""

    def say(sentence: str, choices: random.Random) -> Speech:
        if choices.random() < 0.5:
            return espeak.say(sentence, held_out_voice(choices), choices)
        original = festival.say_all([sentence], choices.choice(festival.VOICES))[0]
        return conversion.another_speaker(conversion.analyse(original), choices)

    return say


def make(target: Path, spoken: list[str], voice: Voice, seed: int, noisy: bool = True) -> None:
    """Write one set."""
    choices = random.Random(seed)
    line = TelephoneLine(np.random.default_rng(seed), noisy)
    extractor = FeatureExtractor()
    mels, audio = [], []
    for sentence in spoken:
        samples, _ = telephone_samples(voice(sentence, choices), line)
        wide = resample_poly(samples, 2, 1).astype(np.float32)
        mels.append(extractor(wide)[:, : len(samples) // 80].T.astype(np.float16))
        audio.append((np.clip(samples, -1, 1) * 32767).astype(np.int16))
    np.savez(
        target.with_suffix(".npz"),
        mel=np.concatenate(mels), ends=np.cumsum([0] + [len(mel) for mel in mels]),
        audio=np.concatenate(audio), audio_ends=np.cumsum([0] + [len(a) for a in audio]),
    )  # fmt: skip
    target.with_suffix(".json").write_text(json.dumps({"text": spoken}))


def main() -> None:
    """Command line: make all sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--caller-voice", type=Path, required=True)
    parser.add_argument("--assistant-voice", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    caller, digits, values = sentences("caller"), random.Random(5), random.Random(6)
    espeak, unheard = Espeak(), piper(arguments.caller_voice)
    pins = [numbers.digit_string(digits, 4, 6) for _ in range(60)]
    # espeak-ng first: it falls silent once Piper has loaded its own copy of the library.
    sets: dict[str, tuple[list[str], Voice]] = {
        "heard": (caller, heard(espeak)),
        "heard-values": ([text.caller(values) for _ in range(80)], heard(espeak)),
        "caller-voice": (caller, unheard),
        "caller-voice-quiet-line": (caller, unheard),
        "caller-voice-open": (sentences("open"), unheard),
        "caller-voice-digits": (pins, unheard),
        "flite-rms": (caller, flite),
        "assistant-voice": (sentences("assistant"), piper(arguments.assistant_voice)),
    }
    for number, (name, (spoken, voice)) in enumerate(sets.items()):
        make(
            arguments.folder / f"judged-{name}",
            spoken,
            voice,
            1000 + number,
            noisy="quiet" not in name,
        )
        print(f"{name}: {len(spoken)} sentences", flush=True)


if __name__ == "__main__":
    main()
