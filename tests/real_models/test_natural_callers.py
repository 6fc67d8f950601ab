"""Callers with natural voices are understood by the models that answer people."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.conftest import fetched
from tests.evaluation.suites.examined import examiner_of
from voice.evaluation.suites.kept_mouth import KeptMouth
from voice.evaluation.suites.kept_speech import RATE, KeptSpeech
from voice.evaluation.suites.natural_voices import MODEL, VOICES, NaturalVoice
from voice.models import ModelsAtHand
from voice.recognition import WhisperRecogniser
from voice.settings import Settings

pytestmark = pytest.mark.real_models


def test_kokoro_speaks_what_whisper_base_reads(real_models: ModelsAtHand, tmp_path: Path) -> None:
    pytest.importorskip("kokoro_onnx", reason="needs the extra: pip install -e '.[callers]'")
    for model in (MODEL, VOICES):
        fetched(model)
    recogniser = WhisperRecogniser.load(fetched(real_models.recogniser))
    kept = KeptSpeech(tmp_path)
    for name in ("bf_emma", "am_michael"):
        mouth = KeptMouth(NaturalVoice("kokoro", name), kept)
        pcm = asyncio.run(mouth.speak("I have lost my phone.", RATE))
        heard = asyncio.run(recogniser.transcribe(pcm, RATE)).text.lower()
        assert "i have lost my phone" in heard or "i've lost my phone" in heard
    recogniser.close()


def test_hibari_is_served(
    real_models: ModelsAtHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("hibari", reason="needs the extra: pip install -e '.[callers]'")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    caller = {"name": "plan", "goal": "plan", "dialect": "hibari"}
    settings = real_models.in_settings(Settings())
    examiner = examiner_of([caller], tmp_path, settings=settings)
    assert any(examiner.evaluate(seed, 0, seed).success for seed in (1, 2, 3))
    assert list((tmp_path / "cache").rglob("*.wav"))
