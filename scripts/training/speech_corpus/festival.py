"""festival: many sentences by one process, with the times of their phones."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.io import wavfile

from training.speech_corpus.speech import Speech

VOICES = ("cmu_us_slt_arctic_hts", "kal_diphone", "ked_diphone")


def say_all(sentences: Sequence[str], voice: str, stretch: float = 1.0) -> list[Speech]:
    """Speak sentences (letters, apostrophes and spaces only) with one voice and tempo."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [f"(voice_{voice})", f"(Parameter.set 'Duration_Stretch {stretch:.2f})"]
        for number, sentence in enumerate(sentences):
            text = "".join(letter for letter in sentence if letter.isalpha() or letter in " '")
            stem = f"{folder}/{number}"
            lines.append(
                f'(set! u (utt.synth (Utterance Text "{text}")))'
                f' (utt.save.wave u "{stem}.wav" \'riff) (utt.save.segs u "{stem}.seg")'
            )
        script = Path(folder) / "script.scm"
        script.write_text("\n".join(lines))
        subprocess.run(
            ["festival", "--batch", str(script)], check=True, capture_output=True, timeout=1200
        )
        return [_read(Path(folder) / str(number)) for number in range(len(sentences))]


def _read(stem: Path) -> Speech:
    rate, samples = wavfile.read(stem.with_suffix(".wav"))
    phones, start = [], 0.0
    for line in stem.with_suffix(".seg").read_text().splitlines():
        fields = line.split()
        if len(fields) == 3:
            phones.append((start, "" if fields[2] == "pau" else fields[2]))
            start = float(fields[0])
    phones.append((start, ""))
    return Speech(samples.astype(np.float32) / 32768, rate, tuple(phones), "f")
