"""Measures voices with Whisper base and writes the figures into their cards.

    python scripts/measure_voice.py                  # every voice at hand
    python scripts/measure_voice.py en_US-joe-medium

Voices are at hand when they come along or were pulled; Whisper base has to be pulled as well.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from training.voice.measurement import listener, measure, put_into, section
from voice.errors import VoiceError
from voice.models import VoiceAtHand, voices_at_hand


def main() -> int:
    """Measure one voice after the other; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", help="default: every voice at hand")
    names = parser.parse_args().names
    at_hand = {voice.name: voice for voice in voices_at_hand()}
    try:
        for name in names or at_hand:
            if name not in at_hand:
                raise VoiceError(f"{name}: is not at hand (there are {', '.join(at_hand)})")
            asyncio.run(_measure(at_hand[name]))
    except VoiceError as error:
        print(f"measure_voice: {error}", file=sys.stderr)
        return 2
    return 0


async def _measure(voice: VoiceAtHand) -> None:
    recogniser = listener(voice.language)
    try:
        measured = await measure(voice.folder, recogniser)
    finally:
        recogniser.close()
    put_into(voice.card, measured)
    print(f"{voice.card}\n{section(measured)}")


if __name__ == "__main__":
    raise SystemExit(main())
