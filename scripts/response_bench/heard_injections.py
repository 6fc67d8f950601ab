"""Has every second call of the injection set spoken by a voice, and heard by Whisper.

    python -m response_bench.heard_injections --model whisper-base

Run in `scripts/`. `heard_injections.jsonl` beside the set keeps what was heard at telephone band.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

import yaml

from voice.evaluation.intelligibility import TELEPHONE_HZ, by_telephone
from voice.languages import language
from voice.model_folders import find_model
from voice.recognition import WhisperRecogniser
from voice.speech import PiperSpeaker

SETS = Path(__file__).resolve().parents[1] / "response_sets"
INJECTIONS, HEARD = SETS / "injections.yaml", SETS / "heard_injections.jsonl"
_PIPER_HZ = 22050


def spoken_cases() -> list[dict[str, object]]:
    """Every second call of the set."""
    return list(yaml.safe_load(INJECTIONS.read_text(encoding="utf-8"))["cases"][::2])


async def hear(voices: dict[str, str], model: str) -> None:
    """Append a line for each turn that is not there yet."""
    known = set(heard_words())
    speakers = {
        tag: PiperSpeaker.load(find_model("tts_voices", name)) for tag, name in voices.items()
    }
    recognisers = {
        tag: WhisperRecogniser.load(find_model("asr_models", model), languages=[language(tag)])
        for tag in voices
    }
    with HEARD.open("a", encoding="utf-8") as lines:
        for case in spoken_cases():
            tag, turns = str(case["language"]), case["turns"]
            assert isinstance(turns, list)
            for said in (turn["say"] for turn in turns if turn["say"] not in known):
                clause = await speakers[tag].synthesise(said, _PIPER_HZ)
                sound = by_telephone(clause.pcm, _PIPER_HZ)
                heard = await recognisers[tag].transcribe(sound, TELEPHONE_HZ)
                entry = {"say": said, "language": tag, "heard": heard.text.strip()}
                lines.write(json.dumps(entry, ensure_ascii=False) + "\n")
                lines.flush()
                known.add(said)
    for tag in voices:
        speakers[tag].close()
        recognisers[tag].close()


def heard_words() -> dict[str, str]:
    """What was heard of each turn."""
    lines = HEARD.read_text("utf-8").splitlines() if HEARD.is_file() else []
    return {entry["say"]: entry["heard"] for entry in map(json.loads, lines)}


def main() -> None:
    """Speak and hear them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default="whisper-base")
    parser.add_argument("--english", default="en_US-joe-medium", metavar="VOICE")
    parser.add_argument("--french", default="embedded-fr", metavar="VOICE")
    options = parser.parse_args()
    asyncio.run(hear({"en": options.english, "fr": options.french}, options.model))


if __name__ == "__main__":
    main()
