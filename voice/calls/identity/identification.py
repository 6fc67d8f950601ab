"""Leads a caller through proving who they are: questions, keys, and what must stay unheard."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from voice.calls.identity.identity_in_time import IdentityInTime
from voice.calls.identity.keyed_digits import KeyedDigits
from voice.calls.identity.secrets import keep_secret
from voice.calls.identity.verification import Outcome, Verification, VerificationReply
from voice.calls.state import CallState
from voice.events import IdentityDecided, IdentityRequested
from voice.foreign_code import ForeignError
from voice.identity import IdentityLevel
from voice.languages import Language

log = logging.getLogger(__name__)


class Identification:
    """Runs one verification at a time on the call; `say` speaks to the caller."""

    def __init__(self, call: CallState, say: Callable[[str], Awaitable[object]]) -> None:
        self._call = call
        self._say = say
        self._verification: Verification | None = None
        self._level = IdentityLevel.VERIFIED
        self.keys = KeyedDigits()
        self._given_up = self._told_key = False
        self.has_asked = False
        """Whether the caller was asked before in this call: digits may come late."""
        self._one_by_one = asyncio.Lock()

    @property
    def active(self) -> bool:
        """Whether what the caller says or keys belongs to the identification."""
        return self._verification is not None

    @property
    def for_person(self) -> bool:
        """Whether nothing but the key for a person was pressed."""
        return self.active and self.keys.for_person

    def ask_again(self) -> str:
        """The question that is open; what was begun to be answered does not count."""
        self.keys.clear()
        if self._verification is None:
            return ""
        self._verification.phrases = self._call.phrases
        return self._verification.question().text

    def ask_otherwise(self) -> str:
        """The same in other words, and by which key a person can be had, where there is one."""
        self.keys.clear()
        if self._verification is None:
            return ""
        phrases = self._verification.phrases = self._call.phrases
        again = self._verification.question_again().text
        told, self._told_key = self._told_key, True
        with_key = not told and self._call.settings.sip.person is not None
        return f"{again} {phrases.person_key}" if with_key else again

    async def begin(self, level: IdentityLevel) -> bool:
        """Ask the caller to prove who they are; False when they had all their tries before.

        Raises ForeignError when the operator's side cannot be asked.
        """
        if self._given_up:
            await self._say(self._call.phrases.not_verified)
            return False
        self.has_asked = True
        call = self._call
        check = IdentityInTime(call.engines.identity, call.settings.response.tool_timeout_seconds)
        relied_on = call.caller.level >= IdentityLevel.CLAIMED
        customer = await check.knows(call.caller) if relied_on else None
        self._level = level
        self.keys.clear()
        self._verification = Verification(
            check,
            call.engines.pin_tries,
            call.caller,
            customer,
            call.source,
            call.settings.calls.pin_attempts,
            call.phrases,
        )
        await self._ask(self._verification.question())
        return True

    def keyed(self, key: str) -> str | None:
        """Take a key; returns the digits once all are there (or the enter key follows some)."""
        assert self._verification is not None, "no identification under way"
        return self.keys.take(key, self._verification.digits_expected)

    async def take_back(self) -> bool:
        """The customer number that was read back is not theirs: it is asked for again.

        False where none was read back.
        """
        reply = self._verification and self._verification.take_back()
        if reply:
            await self._ask(reply)
        return reply is not None

    async def answer(self, said: str, spoken: Language | None = None) -> bool | None:
        """Take what the caller said or keyed: True verified, False given up, None still asking.

        `spoken`: the language in which it was said, if it was. Raises ForeignError when it cannot
        be checked, which ends the identification.
        """
        async with self._one_by_one:  # Digits sent fast would otherwise be tried beyond the limit.
            return await self._answer(said, spoken)

    def give_up(self) -> None:
        """What the caller says or keys from now on belongs to the conversation again."""
        self._verification = None
        self._call.digits_expected = 0
        keep_secret(self._call, False)

    async def _answer(self, said: str, spoken: Language | None) -> bool | None:
        verification = self._verification
        if verification is None:
            return None
        self.keys.clear()
        verification.phrases = self._call.phrases
        digits = verification.digits_of(said, spoken) if spoken else said
        try:
            reply = await verification.answer(digits, keyed=spoken is None)
        except ForeignError:
            self.give_up()
            raise
        if reply.decided:
            self._note(reply)
        if reply.outcome is Outcome.ASKING:
            await self._ask(reply)
            return None
        self.give_up()
        self._given_up = reply.outcome is Outcome.GIVEN_UP
        if not self._given_up:
            self._call.caller = verification.caller
        await self._say(reply.text)
        return not self._given_up

    def _note(self, reply: VerificationReply) -> None:
        """Put the decision about a PIN on record."""
        call = self._call
        call.journal.record(
            IdentityDecided,
            accepted=reply.outcome is Outcome.VERIFIED,
            level=self._level.name.lower(),
            reason=reply.reason,
        )
        if reply.used_up:
            log.warning(
                "a PIN was refused untried: the tries of this hour are used up (%s)",
                reply.used_up,
                extra={"call_id": call.call_id},
            )

    async def _ask(self, reply: VerificationReply) -> None:
        assert self._verification is not None
        call = self._call
        call.digits_expected = self._verification.digits_expected
        if self._verification.secret and not self._verification.begun:
            call.journal.record(
                IdentityRequested,
                level=self._level.name.lower(),
                attempt=self._verification.attempt,
            )
        if reply.read_back:
            number = " ".join(reply.read_back)
            await self._say(call.phrases.number_understood.format(number=number))
        keep_secret(self._call, self._verification.secret)
        await self._say(reply.text)
