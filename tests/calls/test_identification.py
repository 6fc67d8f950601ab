"""Proving who calls, without a call: tries, keys, and what must not be written down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.calls.scripted import PIN_DIGITS, ScriptedIdentity
from voice.calls.call import source_of
from voice.calls.identity.identification import Identification
from voice.calls.identity.secrets import follow_dictation, masked
from voice.calls.journal import CallJournal
from voice.calls.pin_tries import PinTries
from voice.calls.state import CallState
from voice.events import CallEvent, IdentityDecided
from voice.foreign_code import ForeignError
from voice.identity import Caller, IdentityLevel
from voice.languages import language
from voice.recognition import Transcript
from voice.settings import Settings
from voice.settings.telephony import Sip, Trunk
from voice.telephony.leg import Offer

PHRASES = language().phrases


class SlowIdentity(ScriptedIdentity):
    """Takes its time over each PIN."""

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        await asyncio.sleep(0.01)
        return await super().verify_pin(caller, pin)


CLAIMED = Caller("4915550000001", level=IdentityLevel.CLAIMED)
STRANGER = Caller("4915550000001")
TRIES = Settings().identity.tries_per_hour


class Asked:
    """An identification under way, what it says, and whom it asks."""

    def __init__(
        self, file: Path, caller: Caller = CLAIMED, source: str = "number 4915550000001"
    ) -> None:
        self.said: list[str] = []
        self.events: list[CallEvent] = []
        self.check = SlowIdentity()
        tries = PinTries(file, TRIES)
        state = SimpleNamespace(
            call_id="i", journal=CallJournal("i", [self.events.append]),
            leg=SimpleNamespace(send=lambda message: None), settings=Settings(),
            engines=SimpleNamespace(identity=self.check, pin_tries=tries),
            caller=caller, source=source, digits_expected=0, secret=False, language=language(),
            phrases=PHRASES,
        )  # fmt: skip
        self.call = cast(CallState, state)
        self.identification = Identification(self.call, self._say)

    async def _say(self, text: str) -> None:
        self.said.append(text)

    async def begin(self) -> bool:
        return await self.identification.begin(IdentityLevel.VERIFIED)

    async def try_pins(self, *pins: str) -> list[bool | None]:
        await self.begin()
        return [await self.identification.answer(pin) for pin in pins]

    @property
    def reasons(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, IdentityDecided)]


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., Asked]:
    """Makes one call after the other; their tries lie in one file."""
    return lambda *caller: Asked(tmp_path / "tries.sqlite", *caller)


@pytest.fixture
def asked(call: Callable[..., Asked]) -> Asked:
    return call()


async def test_pins_sent_fast_are_not_tried_beyond_the_limit(asked: Asked) -> None:
    await asked.begin()
    pins = ["1111", "2222", "3333", "4444", PIN_DIGITS]
    results = await asyncio.gather(*(asked.identification.answer(pin) for pin in pins))
    assert results == [None, None, False, None, None]
    assert [pin for _, pin in asked.check.asked] == pins[:3]
    assert asked.call.caller == CLAIMED


async def test_whoever_had_all_tries_gets_no_new_ones_in_the_call(asked: Asked) -> None:
    await asked.begin()
    for pin in ("1111", "2222", "3333"):
        await asked.identification.answer(pin)
    assert not await asked.begin()
    assert asked.said[-1] == PHRASES.not_verified
    assert not asked.identification.active and not asked.call.secret


async def test_the_enter_key_alone_is_no_answer(asked: Asked) -> None:
    await asked.begin()
    assert asked.identification.keyed("#") is None
    assert [asked.identification.keyed(key) for key in "42#"] == [None, None, "42"]


async def test_a_question_asked_again_begins_with_no_digits(asked: Asked) -> None:
    await asked.begin()
    asked.identification.keyed("9")
    assert asked.identification.ask_again() == PHRASES.ask_pin
    assert [asked.identification.keyed(key) for key in PIN_DIGITS][-1] == PIN_DIGITS


async def test_over_calls_a_customer_has_five_tries_and_then_a_person_takes_over(
    call: Callable[..., Asked], caplog: pytest.LogCaptureFixture
) -> None:
    await call().try_pins("1111", "2222", "3333")
    last = call()
    assert await last.try_pins("4444", "5555", PIN_DIGITS) == [None, None, False]
    assert last.reasons == ["wrong PIN", "wrong PIN", "too many tries"]
    assert PIN_DIGITS not in [pin for _, pin in last.check.asked], "it was not even looked at"
    assert last.said[-1] == PHRASES.not_verified
    lines = [record for record in caplog.records if "refused untried" in record.message]
    assert [(line.levelname, vars(line)["call_id"]) for line in lines] == [("WARNING", "i")]


async def test_the_customers_own_number_and_the_customer_number_lead_to_the_same_tries(
    call: Callable[..., Asked],
) -> None:
    await call(CLAIMED, "number 1").try_pins("1111", "2222", "3333")
    last = call(STRANGER, "address 2")
    await last.try_pins("400213", "4444", "5555", PIN_DIGITS)
    assert last.reasons == ["wrong PIN", "wrong PIN", "too many tries"]


async def test_who_tries_many_customers_is_stopped_as_a_source(call: Callable[..., Asked]) -> None:
    for number in range(TRIES):
        await call(STRANGER).try_pins(f"40000{number}", "1111")
    last = call(STRANGER)
    await last.try_pins("400213", PIN_DIGITS)
    assert last.reasons == ["too many tries"]


async def test_right_pins_do_not_count(call: Callable[..., Asked]) -> None:
    for _ in range(TRIES + 1):
        assert await call().try_pins("1111" if _ < 3 else PIN_DIGITS, PIN_DIGITS) in (
            [None, True], [True, None],
        )  # fmt: skip


async def test_a_check_that_fails_costs_no_try(call: Callable[..., Asked]) -> None:
    for _ in range(TRIES + 1):
        failing = call()
        failing.check.failure = LookupError("no connection")
        with pytest.raises(ForeignError):
            await failing.try_pins(PIN_DIGITS)
    assert await call().try_pins(PIN_DIGITS) == [True]


async def test_a_number_that_anybody_can_write_tells_nothing(call: Callable[..., Asked]) -> None:
    """Neither whether it is a customer's, nor whether a customer number is one."""
    asked = call(STRANGER)
    await asked.try_pins("999999", "1111")
    other = call(STRANGER)
    await other.try_pins("400213", "1111")
    assert asked.said == other.said == [
        PHRASES.ask_customer_number, PHRASES.ask_pin, PHRASES.wrong_pin,
    ]  # fmt: skip
    assert asked.reasons == other.reasons


async def test_a_customer_number_without_its_pin_is_not_kept(call: Callable[..., Asked]) -> None:
    asked = call(STRANGER)
    await asked.try_pins("400213", "1111", "2222", "3333")
    assert asked.call.caller == STRANGER


def state(**values: object) -> CallState:
    nothing = {"secret": False, "secret_turn": False, "dictates": False, "digits_expected": 0}
    spoken = {"language_of": lambda heard: language(heard.language), "wanted": lambda: None}
    return cast(CallState, SimpleNamespace(**{**nothing, **spoken, **values}))


def heard(text: str, tag: str = "en") -> Transcript:
    return Transcript(text, 0.9, tag, 0.0, 1.0)


def test_a_turn_that_began_as_a_secret_stays_one() -> None:
    assert masked(heard("goodbye"), state(secret_turn=True)) == "[hidden]"


def test_a_number_said_over_several_turns_is_hidden_in_each() -> None:
    call, kept = state(), []
    for turn in ("my code", "I think four", "hold on", "two, uh", "then it's a seven", "and one"):
        kept.append(masked(heard(turn), call))
        follow_dictation(heard(turn), call)
    assert kept == [
        "my code", "I think [hidden]", "hold on", "[hidden], uh", "then it's a [hidden]",
        "and [hidden]",
    ]  # fmt: skip


def test_while_digits_are_asked_for_every_digit_is_hidden() -> None:
    assert masked(heard("I think four"), state(digits_expected=6)) == "I think [hidden]"


def test_a_number_is_hidden_in_whichever_language_it_was_said() -> None:
    said = heard("mon code est quatre deux sept un", "fr")
    assert masked(said, state()) == "mon code est [hidden]"


@pytest.mark.parametrize(
    ("identity", "trunk", "source"),
    [
        ("claimed", "carrier", "number 35312345"),
        ("unknown", "carrier", "trunk carrier, number 35312345"),
        ("unknown", "alice", "account alice"),
        ("unknown", None, "address 192.0.2.7"),
    ],
)
def test_on_whose_account_pins_are_tried(identity: str, trunk: str | None, source: str) -> None:
    offer = Offer(
        call_id="c", caller_number="35312345", caller_display="", called="100", sample_rate=8000,
        identity=identity, trunk=trunk, source="192.0.2.7:5060",
    )  # fmt: skip
    carrier = Trunk(name="carrier", networks=["192.0.2.0/24"])
    assert source_of(offer, Settings(sip=Sip(trunks=[carrier]))) == source
