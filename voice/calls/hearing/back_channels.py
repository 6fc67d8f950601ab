"""What is said over the assistant's words and does not want the floor."""

from __future__ import annotations

import asyncio

from voice.calls.expected_answer import expectation
from voice.calls.state import CallState
from voice.errors import VoiceError
from voice.languages import Language, words_of
from voice.languages.yes_no import AnswerReader
from voice.recognition import LISTENING, Transcript
from voice.response import Aside, ResponseSession, normal_form

_FEW_WORDS = 2
_MUMBLED_BELOW = 0.6
"""With less confidence one word more is as little."""
_WISHES = frozenset({Aside.REQUEST, Aside.PERSON, Aside.GOODBYE})
_WISH_SECONDS = 0.5
"""A model that takes longer is not waited for: the caller has the floor."""


class BackChannels:
    """Tells in one call what only shows that the caller listens.

    A word or two are a mumbled "mhm" likelier than anything else, unless they are known to stop who
    speaks (no, wait, sorry?) or the model knows what they ask for.
    """

    def __init__(self, call: CallState, session: ResponseSession) -> None:
        self._call = call
        self._session = session

    async def only_listens(self, heard: Transcript) -> bool:
        """Whether the caller says no more than that they listen, or nothing at all."""
        call, spoken = self._call, self._call.language_of(heard)
        if not heard.text.strip() or spoken.listening.is_backchannel(heard.text):
            return True
        if expectation(call) is not LISTENING or call.secret_turn:
            return False
        most = _FEW_WORDS + (heard.confidence < _MUMBLED_BELOW)
        if len(words_of(heard.text)) > most:
            return False
        return not (_stops(heard.text, spoken) or await self._wishes(heard.text, spoken))

    async def _wishes(self, text: str, spoken: Language) -> bool:
        if spoken.tag not in self._call.engines.responder.languages:
            return True
        try:
            async with asyncio.timeout(_WISH_SECONDS):
                return await self._session.aside(text, spoken) in _WISHES
        except (VoiceError, TimeoutError):
            return True


def _stops(text: str, spoken: Language) -> bool:
    """Whether these words are known to be said to somebody who shall stop, or is not heard."""
    if spoken.listening.stops_speaker(text) or spoken.remarks(text) or spoken.asks_to_wait(text):
        return True
    reader, words = AnswerReader(spoken), normal_form(text, spoken)
    return reader.declines(words) or reader.asks_for_person(words)
