"""The files of a Piper voice: found, and looked at without loading the voice."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from voice.errors import ModelError
from voice.model_folders import find_model

USUAL_FILE: Final = "voice.onnx"
LOWEST_HZ: Final = 8000
HIGHEST_HZ: Final = 48000


@dataclass(frozen=True)
class PiperFiles:
    """An ONNX file, and what the JSON beside it says."""

    model: Path
    settings: dict[str, Any]
    language: str
    """What the voice speaks, as the first part of a BCP 47 tag."""
    sample_rate: int
    """Hertz, from LOWEST_HZ to HIGHEST_HZ."""


def find_voice(name: str | Path) -> PiperFiles:
    """Those of an embedded or pulled voice, of a folder or of an ONNX file; raises ModelError."""
    model = _model_file(name)
    path = Path(f"{model}.json")
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
        language = str(settings["espeak"]["voice"]).partition("-")[0]
        rate = int(settings["audio"]["sample_rate"])
    except FileNotFoundError:
        raise ModelError(
            f"{path}: is missing; a Piper voice is an ONNX file and its JSON"
        ) from None
    except (OSError, ValueError, LookupError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{path}: is not a Piper voice's JSON: {reason}") from None
    if not LOWEST_HZ <= rate <= HIGHEST_HZ:
        rates = f"{LOWEST_HZ} to {HIGHEST_HZ} Hz"
        raise ModelError(f"{path}: sample_rate is {rate}; voices have {rates}")
    return PiperFiles(model, settings, language, rate)


def _model_file(name: str | Path) -> Path:
    place = Path(find_model("tts_voices", str(name)))
    if place.is_file():
        return place
    if not place.is_dir():
        raise ModelError(
            f"{place}: there is no such voice; `voice models pull` fetches those of "
            "`voice models list` from the hosts of [network] allow"
        )
    if (place / USUAL_FILE).is_file():
        return place / USUAL_FILE
    models = sorted(place.glob("*.onnx"))
    if len(models) != 1:
        found = "several" if models else "no"
        raise ModelError(f"{place}: holds {found} ONNX files; a voice's folder holds one")
    return models[0]
