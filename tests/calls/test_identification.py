"""Proving who calls, without a call: tries, keys, and what must not be written down."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest
from scripted import PIN_DIGITS, ScriptedIdentity

from voice.calls import phrases
from voice.calls.identification import Identification
from voice.calls.journal import CallJournal
from voice.calls.secrets import masked, without_pin
from voice.calls.state import CallState
from voice.identity import Caller, IdentityLevel
from voice.settings import Settings


class SlowIdentity(ScriptedIdentity):
    """Takes its time over each PIN."""

    async def verify_pin(self, caller: Caller, pin: str) -> Caller | None:
        await asyncio.sleep(0.01)
        return await super().verify_pin(caller, pin)


class Asked:
    """An identification under way, what it says, and whom it asks."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.check = SlowIdentity()
        state = SimpleNamespace(
            journal=CallJournal("i", []), leg=SimpleNamespace(send=lambda message: None),
            engines=SimpleNamespace(identity=self.check), settings=Settings(),
            caller=Caller("4915550000001"), digits_expected=0, secret=False,
        )  # fmt: skip
        self.call = cast(CallState, state)
        self.identification = Identification(self.call, self._say)

    async def _say(self, text: str) -> None:  # type: ignore[misc]
        self.said.append(text)

    async def begin(self) -> bool:
        return await self.identification.begin(IdentityLevel.VERIFIED)


@pytest.fixture
def asked() -> Asked:
    return Asked()


async def test_pins_sent_fast_are_not_tried_beyond_the_limit(asked: Asked) -> None:
    await asked.begin()
    pins = ["1111", "2222", "3333", "4444", PIN_DIGITS]
    results = await asyncio.gather(*(asked.identification.answer(pin) for pin in pins))
    assert results == [None, None, False, None, None]
    assert [pin for _, pin in asked.check.asked] == pins[:3]
    assert asked.call.caller.level < IdentityLevel.VERIFIED


async def test_whoever_had_all_tries_gets_no_new_ones_in_the_call(asked: Asked) -> None:
    await asked.begin()
    for pin in ("1111", "2222", "3333"):
        await asked.identification.answer(pin)
    assert not await asked.begin()
    assert asked.said[-1] == phrases.NOT_VERIFIED
    assert not asked.identification.active and not asked.call.secret


async def test_the_enter_key_alone_is_no_answer(asked: Asked) -> None:
    await asked.begin()
    assert asked.identification.keyed("#") is None
    assert [asked.identification.keyed(key) for key in "42#"] == [None, None, "42"]


async def test_a_question_asked_again_begins_with_no_digits(asked: Asked) -> None:
    await asked.begin()
    asked.identification.keyed("9")
    assert asked.identification.ask_again() == phrases.ASK_PIN
    assert [asked.identification.keyed(key) for key in PIN_DIGITS][-1] == PIN_DIGITS


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("my pin is four two seven one, what is my plan", "my pin is [hidden], what is my plan"),
        ("my PIN is forty-two seventy one", "my PIN is [hidden]"),
        ("4271 is my pin", "[hidden] is my pin"),
        ("double four two one, that's the pin", "[hidden], that's the pin"),
        ("i forgot my pin, one moment", "i forgot my pin, one moment"),
        ("i pay forty two euros", "i pay forty two euros"),
    ],
)
def test_a_pin_that_nobody_asked_for_is_not_recorded(said: str, written: str) -> None:
    assert without_pin(said) == written


def test_a_turn_that_began_as_a_secret_stays_one() -> None:
    call = cast(CallState, SimpleNamespace(secret=False, secret_turn=True))
    assert masked("four two seven one", call) == "[hidden]"
