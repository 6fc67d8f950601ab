"""A converted gpt-oss: its folder's contract, its context, and what becomes of what it writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.response.test_harmony_parser import written
from voice.engine_queue import EngineBusy, EngineQueue, Priority
from voice.errors import ModelError
from voice.models.gpt_oss import WantedConversion, convert
from voice.response.engines.ctranslate2_engine import ConvertedDescription, CTranslate2Engine
from voice.response.engines.engine import BadReply, End, FreeText, ModelCall, Piece, ReplyTimeout
from voice.response.engines.generation import GeneratedToken, Generation, Hardware, Tokens
from voice.response.prompts.briefing import Briefing, Style, ToolDescription
from voice.response.prompts.gpt_oss_prompt import GptOssPrompt
from voice.response.prompts.harmony import (
    AnswerMessage,
    CallerSaid,
    Harmony,
    Message,
    ToolCall,
    ToolResult,
)

BRIEFING = Briefing("Be brief.", (ToolDescription("get_bill", "Says what the caller owes."),))
STYLE, HARDWARE = Style("low", 24), Hardware()
CALLER: list[list[Message]] = [[CallerSaid("what do i owe")]]


@pytest.fixture
def folder(embedded_responder_path: Path, tmp_path: Path) -> Path:
    """The embedded model's weights in the form of any converted gpt-oss."""
    made = Path(shutil.copytree(embedded_responder_path, tmp_path / "model"))
    prefix = json.loads((made / "harmony.json").read_text())["prefix"]
    (made / "harmony.json").unlink()
    describe(made, prefix_tokens=prefix)
    return made


def describe(folder: Path, **changes: object) -> None:
    form = {"format": "harmony", "context_length": 2048, "sliding_window": None, "card": {}}
    (folder / "voice.json").write_text(json.dumps({**form, **changes}))


def loaded(folder: Path, style: Style = STYLE, **options: Any) -> CTranslate2Engine:
    return CTranslate2Engine.load(folder, BRIEFING, style=style, hardware=HARDWARE, **options)


@pytest.fixture
def engine(folder: Path) -> Iterator[CTranslate2Engine]:
    opened = loaded(folder)
    yield opened
    opened.close()


async def pieces_of(
    engine: CTranslate2Engine, turns: list[list[Message]] | None = None
) -> list[Piece]:
    return [piece async for piece in engine.reply(turns or CALLER)]


async def test_a_folder_by_the_contract_answers(engine: CTranslate2Engine) -> None:
    await engine.warm_up()
    pieces = await pieces_of(engine)
    assert isinstance(pieces[-1], End)
    assert pieces == await pieces_of(engine)


async def test_what_the_converter_writes_answers_with_windows_and_sinks(tmp_path: Path) -> None:
    source = ROOT / "tests" / "data" / "small_gpt_oss"
    convert(
        source, tmp_path / "dense", WantedConversion(2, "float32", routing=source / "routing.json")
    )
    engine = loaded(tmp_path / "dense", Style("none", 24))
    await engine.warm_up()
    long: list[list[Message]] = [[CallerSaid("hello " * 40), AnswerMessage("yes " * 40)]] * 3
    for turns in (CALLER, long):
        written_first = [piece async for piece in _whatever(engine, turns)]
        assert written_first and written_first == [p async for p in _whatever(engine, turns)]
    engine.close()


async def _whatever(engine: CTranslate2Engine, turns: list[list[Message]]) -> AsyncIterator[object]:
    """The pieces of a model with random weights, up to what it should not have written."""
    try:
        async for piece in engine.reply(turns):
            yield piece
    except BadReply as error:
        yield str(error)


@pytest.mark.parametrize(
    "name", ["model.bin", "config.json", "vocabulary.json", "tokenizer.json", "voice.json"]
)
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        loaded(folder)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({}, "names no prefix_tokens: convert the model again"),
        ({"prefix_tokens": "x"}, "names no prefix_tokens"),
        ({"prefix_tokens": ["<|nothing|>"]}, r"has no token <\|nothing\|>"),
        ({"prefix_tokens": [], "format": "chatml"}, "not the description of a converted gpt-oss"),
        ({"prefix_tokens": [], "context_length": "long"}, "not the description of a converted"),
        ({"prefix_tokens": [], "context_length": 200}, r"context of 200 tokens is too short for"),
    ],
)
def test_a_description_that_cannot_be_used_is_refused_in_one_line(
    folder: Path, changes: dict[str, object], complaint: str
) -> None:
    describe(folder, **changes)
    with pytest.raises(ModelError, match=complaint) as refused:
        loaded(folder)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json", "vocabulary.json", "voice.json"])
def test_a_damaged_file_is_refused_in_one_line(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"not what it should be")
    with pytest.raises(ModelError) as refused:
        loaded(folder)
    assert "\n" not in str(refused.value)


async def test_a_dialogue_longer_than_the_context_loses_its_beginning(folder: Path) -> None:
    said = "please tell me what i owe you and by when i have to pay it"
    describe(folder, prefix_tokens=["<|ct2_sink|>"], context_length=900)
    engine = loaded(folder)
    long: list[list[Message]] = [[CallerSaid(said), AnswerMessage(said)]] * 200
    pieces = await pieces_of(engine, [*long, *CALLER])
    engine.close()
    assert isinstance(pieces[-1], End)


async def test_a_turn_longer_than_the_context_is_refused_and_not_cut(
    engine: CTranslate2Engine,
) -> None:
    turn: list[Message] = [
        CallerSaid("read it"),
        ToolCall("get_bill", {}),
        ToolResult("get_bill", {"a": "x y " * 3000}),
    ]
    with pytest.raises(BadReply, match="longer than the model's context"):
        await pieces_of(engine, [turn])


async def test_a_model_that_is_too_slow_is_stopped(folder: Path) -> None:
    engine = loaded(folder, Style("low", 1000), timeout_seconds=1e-6)
    with pytest.raises(ReplyTimeout):
        await pieces_of(engine)
    await engine.warm_up()  # the first prompt takes as long as it takes
    engine.close()


async def test_a_full_queue_is_busy(folder: Path) -> None:
    engine = loaded(folder)
    engine.close()
    with pytest.raises(EngineBusy):
        await pieces_of(engine)


class Scripted(Generation):
    """Writes a given text, token by token, in the vocabulary of the embedded model."""

    def __init__(self, text: str) -> None:
        self._script = written(text)
        self.written = 0

    async def tokens(self, static: list[str], prompt: list[str], priority: Priority) -> Tokens:
        for part in self._script:
            self.written += 1
            yield GeneratedToken(part if isinstance(part, str) else part.decode(), -0.1)


async def replied(text: str, embedded_responder_path: Path) -> tuple[list[Piece], Scripted]:
    harmony = Harmony.load(embedded_responder_path / "tokenizer.json")
    generation = Scripted(text)
    prompt = GptOssPrompt(harmony)
    description = ConvertedDescription([], 2000)
    engine = CTranslate2Engine(generation, harmony, prompt, BRIEFING, Style(), description)
    return await pieces_of(engine), generation


def said(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, FreeText))


async def test_thoughts_and_preambles_are_never_said(embedded_responder_path: Path) -> None:
    text = (
        "<|channel|>analysis<|message|>He owes 7.<|end|><|start|>assistant<|channel|>commentary"
        "<|message|>Looking it up.<|end|><|start|>assistant<|channel|>final<|message|>"
        "Seven euros.<|return|>"
    )
    pieces, _ = await replied(text, embedded_responder_path)
    assert said(pieces) == "Seven euros." and pieces[-1] == End()


async def test_a_call_after_thoughts_is_made(embedded_responder_path: Path) -> None:
    text = (
        "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary"
        ' to=functions.get_bill <|constrain|>json<|message|>{"month":null,"year":1}<|call|>'
    )
    pieces, _ = await replied(text, embedded_responder_path)
    call = pieces[0]
    assert isinstance(call, ModelCall) and (call.tool, call.arguments) == ("get_bill", {"year": 1})
    assert 0 < call.probability < 1 and pieces[1:] == [End()]


async def test_nothing_is_read_behind_the_answer(embedded_responder_path: Path) -> None:
    text = "<|channel|>final<|message|>Hello.<|end|><|start|>user<|message|>and then<|end|>"
    pieces, generation = await replied(text, embedded_responder_path)
    answer, _, _ = text.partition("<|start|>user")
    assert said(pieces) == "Hello." and generation.written == len(written(answer))


async def test_an_answer_that_is_not_closed_is_not_complete(embedded_responder_path: Path) -> None:
    pieces, _ = await replied("<|channel|>final<|message|>You owe", embedded_responder_path)
    assert pieces[-1] == End(complete=False)
    pieces, _ = await replied("<|channel|>analysis<|message|>hm", embedded_responder_path)
    assert pieces == [End(complete=False)]


@pytest.mark.parametrize(
    "text",
    [
        '<|channel|>commentary to=functions.get_bill<|message|>{"month":<|call|>',
        '<|channel|>final<|message|>{"name": "nothing", "arguments": {}}<|return|>',
    ],
)
async def test_a_call_that_cannot_be_made_is_refused(
    embedded_responder_path: Path, text: str
) -> None:
    with pytest.raises(BadReply):
        await replied(text, embedded_responder_path)


def test_the_queue_is_the_engines_own(folder: Path) -> None:
    made: list[tuple[str, int, int]] = []

    def make_queue(name: str, workers: int, capacity: int) -> EngineQueue:
        made.append((name, workers, capacity))
        return EngineQueue(name, workers, capacity)

    engine = loaded(folder, capacity=7, make_queue=make_queue)
    assert engine.depth == 0 and made == [("response", 1, 7)]
    engine.close()
