"""Whatever a model writes: only the final channel is an answer, and only a header makes a call."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.response.prompts.harmony import (
    CALL,
    CHANNEL,
    CONTROL,
    END,
    MESSAGE,
    RETURN,
    START,
    Harmony,
    ToolCall,
)
from voice.response.prompts.harmony_parser import Delta, HarmonyParser

_CONTROL_OR_TEXT = re.compile("|".join(map(re.escape, CONTROL)) + r"|[^<]+|<")


def deltas(tokens: Iterable[str | bytes], parser: HarmonyParser | None = None) -> list[Delta]:
    """What a parser gives; bytes stand for a token that is no control token, whatever they are."""
    parser = parser or HarmonyParser()
    came = (
        parser.push("piece", token) if isinstance(token, bytes) else parser.push(token, b"")
        for token in tokens
    )
    return [delta for delta in came if delta]


def written(text: str) -> list[str | bytes]:
    """A text as tokens: the control tokens in it are such."""
    return [part if part in CONTROL else part.encode() for part in _CONTROL_OR_TEXT.findall(text)]


def read(text: str) -> tuple[str, str | None, str]:
    """Channel, tool and content of a text with one message of content."""
    came = deltas(written(text))
    assert len({(delta.channel, delta.tool) for delta in came}) == 1, came
    return came[0].channel, came[0].tool, "".join(delta.text for delta in came)


def test_a_rendered_call_is_read_back(embedded_responder_path: Path) -> None:
    harmony, parser = Harmony.load(embedded_responder_path / "tokenizer.json"), HarmonyParser()
    call = harmony.tokens(harmony.render(ToolCall("get_bill", {"month": "août"})))
    came = [parser.push(token, harmony.bytes_of(token)) for token in call[len(harmony.reply()) :]]
    content = [delta for delta in came if delta]
    assert {(delta.channel, delta.tool) for delta in content} == {("commentary", "get_bill")}
    assert "".join(delta.text for delta in content) == '{"month":"août"}'
    assert parser.closed_by == CALL


def test_analysis_and_answer_are_told_apart() -> None:
    text = (
        "<|channel|>analysis<|message|>hm<|end|>"
        "<|start|>assistant<|channel|>final<|message|>Hello<|return|>"
    )
    assert deltas(written(text)) == [
        Delta("analysis", None, "hm"),
        Delta("final", None, "Hello"),
    ]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("<|channel|>commentary to=functions.get_bill <|constrain|>json<|message|>{}", "get_bill"),
        (" to=functions.get_bill<|channel|>commentary<|message|>{}", "get_bill"),
        ("<|channel|>commentary to=get_bill json<|message|>{}", "get_bill"),
        ("<|channel|>commentary to=functions.get-bill <|constrain|>json<|message|>{}", "get-bill"),
        ("<|channel|>commentary to=functions.bill.v2<|message|>{}", "bill.v2"),
        ("<|channel|>analysis to=functions.get_bill<|message|>{}", "get_bill"),
    ],
)
def test_a_call_is_addressed_in_many_ways(text: str, tool: str) -> None:
    assert read(text)[1:] == (tool, "{}")


@pytest.mark.parametrize("to", ["", " to=user", " to=all"])
def test_what_is_addressed_to_the_caller_calls_nothing(to: str) -> None:
    assert read(f"<|channel|>final{to}<|message|>Hello") == ("final", None, "Hello")


@pytest.mark.parametrize(
    "text",
    [
        "no header at all",
        "<|message|>no channel",
        "<|channel|>commentary<|message|>a preamble",
        "<|channel|>final<|message|>said<|end|>after the end",
        "<|channel|>final<|message|>said<|end|><|message|>still after the end",
        "<|channel|>final<|message|>said<|channel|>analysis<|message|>thought",
        "<|channel|>final<|message|>said<|start|>assistant<|channel|>analysis<|message|>thought",
        "<|channel|>final<|message|>said<|return|><|channel|>analysis<|message|>thought",
        "<|channel|>finals<|message|>not a channel that there is",
    ],
)
def test_nothing_else_is_an_answer(text: str) -> None:
    said = "".join(delta.text for delta in deltas(written(text)) if delta.channel == "final")
    assert said in ("", "said")


def test_control_tokens_within_a_message_are_no_text() -> None:
    text = "<|channel|>final<|message|>a<|constrain|>b<|message|>c<|endoftext|>d<|return|>"
    assert read(text) == ("final", None, "abcd")


def test_a_character_may_be_split_over_tokens() -> None:
    tokens: list[str | bytes] = [
        CHANNEL,
        b"final",
        MESSAGE,
        b"d\xc3",
        b"\xa9j\xc3",
        b"\xa0",
        RETURN,
    ]
    assert "".join(delta.text for delta in deltas(tokens)) == "déjà"


@given(st.lists(st.one_of(st.sampled_from(CONTROL), st.binary(max_size=6)), max_size=40))
def test_any_tokens_are_survived(tokens: list[str | bytes]) -> None:
    for delta in deltas(tokens):
        assert delta.text and not any(control in delta.text for control in CONTROL)


@given(st.lists(st.sampled_from([*CONTROL, b"assistant", b"analysis", b"final", b"secret"])))
def test_no_analysis_becomes_an_answer(tokens: list[str | bytes]) -> None:
    """After the last header that names it, until another one is complete, nothing is final."""
    parser, in_analysis = HarmonyParser(), False
    before: list[str | bytes] = []
    for token in tokens:
        delta = deltas([token], parser)
        if token == MESSAGE and before[-2:] == [CHANNEL, b"analysis"]:
            in_analysis = parser.in_content
        elif token in (START, CHANNEL, END, RETURN, CALL):
            in_analysis = False
        assert not (in_analysis and any(one.channel == "final" for one in delta))
        before.append(token)
