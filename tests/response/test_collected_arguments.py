"""The values that a tool needs are given with the request, asked for, corrected, and read back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.response.conftest import CUSTOMER, STRANGER, steps_of
from voice.engine_queue import Priority
from voice.events import HIDDEN
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.response import (
    CallingTool,
    NeedsIdentity,
    ResponseSession,
    SayClause,
    Step,
    Tool,
    ToolBox,
    Value,
    WantsPerson,
)
from voice.response.engines.engine import ModelCall, Pieces, Wording
from voice.response.prompts.harmony import CallerSaid, Message, ToolResult
from voice.response.rules.conversation import ConversationRules
from voice.tasks import ArgumentValue, Role, Task, TaskSet

MONDAY = datetime.date(2026, 11, 30)
READING: dict[str, Any] = {
    "meter": {"type": "digits", "length": 8, "ask": "ask_meter"},
    "reading": {"type": "number", "ask": "ask_reading"},
}
WORDS = {
    "ask_meter": {"en": ["Which meter?"], "fr": ["Quel compteur ?"]},
    "ask_reading": {"en": ["What does it show?"], "fr": ["Qu'affiche-t-il ?"]},
    "sure": {"en": ["{reading}, shall I?"], "fr": ["{reading}, je le fais ?"]},
    "taken": {"en": ["I took {reading} for {meter}."], "fr": ["J'ai pris {reading} pour {meter}."]},
    "open": {"en": ["We are open."], "fr": ["Nous sommes ouverts."]},
}


class Requests:
    """A model that hears a meter reading in `reading`, opening hours in `open`, else nothing."""

    def __init__(self, proposed: Mapping[str, object] | None = None) -> None:
        self._proposed = proposed or {}
        self.read: list[Message] = []

    async def reply(self, turns: Sequence[Sequence[Message]], priority: Priority) -> Pieces:
        self.read = [message for turn in turns for message in turn]
        first = turns[-1][0]
        said = first.text if isinstance(first, CallerSaid) else ""
        if any(isinstance(message, ToolResult) for message in turns[-1]):
            yield Wording("", 1.0, "taken")
        elif "reading" in said or "relevé" in said:
            yield ModelCall("record", self._proposed)
        elif "open" in said:
            yield Wording("", 1.0, "open")
        elif "odd" in said:
            yield Wording("", 1.0, Role.OUT_OF_SCOPE)
        elif "wait" in said:
            yield Wording("", 1.0, Role.WAIT)
        else:
            yield Wording("", 1.0, Role.NOT_UNDERSTOOD)


class Desk:
    """A conversation about one tool, what it was called with, and what was shown of that."""

    def __init__(
        self,
        arguments: dict[str, Any],
        proposed: Mapping[str, object] | None = None,
        caller: Caller = CUSTOMER,
        answers: dict[str, Any] | None = None,
        **tool: Any,
    ) -> None:
        self.got: list[dict[str, ArgumentValue]] = []
        self.steps: list[Step] = []
        self.model = Requests(proposed)
        wordings = WORDS | (answers or {})
        wordings = wordings if "reading" in arguments else _without_reading(wordings)
        task = Task.model_validate(
            {
                "name": "reading", "description": "x", "answers": wordings,
                "tool": {
                    "name": "record", "arguments": arguments, "side_effect": True,
                    "result": {"status": {"ok": ["taken"]}}, **tool,
                },
            }
        )  # fmt: skip
        tools = ToolBox([Tool("record", IdentityLevel.UNKNOWN, True, self._run)])
        conversation = ConversationRules(self.model, TaskSet([task]), tools, 1.0, has_person=True)
        self.session = ResponseSession(conversation, caller, lambda: MONDAY)

    async def _run(self, caller: Caller, arguments: dict[str, Any]) -> dict[str, Value]:
        self.got.append(arguments)
        return {"status": "ok"}

    async def says(self, text: str, tag: str = "en", masked: str | None = None) -> str:
        turn = self.session.begin(
            text if masked is None else masked, 0.9, spoken=language(tag), in_full=text
        )
        self.steps = await steps_of(turn)
        return " ".join(step.clause for step in self.steps if isinstance(step, SayClause))


def _without_reading(wordings: dict[str, Any]) -> dict[str, Any]:
    kept = {
        act: words
        for act, words in wordings.items()
        if act not in ("sure", "taken") or words != WORDS[act]
    }
    return kept | {"taken": {"en": ["It is taken."], "fr": ["C'est pris."]}}


async def test_what_is_missing_is_asked_for_and_reaches_the_tool() -> None:
    desk = Desk(READING)
    assert await desk.says("I have a reading for you") == "Which meter?"
    wanted = desk.session.wanted
    assert wanted is not None and wanted.type == "digits" and desk.session.asks
    assert await desk.says("one two three four five six seven eight") == "What does it show?"
    assert await desk.says("four thousand and twelve") == "I took 4012 for 1 2 3 4 5 6 7 8."
    assert desk.got == [{"meter": "12345678", "reading": 4012}]
    assert desk.session.wanted is None and not desk.session.asks


async def test_what_the_caller_gave_with_the_request_is_not_asked_for() -> None:
    desk = Desk(READING)
    said = await desk.says("The reading of meter 12345678 is 4012")
    assert said == "I took 4012 for 1 2 3 4 5 6 7 8."


async def test_both_may_be_given_in_one_answer() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    await desk.says("it's 12345678 and it stands at 4012")
    assert desk.got == [{"meter": "12345678", "reading": 4012}]


async def test_a_long_number_may_be_said_in_pieces() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("one two three four") == language().roles.acts[Role.GO_ON][0]
    assert await desk.says("five six seven eight") == "What does it show?"


async def test_a_caller_who_corrects_themselves_means_the_last() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    await desk.says("one two three four five six seven eight, no, sorry, seven nine")
    await desk.says("4012")
    assert desk.got == [{"meter": "12345679", "reading": 4012}]


async def test_a_value_may_be_taken_back_while_the_next_one_is_asked_for() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    await desk.says("12345678")
    assert await desk.says("no, sorry, it's 1234 5679") == "What does it show?"
    await desk.says("4012")
    assert desk.got == [{"meter": "12345679", "reading": 4012}]


@pytest.mark.parametrize("yes", ["yes", "that's right", "1 2 3 4 5 6 7 8"])
async def test_a_value_is_read_back_before_it_counts(yes: str) -> None:
    desk = Desk({"meter": {**READING["meter"], "read_back": True}})
    await desk.says("I have a reading for you")
    assert await desk.says("12345678") == "I have 1 2 3 4 5 6 7 8. Is that right?"
    assert desk.got == [] and desk.session.asks and desk.session.wanted is None
    await desk.says(yes)
    assert desk.got == [{"meter": "12345678"}]


async def test_what_was_read_back_wrong_is_corrected_or_asked_for_again() -> None:
    desk = Desk({"meter": {**READING["meter"], "read_back": True}})
    await desk.says("I have a reading for you")
    await desk.says("12345678")
    assert "1 2 3 4 5 6 7 9" in await desk.says("no, 12345679")
    assert "Which meter?" in await desk.says("no")
    await desk.says("87654321")
    await desk.says("yes")
    assert desk.got == [{"meter": "87654321"}]


async def test_a_yes_to_half_a_question_is_none() -> None:
    desk = Desk({"meter": {**READING["meter"], "read_back": True}})
    await desk.says("I have a reading for you")
    await desk.says("12345678")
    turn = desk.session.begin("yes", 0.9, heard_last=False)
    await steps_of(turn)
    assert desk.got == []


async def test_after_three_tries_a_person_helps() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    for _ in range(2):
        assert "Which meter?" in await desk.says("uh")
        assert desk.session.wanted is not None
    said = await desk.says("uh")
    assert said == language().roles.acts[Role.GIVE_UP][0]
    assert any(isinstance(step, WantsPerson) for step in desk.steps)


@pytest.mark.parametrize("words", ["are you open", "oh wait, are you open"])
async def test_another_request_goes_first_and_the_question_comes_back(words: str) -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says(words) == "We are open. Which meter?"
    assert desk.session.wanted is not None and desk.got == []
    assert await desk.says("never mind") in language().roles.acts[Role.OKAY]
    assert not desk.session.asks
    assert await desk.says("are you open") == "We are open."


async def test_a_question_that_is_passed_over_twice_does_not_come_back_again() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("are you open") == "We are open. Which meter?"
    assert await desk.says("are you open") == "We are open."
    assert desk.session.wanted is None


@pytest.mark.parametrize("kind", ["digits", "name"])
async def test_what_was_dropped_for_another_request_does_not_come_back(kind: str) -> None:
    desk = Desk({"what": {"type": kind, "length": 8} if kind == "digits" else {"type": kind}})
    await desk.says("I have a reading for you")
    assert await desk.says("forget it, are you open?") == "We are open."
    assert desk.got == [] and desk.session.wanted is None


async def test_another_request_in_french_goes_first_as_well() -> None:
    desk = Desk(READING)
    await desk.says("je veux donner un relevé", "fr")
    said = await desk.says("ah attendez, est-ce que vous êtes open", "fr")
    assert said == "Nous sommes ouverts. Quel compteur ?"


@pytest.mark.parametrize("kind", ["name", "text"])
async def test_another_request_is_not_taken_for_the_words_that_are_asked_for(kind: str) -> None:
    desk = Desk({"what": {"type": kind}})
    await desk.says("I have a reading for you")
    question = language().roles.acts[Role.asking(kind)][0]
    assert await desk.says("oh wait, are you open?") == f"We are open. {question}"
    assert desk.got == [] and desk.session.wanted is not None


@pytest.mark.parametrize(
    ("said", "name"),
    [("Open Street please", "Open Street"), ("no, sorry, Mary Byrne", "Mary Byrne")],
)
async def test_a_name_that_sounds_like_something_else_is_a_name(said: str, name: str) -> None:
    desk = Desk({"what": {"type": "name"}})
    await desk.says("I have a reading for you")
    assert await desk.says(said) == "It is taken."
    assert [given["what"] for given in desk.got] == [name]


async def test_the_question_waits_for_the_one_that_another_request_asks() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    said = await desk.says("something odd")
    assert said in language().roles.acts[Role.OUT_OF_SCOPE]
    assert await desk.says("no thanks") == "Which meter?"
    assert await desk.says("12345678") == "What does it show?"


async def test_a_person_is_had_from_any_question_also_behind_something_else() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert (await desk.says("are you open and then a person please")).startswith("We are open.")
    assert any(isinstance(step, WantsPerson) for step in desk.steps)
    assert "Which meter?" not in [getattr(step, "clause", "") for step in desk.steps]


async def test_a_word_to_the_question_leaves_it_open() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("wait a moment") == language().roles.acts[Role.WAIT][0]
    assert desk.session.wanted is not None


async def test_the_question_is_left_with_a_no() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("no never mind") == language().roles.acts[Role.OKAY][0]
    assert desk.session.wanted is None


async def test_who_is_silent_is_asked_again() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    steps = await steps_of(desk.session.ask_again())
    assert [step.clause for step in steps if isinstance(step, SayClause)] == ["Which meter?"]
    assert desk.session.wanted is not None


async def test_who_calls_is_asked_first_and_whether_it_may_happen_last() -> None:
    desk = Desk(READING, caller=STRANGER, identity="verified", confirmation="sure")
    await desk.says("The reading of meter 12345678")
    assert desk.steps == [NeedsIdentity(IdentityLevel.VERIFIED, "record")]
    desk.session.caller = CUSTOMER
    steps = await steps_of(desk.session.resume())
    assert [step.clause for step in steps if isinstance(step, SayClause)] == ["What does it show?"]
    assert await desk.says("4012") == "4012, shall I?"
    await desk.says("yes please")
    assert desk.got == [{"meter": "12345678", "reading": 4012}]


async def test_a_value_may_be_corrected_when_it_is_confirmed() -> None:
    desk = Desk(READING, confirmation="sure")
    await desk.says("The reading of meter 12345678 is 4012")
    assert await desk.says("no, it's 4021") == "4021, shall I?"
    await desk.says("yes please")
    assert desk.got == [{"meter": "12345678", "reading": 4021}]


@pytest.mark.parametrize("words", ["make it Friday", "yes but on Friday", "can it be Friday?"])
async def test_another_value_without_a_no_is_asked_about_before_it_counts(words: str) -> None:
    sure = {"sure": {"en": ["On {what}, shall I?"], "fr": ["Le {what}, je le fais ?"]}}
    desk = Desk({"what": {"type": "date"}}, answers=sure, confirmation="sure")
    await desk.says("I have a reading for you")
    assert await desk.says("on Tuesday") == "On 1 December, shall I?"
    assert await desk.says(words) == "On 4 December, shall I?"
    assert desk.got == []
    await desk.says("yes please")
    assert desk.got == [{"what": datetime.date(2026, 12, 4)}]


@pytest.mark.parametrize(
    ("kind", "said", "written"),
    [
        ("date", "on Friday", "4 December"),
        ("number", "fourteen", "14"),
        ("time", "at half past two in the afternoon", "14:30"),
        ("amount", "forty two euros fifty", "42.50"),
        ("phone", "plus three five three one five five five zero one zero one", "+35315550101"),
        ("email", "ann dot lee at example dot org", "ann.lee@example.org"),
        ("name", "Mary Ellen Byrne", "Mary Ellen Byrne"),
    ],
)
async def test_what_was_understood_is_told_before_it_is_done(
    kind: str, said: str, written: str
) -> None:
    sure = {"sure": {"en": ["For {what}, shall I?"], "fr": ["{what}, je le fais ?"]}}
    desk = Desk({"what": {"type": kind}}, answers=sure, confirmation="sure")
    await desk.says("I have a reading for you")
    assert await desk.says(said) == f"For {written}, shall I?"


async def test_a_secret_reaches_the_tool_and_nothing_else() -> None:
    desk = Desk({"code": {"type": "digits", "length": 6, "secret": True}})
    await desk.says("I have a reading for you")
    wanted = desk.session.wanted
    assert wanted is not None and wanted.secret
    await desk.says("one two three four five six", masked="[hidden]")
    assert desk.got == [{"code": "123456"}]
    (called,) = [step for step in desk.steps if isinstance(step, CallingTool)]
    assert called.arguments == {"code": HIDDEN}
    assert "123456" not in repr(desk.model.read) and "one two" not in repr(desk.model.read)


async def test_what_a_model_proposes_is_checked() -> None:
    of = {"router": {"en": ["router"]}, "cable": {"en": ["cable"]}}
    article = {"article": {"type": "choice", "of": of}}
    desk = Desk(article, {"article": "cable", "count": 3})
    await desk.says("a reading please")
    assert desk.got == [{"article": "cable"}]
    desk = Desk(article, {"article": "piano"})
    assert await desk.says("a reading please") == language().roles.acts["ask_choice"][0]


async def test_figures_that_a_model_makes_up_never_reach_a_tool() -> None:
    desk = Desk(READING, {"meter": "99999999", "reading": 7})
    assert await desk.says("I have a reading for you") == "Which meter?"


async def test_a_date_is_counted_from_today() -> None:
    desk = Desk({"day": {"type": "date"}})
    await desk.says("I have a reading for you")
    await desk.says("tomorrow")
    assert desk.got == [{"day": datetime.date(2026, 12, 1)}]


async def test_a_conversation_goes_on_in_the_language_of_each_turn() -> None:
    desk = Desk(READING)
    assert await desk.says("je veux donner un relevé", "fr") == "Quel compteur ?"
    assert await desk.says("un deux trois quatre cinq six sept huit", "fr") == "Qu'affiche-t-il ?"
    assert await desk.says("it shows 4012") == "I took 4012 for 1 2 3 4 5 6 7 8."
