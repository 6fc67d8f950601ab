"""What the assistant says in a call: what is on its way, what was cut short, what must be heard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from voice.calls import phrases
from voice.calls.state import CallState
from voice.calls.utterance import ClauseText, Utterance
from voice.events import ClauseKind
from voice.languages import Language


class Sayings:
    """Follows one call's clauses; `push` hands one on to be spoken."""

    def __init__(self, call: CallState, push: Callable[[ClauseText], Awaitable[None]]) -> None:
        self._call = call
        self._push = push
        self._saying: list[Utterance] = []
        self._interrupted: list[Utterance] = []
        self._protected: list[ClauseText] = []
        self._last: Utterance | None = None

    async def say(
        self,
        text: str,
        kind: ClauseKind = "notice",
        protected: bool = False,
        language: Language | None = None,
    ) -> Utterance:
        """Say a fixed phrase, in the call's language unless told otherwise.

        A protected one is heard to its end whatever the caller does.
        """
        utterance = Utterance(self._call.journal)
        clause = ClauseText(text, kind, utterance, language or self._call.language)
        await self.push(clause, protected)
        return utterance

    async def greet(self) -> None:
        """Greet the caller in the call's language."""
        call, greeting = self._call, Utterance(self._call.journal)
        own = call.settings.greeting_in(call.language.tag)
        for text, protected in phrases.greeting(own, call.language, call.recorded):
            await self.push(ClauseText(text, "greeting", greeting, call.language), protected)

    async def fill(self, text: str) -> None:
        """Say that we are at it."""
        await self.say(text, "filler")

    async def push(self, clause: ClauseText, protected: bool = False) -> None:
        """Say a clause."""
        clause.interruptible = not protected
        if protected:
            self._protected.append(clause)
        if clause.kind != "filler":
            self._call.at_rest.clear()
            self._last = clause.utterance
            clause.utterance.add(clause)
            if clause.utterance not in self._saying:
                self._saying.append(clause.utterance)
        await self._push(clause)

    @property
    def unfinished(self) -> bool:
        """Whether the caller has not heard the end of something."""
        said = (*self._saying, *self._interrupted)
        return self._call.playback.audible or any(one.unheard for one in said)

    def heard_to_the_end(self, ago_ms: float) -> bool:
        """Whether so long ago all words of an answer had been heard, and nothing was said since."""
        last = self._last
        if last is None or last.turn is None or any(one.unheard for one in self._saying):
            return False
        return not self._call.playback.in_words(ago_ms)

    @property
    def interrupted(self) -> bool:
        """Whether something was cut short of which it is open whether it goes on."""
        return bool(self._interrupted)

    @property
    def silent(self) -> bool:
        """Whether nothing is being said, and nothing on its way to be."""
        return not self._call.playback.audible and not any(one.unheard for one in self._saying)

    def note_rest(self) -> None:
        """Let the call end, if it is to, where neither side says anything."""
        call = self._call
        if self.silent and not (call.tracker.detector.speaking or call.unread_turn):
            call.at_rest.set()

    def unprotect(self) -> None:
        """Let all that is being said be cut short."""
        for clause in self._protected:
            clause.interruptible = True

    def fell_silent(self) -> None:
        """All that was sent has been heard."""
        self._saying = [one for one in self._saying if one.unheard]
        if not self._saying:
            self._protected.clear()

    def interrupt(self) -> None:
        """The caller speaks over what is being said."""
        self._call.accounted.clear()
        self._interrupted += self._saying
        self._saying = []

    def answered(self) -> None:
        """What was cut short has had its answer."""
        self._interrupted.clear()

    async def settle(self) -> None:
        """What was cut short is not said again; the history learns what was heard of it."""
        await self._call.accounted.wait()
        for utterance in self._interrupted:
            utterance.settle()
        self._interrupted.clear()

    async def go_on(self) -> bool:
        """The interruption was none: say the rest again; False when there is nothing to say."""
        await self._call.accounted.wait()
        interrupted, self._interrupted = self._interrupted, []
        again = [clause for one in interrupted for clause in one.replay()]
        for clause in again:
            await self.push(clause)
        return bool(again)
