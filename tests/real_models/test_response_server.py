"""A real model on a real server: llama.cpp with a small Qwen, which writes its calls as text."""

from __future__ import annotations

import pytest

from voice.models import CatalogueModel

pytestmark = [pytest.mark.real_models, pytest.mark.timeout(600)]

xllamacpp = pytest.importorskip("xllamacpp")

QWEN = CatalogueModel(
    name="qwen2.5-coder-0.5b-instruct-q4-k-m",
    kind="response model",
    about="For tests of a server.",
    languages=["en"],
    licence="Apache-2.0",
    licence_url="https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF/blob/main/LICENSE",
    files=[],
)
