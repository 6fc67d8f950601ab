"""A trained network is exported as the folder that the embedded engine loads."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.response.conftest import ROOT
from voice.engine_queue import Priority
from voice.response.engines.embedded import EmbeddedEngine
from voice.response.engines.learnt import Learnt
from voice.response.prompts.harmony import PADDING, RETURN, CallerSaid, Harmony
from voice.tasks import load_tasks

pytestmark = pytest.mark.torch


async def test_the_folder_takes_the_place_of_the_one_before(
    embedded_responder_path: Path, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install -e '.[train]'")
    from training.response_model import export
    from training.response_model.network import dense_gpt_oss

    folder = tmp_path / "embedded"
    shutil.copytree(embedded_responder_path, folder)
    tokenizer = embedded_responder_path / "tokenizer.json"
    harmony = Harmony.load(tokenizer)
    model = dense_gpt_oss(harmony.size, harmony.control(PADDING), harmony.control(RETURN))

    tasks = load_tasks(ROOT / "tasks")
    export.write(model, tokenizer, folder, Learnt.of(tasks, (), "Help."))

    assert {*os.listdir(folder)} == {*os.listdir(embedded_responder_path)}
    assert os.listdir(tmp_path) == ["embedded"]
    engine = EmbeddedEngine.load(folder, tasks, workers=1, capacity=4)
    try:
        async for _ in engine.reply([[CallerSaid("hello")]], Priority.FINAL):
            break
    finally:
        engine.close()
