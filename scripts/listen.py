"""Makes a page on which every voice at hand can be listened to: python scripts/listen.py

The sentences stand in scripts/listening/, a file for each language; a voice whose language has none
is named and left out. The page is one file, without a script, that needs no connection.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import os
import sys
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import jinja2
import soundfile

from voice.audio import Pcm
from voice.errors import VoiceError
from voice.evaluation.figures import machine
from voice.evaluation.intelligibility import TELEPHONE_HZ, by_telephone, speak
from voice.languages import language, languages
from voice.models import VoiceAtHand, voices_at_hand
from voice.speech import PiperSpeaker

SENTENCES = Path(__file__).with_name("listening")
PAGE = Path("build/listen/index.html")


@dataclass(frozen=True)
class Sample:
    """A sentence and its sound, as data URLs."""

    text: str
    telephone: str
    full_band: str


@dataclass(frozen=True)
class Samples:
    """What a voice said."""

    name: str
    language: str
    licence: str
    sample_rate: int
    """Hertz."""
    real_time_factor: float
    samples: list[Sample]


def main() -> int:
    """Write the page; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PAGE, help=f"default: {PAGE}")
    out: Path = parser.parse_args().out
    try:
        heard = [samples for voice in voices_at_hand() if (samples := _samples_of(voice))]
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(page(heard), encoding="utf-8")
    except (VoiceError, OSError) as error:
        print(f"listen: {error}", file=sys.stderr)
        return 2
    print(f"{out}: {len(heard)} voices. Open {out.resolve().as_uri()} in a browser.")
    return 0


def page(heard: list[Samples]) -> str:
    """The page as HTML, by language."""
    by_language: dict[str, list[Samples]] = {}
    for samples in heard:
        by_language.setdefault(language(samples.language).own_name, []).append(samples)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SENTENCES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    template = environment.get_template("page.html.j2")
    return template.render(languages=by_language, machine=machine())


def sentences_of(tag: str) -> list[str]:
    """What the voices of a language read; none where nobody has written any."""
    file = SENTENCES / f"{tag}.txt"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _samples_of(voice: VoiceAtHand) -> Samples | None:
    texts = sentences_of(voice.language) if voice.language in languages() else []
    if not texts:
        print(f"{voice.name}: left out, there are no sentences in {SENTENCES}/{voice.language}.txt")
        return None
    speaker = PiperSpeaker.load(voice.folder)
    try:
        spoken, speed = asyncio.run(speak(speaker, texts, voice.sample_rate))
    finally:
        speaker.close()
    rate = voice.sample_rate
    samples = [
        Sample(one.text, _sound(by_telephone(one.pcm, rate), TELEPHONE_HZ), _sound(one.pcm, rate))
        for one in spoken
    ]
    return Samples(voice.name, voice.language, voice.licence, rate, speed.real_time_factor, samples)


def _sound(pcm: Pcm, sample_rate: int) -> str:
    file = io.BytesIO()
    soundfile.write(file, pcm, sample_rate, format="FLAC")
    return "data:audio/flac;base64," + base64.b64encode(file.getvalue()).decode("ascii")


if __name__ == "__main__":
    raise SystemExit(main())
