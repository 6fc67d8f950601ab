"""What the field runs, unmodified, reads and speaks for us: its own programs with our models."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.engine_services.conftest import RATE, settings_at
from voice.audio import Pcm
from voice.engine_services import (
    Change,
    Offered,
    ServedRecogniser,
    ServedSpeaker,
    ServiceFailed,
    ServiceLink,
    reading_link,
    speaking_link,
)
from voice.network import isolate
from voice.recognition import WhisperRecogniser
from voice.speech import PiperSpeaker

AMOUNT = "Your balance is 42.17 euros."


@contextlib.contextmanager
def running(module: str, *options: str) -> Iterator[str]:
    """The address of a program of the field, once it says that it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    environment = dict(os.environ)
    isolate(environment)
    command = [sys.executable, "-m", module, "--uri", address, *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if line.strip().endswith("Ready"):
                    break
            assert process.poll() is None, "".join(said)
            yield address
        finally:
            process.kill()


async def listening(link: ServiceLink) -> Sequence[Offered]:
    """What it has, once it listens: that is a moment after it has said that it is ready."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await link.look()
            except ServiceFailed:
                await asyncio.sleep(0.05)


async def test_wyoming_faster_whisper_reads_turns(
    embedded_recogniser_path: Path,
    recogniser: WhisperRecogniser,
    question: Pcm,
    changes: list[Change],
    tmp_path: Path,
) -> None:
    pytest.importorskip("wyoming_faster_whisper")
    options = ("--model", str(embedded_recogniser_path), "--language", "en")
    more = ("--stt-library", "faster-whisper", "--data-dir", str(tmp_path), "--local-files-only")
    with running("wyoming_faster_whisper", *options, *more) as address:
        link = reading_link(settings_at(address), (), changes.append)
        await listening(link)
        heard = await ServedRecogniser(link, recogniser).transcribe(question, RATE)
        link.close()
    assert "plan" in heard.text.lower() and heard.language == "en"
    assert not changes, "it was read there"


async def test_wyoming_piper_speaks_clauses(
    embedded_voice_path: Path, speaker: PiperSpeaker, changes: list[Change], tmp_path: Path
) -> None:
    pytest.importorskip("wyoming_piper")
    for suffix in ("onnx", "onnx.json"):
        (tmp_path / f"embedded-en.{suffix}").symlink_to(embedded_voice_path / f"voice.{suffix}")
    with running("wyoming_piper", "--voice", "embedded-en", "--data-dir", str(tmp_path)) as address:
        link = speaking_link(settings_at(address), changes.append)
        (voice,) = await listening(link)
        there = await ServedSpeaker(link, "en", speaker).synthesise(AMOUNT, RATE)
        link.close()
    here = await speaker.synthesise(AMOUNT, RATE)
    assert voice.wanted and not changes
    assert there.spoken_text == here.spoken_text and there.sample_rate == RATE
    assert abs(there.duration_ms - here.duration_ms) < 600
