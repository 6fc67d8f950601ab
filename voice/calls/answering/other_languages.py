"""Callers whose language the tasks are not written in, or who speak none that is offered.

What the call itself says, numbers, yes and no, a person and distress work in every language that
is offered. An answer to a request comes from the tasks, in the languages in which they are written:
in a call in another one the caller is told so, and goes to a person who wants to.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voice.calls.identity.secrets import for_arguments, masked
from voice.calls.state import CallState
from voice.calls.utterance import Utterance
from voice.engine_queue import Priority
from voice.events import LanguageNotOffered
from voice.languages import Language, language, languages
from voice.languages.yes_no import AnswerReader
from voice.recognition import Transcript
from voice.response import ResponseSession, ResponseTurn, normal_form

_NOT_OFFERED = "the caller speaks a language that is not offered"
_NO_TASKS = "the tasks are in another language"


class OtherLanguages:
    """Answers such callers in one call; `say` speaks to them, `want_person` asks for a person."""

    def __init__(
        self,
        call: CallState,
        session: ResponseSession,
        say: Callable[..., Awaitable[Utterance]],
        want_person: Callable[..., Awaitable[None]],
    ) -> None:
        self._call = call
        self._session = session
        self._say = say
        self._want_person = want_person
        self._told = False
        """The caller knows that their language is not offered."""
        self._offers_person = False

    def concern(self, heard: Transcript) -> bool:
        """Whether these words are no request that the response step can answer."""
        if self._is_stranger(heard):
            return True
        return self._read_by_tasks(heard) is None and self._answer_to_question(heard) is None

    def _answered_in(self, heard: Transcript) -> Language:
        """The language in which the tasks answer these words: their own, the call's, or another."""
        return self._read_by_tasks(heard) or self._call.engines.responder.language

    def as_asked(self, heard: Transcript) -> str:
        """The words as the tasks read them: yes and no to their question from any language."""
        return self._answer_to_question(heard) or masked(heard, self._call)

    def answering(
        self,
        heard: Transcript,
        heard_last: bool,
        instead_of: ResponseTurn | None,
        holds_no_number: bool = False,
    ) -> Callable[[Priority], ResponseTurn]:
        """Begins the turn that answers these words, as often as it is called."""
        text, in_full = self.as_asked(heard), for_arguments(heard, self._call)
        if holds_no_number:
            text = in_full = heard.text
        spoken = self._answered_in(heard)

        def begin(priority: Priority) -> ResponseTurn:
            return self._session.begin(
                text,
                heard.confidence,
                priority,
                heard_last=heard_last,
                spoken=spoken,
                in_full=in_full,
                instead_of=instead_of,
            )

        return begin

    async def answer(self, heard: Transcript) -> None:
        """Tell the caller how far their language goes, and of the person who may help."""
        if self._is_stranger(heard):
            assert heard.belief is not None
            await self._refuse(heard.belief.stranger)
            return
        reader, words = self._read(heard)
        offered, self._offers_person = self._offers_person, False
        if reader.asks_for_person(words):
            await self._want_person("the caller asked for a person")
        elif offered and not reader.declines(words):
            await self._want_person(_NO_TASKS)
        elif offered:
            await self._say(self._call.phrases.anything_else)
        else:
            await self._say(self._call.phrases.not_in_this_language)
            if self._call.settings.sip.person is not None:
                self._offers_person = True
                await self._say(self._call.phrases.offer_person)

    def _read_by_tasks(self, heard: Transcript) -> Language | None:
        """The language of the words, or of the call, if the tasks are written in it."""
        known = self._call.engines.responder.languages
        spoken = (self._call.language_of(heard), self._call.language)
        return next((one for one in spoken if one.tag in known), None)

    def _is_stranger(self, heard: Transcript) -> bool:
        """Whether the caller surely speaks none of the languages, and has not been told so."""
        return not self._told and heard.belief is not None and bool(heard.belief.stranger)

    async def _refuse(self, code: str) -> None:
        self._told = True
        self._call.journal.record(LanguageNotOffered, language=code)
        known = code in languages() and code in self._call.engines.voices.languages
        spoken = language(code) if known else self._call.language
        phrases = spoken.phrases
        told = phrases.not_in_this_language if known else phrases.not_your_language
        await self._say(told, protected=True, language=spoken)
        if self._call.settings.sip.person is not None:
            await self._want_person(_NOT_OFFERED, spoken)

    def _answer_to_question(self, heard: Transcript) -> str | None:
        """Yes or no in the tasks' language, when that was said in another one to their question."""
        answered = self._answered_in(heard)
        if self._call.language_of(heard) is answered or not self._session.asks:
            return None
        reader, words = self._read(heard)
        expected = answered.expected
        if reader.agrees(words):
            return expected.yes[0]
        return expected.no[0] if reader.declines(words) else None

    def _read(self, heard: Transcript) -> tuple[AnswerReader, str]:
        spoken = self._call.language_of(heard)
        return AnswerReader(spoken), normal_form(heard.text, spoken)
