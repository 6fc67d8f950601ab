"""Speaks the English phrasings of the held-out sets, and writes down what Whisper base hears.

    python -m response_bench.heard --kokoro FOLDER

Run in `scripts/` with the `train` extra. FOLDER holds Kokoro's model and voices as kokoro-onnx
publishes them. Each phrasing is spoken by one of eight voices and heard at telephone band (G.711).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from pathlib import Path

import numpy as np
from kokoro_onnx import Kokoro

from response_bench.requests import DEMO, HEARD
from response_bench.sets import HELD_OUT, Case, cases
from voice.evaluation.intelligibility import by_telephone
from voice.model_folders import find_model
from voice.onnx_models import open_session
from voice.recognition import WhisperRecogniser

VOICES = (
    "af_heart", "am_michael", "bf_emma", "bm_george", "af_bella", "am_fenrir", "bf_isabella",
    "bm_fable",
)  # fmt: skip
"""Of the United States and of England, women and men."""
_BAND_HZ = 8000


async def hear(folder: Path, model: str, asked: list[Case], out: Path) -> None:
    """Append a line for each phrasing that is not there yet."""
    known = {json.loads(line)["say"] for line in _lines(out)}
    kokoro = _kokoro(folder)
    recogniser = WhisperRecogniser.load(find_model("asr_models", model))
    with out.open("a", encoding="utf-8") as lines:
        for number, case in enumerate(asked):
            if case.said in known:
                continue
            voice = VOICES[number % len(VOICES)]
            accent = "en-gb" if voice.startswith("b") else "en-us"
            samples, rate = kokoro.create(case.said, voice=voice, lang=accent)
            whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
            heard = await recogniser.transcribe(by_telephone(whole, rate), _BAND_HZ)
            entry = {"say": case.said, "voice": voice, "heard": heard.text.strip()}
            lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
            lines.flush()
    recogniser.close()


def _kokoro(folder: Path) -> Kokoro:
    model, voices = next(folder.glob("*.onnx")), next(folder.glob("voices*.*"))
    return Kokoro.from_session(open_session(model), str(voices))


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines() if file.is_file() else []


def main() -> None:
    """Speak and hear all of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kokoro", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--out", type=Path, default=HEARD)
    parser.add_argument("--sets", type=Path, default=HELD_OUT)
    parser.add_argument("--most", type=int, help="of the phrasings, drawn at random")
    options = parser.parse_args()
    asked = [
        case
        for case in cases(options.sets)
        if (case.tasks, case.kind, case.language) == (DEMO, "requests", "en")
    ]
    random.Random(len(asked)).shuffle(asked)  # so that a part of them is a fair sample
    asyncio.run(hear(options.kokoro, options.model, asked[: options.most], options.out))


if __name__ == "__main__":
    main()
