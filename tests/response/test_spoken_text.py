"""Of what a general model writes only speech is spoken, and calls in disguise are found."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.response.engines.arguments import as_words, read_arguments
from voice.response.engines.engine import BadReply, FreeText, ModelCall
from voice.response.engines.spoken_text import SpokenText

TOOLS = ["get_bill", "block-sim", "transfer"]


def read(text: str, size: int = 3) -> tuple[str, ModelCall | None]:
    """What is said of a text that comes in pieces, and the call in it."""
    spoken = SpokenText(TOOLS)
    said = "".join(spoken.push(text[place : place + size]) for place in range(0, len(text), size))
    call = None
    for piece in spoken.end():
        if isinstance(piece, FreeText):
            said += piece.text
        else:
            call = piece
    return said, call


@pytest.mark.parametrize("size", [1, 4, 100])
def test_speech_passes_whole(size: int) -> None:
    text = "Your bill is 42.17 euros. It's due on 14 December - shall I transfer you?"
    assert read(text, size) == (text, None)


def test_it_is_passed_on_word_by_word() -> None:
    spoken = SpokenText(TOOLS)
    assert spoken.push("Good mor") == "Good "
    assert spoken.push("ning. How") == "morning. "
    assert list(spoken.end()) == [FreeText("How")]


def test_markup_is_not_said() -> None:
    assert read("# Bill\n**42.17** euros, `due` now.") == (" Bill\n42.17 euros, due now.", None)


CALLED = ModelCall("get_bill", {"month": "may"})


@pytest.mark.parametrize("size", [1, 5, 1000])
@pytest.mark.parametrize(
    "text",
    [
        '{"name": "get_bill", "arguments": {"month": "may"}}',
        '{"name": "functions.get_bill", "arguments": {"month": "may", "year": null}}',
        '```json\n{"name": "get_bill", "arguments": {"month": "may"}}\n```',
        '<tool_call>\n{"name": "get_bill", "arguments": {"month": "may"}}\n</tool_call>',
        '[{"name": "get_bill", "parameters": {"month": "may"}}]',
        '{"function": {"name": "get_bill", "arguments": "{\\"month\\": \\"may\\"}"}}',
        '{"tool_calls": [{"tool": "get_bill", "args": {"month": "may"}}]}',
        'get_bill {"name": "get_bill", "arguments": {"month": "may"}}',
    ],
)
def test_a_call_that_is_written_as_text_is_made_and_not_said(text: str, size: int) -> None:
    assert read(text, size) == ("", CALLED)


def test_what_is_said_before_such_a_call_stays_apart() -> None:
    said, call = read('One moment. {"name": "get_bill", "arguments": {"month": "may"}} Done!')
    assert (said, call) == ("One moment. ", CALLED)


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "delete_all", "arguments": {}}',
        '{"name": "get_bill", "arguments": "{"}',
        '{"name": "get_bill", "arguments": [1]}',
        '{"name": "get_bill"',
        '{"answer": "Your bill is 7 euros."}',
        "get_bill()",
        "I will call block-sim now.",
        "<|channel|>final<|message|>Hello",
        "{amount} euros",
        "[" * 50_000,
    ],
)
def test_what_is_neither_speech_nor_a_call_is_refused_and_not_said(text: str) -> None:
    with pytest.raises(BadReply) as refused:
        read(text)
    assert text not in str(refused.value)


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_thoughts_between_tags_are_not_said(size: int) -> None:
    assert read("<think>He wants {x}. get_bill?</think>Hello there.", size) == (
        "Hello there.",
        None,
    )
    assert read("<think>I do not know what", size) == ("", None)


@given(st.text(alphabet=st.characters() | st.sampled_from('{}[]"<>:, get_bill')), st.integers(1, 9))
def test_any_text_is_survived(text: str, size: int) -> None:
    try:
        said, _ = read(text, size)
    except BadReply:
        return
    assert not set(said) & set("{}[]<>\\") and "get_bill" not in said.split()


@given(st.text(alphabet="ab {}<.", max_size=30))
def test_pieces_make_no_difference(text: str) -> None:
    def outcome(size: int) -> object:
        try:
            return read(text, size)
        except BadReply:
            return "refused"

    assert outcome(1) == outcome(len(text) or 1)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("", {}), (" ", {}), ("null", {}), ("{}", {}), ('{"a": null, "b": 1}', {"b": 1})],
)
def test_nulls_are_no_arguments(written: str, read_as: dict[str, object]) -> None:
    assert read_arguments(written) == read_as


@pytest.mark.parametrize("written", ["{", "[]", '"a"', "7", "{]", '{"a": 1} x', "[" * 100_000])
def test_no_tool_runs_on_half_of_its_arguments(written: str) -> None:
    with pytest.raises(BadReply, match="arguments that are no JSON"):
        read_arguments(written)


def test_tools_get_words() -> None:
    given_ = {"a": " x ", "n": 20, "yes": True, "list": ["é"]}
    assert as_words(given_) == {"a": "x", "n": "20", "yes": "true", "list": '["é"]'}
    assert json.loads(as_words({"f": 1.5})["f"]) == 1.5
