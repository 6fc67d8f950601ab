"""Nobody is stuck: what was said is repeated as a whole or in part, and help comes in the end."""

from __future__ import annotations

import pytest

from tests.response.conftest import CUSTOMER, Office, acts, spoken, steps_of
from tests.response.test_collected_arguments import READING, Desk
from tests.response.test_free_answers import Writer, session_of
from tests.response.test_second_thoughts import LOST
from voice.languages import language, languages
from voice.response import Responder, ResponseSession, WantsPerson
from voice.response.engines.engine import End, FreeText, ModelCall, Piece, Wording
from voice.response.rules.wording import without_person
from voice.tasks import Role

PLAN = "which plan am i on"


@pytest.fixture
def alone(responder: Responder, office: Office) -> ResponseSession:
    """A session where no person can be had."""
    return responder.session(office.tools(), CUSTOMER)


# Once more


@pytest.mark.parametrize(
    "words", ["what", "sorry", "could you repeat that", "a bit slower please", "speak up please"]
)
async def test_the_last_content_is_said_again(session: ResponseSession, words: str) -> None:
    told = spoken(await steps_of(session.begin(PLAN)))
    assert spoken(await steps_of(session.begin(words))) == told


async def test_courtesies_and_misunderstandings_are_not_repeated(session: ResponseSession) -> None:
    told = spoken(await steps_of(session.begin(PLAN)))
    await steps_of(session.begin("thank you very much"))
    await steps_of(session.begin("uh the", 0.01))
    assert spoken(await steps_of(session.begin("what"))) == told


async def test_what_was_cut_short_is_said_whole(session: ResponseSession) -> None:
    await steps_of(session.begin("how much do i owe"))
    turn = session.begin(PLAN)
    told = spoken(await steps_of(turn))
    turn.heard("You are")
    assert spoken(await steps_of(session.begin("sorry what"))) == told


@pytest.mark.parametrize(
    "words",
    ["how much do i owe and which plan am i on", "tell me my plan and also how much my bill is"],
)
async def test_what_answers_two_requests_is_said_again_as_a_whole(
    session: ResponseSession, words: str
) -> None:
    told = spoken(await steps_of(session.begin(words)))
    assert "42.17" in told and "Smart" in told
    for _ in range(2):
        assert spoken(await steps_of(session.begin("could you repeat that"))) == told


async def test_an_answer_and_the_question_behind_it_are_said_again_together(
    session: ResponseSession, office: Office
) -> None:
    told = spoken(await steps_of(session.begin("which plan am i on and please block my sim card")))
    assert "Smart" in told and session.asks
    assert spoken(await steps_of(session.begin("sorry what"))) == told
    await steps_of(session.begin("yes please"))
    assert "block_sim" in office.done


async def test_what_a_model_says_around_a_call_is_said_again_as_a_whole(office: Office) -> None:
    model = Writer(
        [ModelCall("get_bill", {}), End()],
        [FreeText("It is 42.17 euros. And now the plan. "), ModelCall("get_plan", {}), End()],
        [FreeText("Your plan is Smart. "), End()],
    )
    session = session_of(model, office)
    told = spoken(await steps_of(session.begin("my bill and my plan")))
    assert "42.17" in told and "Smart" in told
    assert spoken(await steps_of(session.begin("say that again"))) == told


async def test_a_question_is_repeated_and_stays_open(
    session: ResponseSession, office: Office
) -> None:
    question = spoken(await steps_of(session.begin(LOST)))
    assert spoken(await steps_of(session.begin("pardon"))) == question
    assert spoken(await steps_of(session.begin("can you speak up"))) == question
    await steps_of(session.begin("yes"))
    assert office.done == ["block_sim"]


async def test_a_question_for_a_value_is_repeated_and_stays_open() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("sorry, what was that?") == "Which meter?"
    assert await desk.says("one two three four five six seven eight") == "What does it show?"


async def test_an_offer_that_is_repeated_can_be_taken(
    session: ResponseSession, office: Office
) -> None:
    for _ in range(2):
        await steps_of(session.begin("", 0.0))
    await steps_of(session.begin("what"))
    await steps_of(session.begin("yes please"))
    assert office.done == ["transfer_to_person"]


@pytest.mark.parametrize("words", ["only the price please", "just the amount"])
async def test_a_part_of_the_answer_is_enough(session: ResponseSession, words: str) -> None:
    told = spoken(await steps_of(session.begin(PLAN)))
    assert spoken(await steps_of(session.begin(words))) == "19.99 euros a month."
    assert spoken(await steps_of(session.begin("what"))) == told, "the whole is still known"


async def test_the_date_alone(session: ResponseSession) -> None:
    await steps_of(session.begin("how much do i owe"))
    assert spoken(await steps_of(session.begin("only the date please"))) == "14 December."


async def test_a_part_that_was_not_told_is_a_request(session: ResponseSession) -> None:
    await steps_of(session.begin("thank you"))
    assert "euros" not in spoken(await steps_of(session.begin("only the price please")))


# Values that a caller does not have, or does not want to tell


async def test_who_does_not_know_a_value_is_not_asked_for_it_again() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    said = await desk.says("I have no idea which one that is")
    assert said in language().roles.acts[Role.WITHOUT_IT] and not desk.session.asks
    await desk.says("yes please")
    assert any(isinstance(step, WantsPerson) for step in desk.steps)


async def test_never_mind_leaves_the_question() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("never mind") in language().roles.acts[Role.OKAY]
    assert not desk.session.asks and desk.got == []


async def test_a_value_beside_a_doubt_is_taken() -> None:
    desk = Desk(READING)
    await desk.says("I have a reading for you")
    assert await desk.says("I'm not sure, it's 12345678") == "What does it show?"


async def test_never_mind_declines_an_act(session: ResponseSession, office: Office) -> None:
    await steps_of(session.begin(LOST))
    assert acts(await steps_of(session.begin("oh forget it"))) == {"not_blocked"}
    assert office.done == []


# Where nothing helps


async def test_okay_and_repeat_begin_no_new_count_of_misunderstandings(
    session: ResponseSession,
) -> None:
    await steps_of(session.begin(PLAN))
    assert acts(await steps_of(session.begin("uh", 0.01))) == {"not_understood"}
    await steps_of(session.begin("what"))
    assert acts(await steps_of(session.begin("uh", 0.01))) == {"offer_person"}
    await steps_of(session.begin("what"))
    assert isinstance((await steps_of(session.begin("uh", 0.01)))[-1], WantsPerson)


async def test_help_that_was_told_is_not_told_again(office: Office) -> None:
    unclear: list[Piece] = [Wording("", 0.6, Role.HELP), End()]
    session = session_of(Writer(unclear, unclear, unclear), office)
    turns = [await steps_of(session.begin("guten tag")) for _ in range(3)]
    assert [acts(steps) for steps in turns[:2]] == [{"help"}, {"offer_person", "help"}]
    assert isinstance(turns[2][-1], WantsPerson)


async def test_words_that_were_heard_badly_are_not_understood_whatever_they_seem(
    office: Office,
) -> None:
    repeat: list[Piece] = [Wording("", 0.95, Role.REPEAT), End()]
    unable: list[Piece] = [Wording("", 0.9, Role.OUT_OF_SCOPE), End()]
    session = session_of(Writer(repeat, unable, repeat), office)
    turns = [await steps_of(session.begin("kein wort", 0.3)) for _ in range(3)]
    assert [acts(steps) for steps in turns[:2]] == [{"help"}, {"offer_person", "help"}]
    assert isinstance(turns[2][-1], WantsPerson)


async def test_who_was_not_understood_may_ask_what_can_be_done(office: Office) -> None:
    session = session_of(Writer([Wording("", 0.9, Role.HELP), End()]), office)
    await steps_of(session.begin("uh", 0.01))
    assert acts(await steps_of(session.begin("what can i ask you"))) == {"help"}


async def test_where_nobody_can_be_had_other_words_come_and_no_person_is_spoken_of(
    alone: ResponseSession,
) -> None:
    turns = [await steps_of(alone.begin("uh", 0.01)) for _ in range(3)]
    assert [acts(steps) for steps in turns[:2]] == [{"not_understood"}, {"offer_person", "help"}]
    assert isinstance(turns[2][-1], WantsPerson), "whose goodbye the call says"
    assert not any(named_in(spoken(steps)) for steps in turns)


@pytest.mark.parametrize("words", ["are you a robot", "what will the weather be like tomorrow"])
async def test_where_nobody_can_be_had_nobody_is_offered(
    alone: ResponseSession, words: str
) -> None:
    steps = await steps_of(alone.begin(words))
    assert spoken(steps) and not named_in(spoken(steps))
    assert not alone.asks_yes_no


async def test_a_broken_tool_offers_nobody_where_nobody_is(
    alone: ResponseSession, office: Office
) -> None:
    office.failures["get_plan"] = OSError()
    said = spoken(await steps_of(alone.begin(PLAN)))
    assert "cannot reach our system" in said and not named_in(said)


@pytest.mark.parametrize("tag", languages())
def test_in_every_language_something_is_left_to_say(tag: str) -> None:
    spoken_language = language(tag)
    for act, wordings in spoken_language.roles.acts.items():
        if act not in (Role.PERSON, Role.OFFER_PERSON):
            assert any(without_person(one, spoken_language) for one in wordings), act


def named_in(text: str) -> bool:
    """Whether a text speaks of a person who could help."""
    return without_person(text, language()) != text
