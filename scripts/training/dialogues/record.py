"""Speak sentences of training patterns and write down what a recogniser hears.

    python -m training.dialogues.record --out WORK/recorded.jsonl --sentences 3000

Run in `scripts/`.
The response model learns from these lines beside its made-up hearing errors. The voices are
espeak-ng's; none of them speaks in a measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from pathlib import Path

import numpy as np

from training.dialogues import framing, phrasebook
from training.speech_corpus import espeak
from voice.audio import Pcm, resample
from voice.recognition import WhisperRecogniser
from voice.tuning.telephone_line import RATE_HZ, TelephoneLine

ROOT = Path(__file__).resolve().parents[3]

_SPOKEN = {
    "balance": 18, "due_date": 12, "balance_and_due": 6, "plan": 18, "balance_and_plan": 6,
    "block": 24, "person": 18, "greeting": 5, "thanks": 5, "goodbye": 8, "repeat": 8, "wait": 3,
    "help": 3, "about_me": 3, "out_of_scope": 20,
}  # fmt: skip
"""How often each intent; a misheard yes or no would only teach to take one for the other."""


async def record(out: Path, model: str, sentences: int, seed: int) -> None:
    """Append one line for each sentence."""
    choices = random.Random(seed)
    line = TelephoneLine(np.random.default_rng(seed))
    synthesizer = espeak.Espeak()
    recogniser = WhisperRecogniser.load(model)
    with out.open("a") as lines:
        for _ in range(sentences):
            intent = choices.choices(list(_SPOKEN), list(_SPOKEN.values()))[0]
            pattern = phrasebook.choose(intent, choices)
            said = framing.framed(intent, phrasebook.expand(pattern, choices), choices)
            heard = await recogniser.transcribe(_spoken(said, synthesizer, line, choices), RATE_HZ)
            entry = {"intent": intent, "pattern": pattern, "said": said, "heard": heard.text}
            lines.write(json.dumps({**entry, "confidence": round(heard.confidence, 3)}) + "\n")
            lines.flush()
    recogniser.close()


def _spoken(
    text: str, synthesizer: espeak.Espeak, line: TelephoneLine, choices: random.Random
) -> Pcm:
    make_voice = espeak.held_out_voice if choices.random() < 0.3 else espeak.training_voice
    speech = synthesizer.say(text, make_voice(choices), choices)
    whole = (np.clip(speech.samples, -1, 1) * 32767).astype(np.int16)
    narrow = resample(whole, speech.rate_hz, RATE_HZ).astype(np.float32) / np.float32(32768)
    received, _ = line(narrow)
    return (np.clip(received, -1, 1) * 32767).astype(np.int16)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--model", default=str(ROOT / "asr_models" / "embedded-en"))
    parser.add_argument("--sentences", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    asyncio.run(record(options.out, options.model, options.sentences, options.seed))
