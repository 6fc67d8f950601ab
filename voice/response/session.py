"""One call's use of the response step."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable

from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.identity import Caller
from voice.languages import Language
from voice.response.caller_text import normal_form
from voice.response.conversation import Conversation
from voice.response.harmony import CallerSaid, Message
from voice.response.said import Said
from voice.response.state import State
from voice.response.turn import ResponseTurn
from voice.tasks import Argument

_TURNS_KEPT = 12


class ResponseSession:
    """Holds the history; each turn begins from the turns that were committed before it."""

    def __init__(
        self,
        conversation: Conversation,
        caller: Caller,
        today: Callable[[], datetime.date] = datetime.date.today,
    ) -> None:
        self.caller = caller
        """Who is on the line; set it when the caller has proved who they are."""
        self._conversation = conversation
        self._spoken = conversation.tasks.language
        """In which the caller was last understood."""
        self._today = today
        self._turns: list[ResponseTurn] = []
        self._current: ResponseTurn | None = None

    @property
    def history(self) -> list[list[Message]]:
        """The messages of the turns that counted, oldest first."""
        self._settle()
        return [list(turn.messages) for turn in self._turns]

    @property
    def asks(self) -> bool:
        """Whether the caller was asked something before an act, and has not answered yet."""
        state = self._last_state()
        return state.question is not None or state.asked is not None

    @property
    def wanted(self) -> Argument | None:
        """The argument that the caller was asked for, and has not given yet."""
        asked = self._last_state().asked
        if asked is None or asked.reads_back:
            return None
        arguments = self._conversation.tasks.tools[asked.act.tool].arguments or {}
        return arguments[asked.argument]

    def _last_state(self) -> State:
        last = self._current if self._current and self._current.committed else None
        return last.state if last else self._state()

    def begin(
        self,
        text: str,
        confidence: float = 1.0,
        priority: Priority = Priority.FINAL,
        *,
        heard_last: bool = True,
        spoken: Language | None = None,
        in_full: str = "",
    ) -> ResponseTurn:
        """Answer what the caller said; `confidence` is the recogniser's, 0 to 1.

        `heard_last`: when they began to speak they had heard the last answer to its end, and
        nothing since. `spoken`: in which language, of those of the tasks. `in_full`: the words with
        all of their numbers, for the arguments of tools alone. The turn runs at once and may be a
        guess: nothing counts before its `commit`.
        """
        self._replace_current()
        self._spoken = spoken or self._spoken
        words = normal_form(text, self._spoken)
        said = Said(words, confidence, priority, heard_last, in_full or text, self._today())
        history = self.history

        async def script(turn: ResponseTurn) -> None:
            await self._conversation.answer(turn, said, history, lambda: self.caller)

        return self._start([CallerSaid(words, self._spoken.tag)], script, self._state())

    def ask_again(self) -> ResponseTurn:
        """Put the question that is open once more; counts from the start.

        Raises VoiceError when none is open.
        """
        if not self.asks:
            raise VoiceError("no question is open")
        self._replace_current()
        history = self.history

        async def script(turn: ResponseTurn) -> None:
            await self._conversation.ask_again(turn, history, lambda: self.caller)

        turn = self._start([], script, self._state())
        turn.commit()
        return turn

    def resume(self) -> ResponseTurn:
        """Go on with the turn that waited for the caller's identity; counts from the start.

        Raises VoiceError when none waits.
        """
        self._settle()
        if not self._turns or self._turns[-1].pending is None:
            raise VoiceError("no turn waits for the caller's identity")
        waiting = self._turns.pop()
        pending, history = waiting.pending, self.history

        async def script(turn: ResponseTurn) -> None:
            assert pending is not None
            await self._conversation.go_on(turn, pending, history, lambda: self.caller)

        turn = self._start(list(waiting.messages), script, waiting.state)
        turn.commit()
        return turn

    def abandon_pending(self) -> None:
        """The caller's identity stayed unknown: forget the turn that waited for it."""
        self._settle()
        if self._turns and self._turns[-1].pending is not None:
            self._turns.pop()

    def _state(self) -> State:
        return self._turns[-1].state if self._turns else State()

    def _start(
        self,
        messages: list[Message],
        script: Callable[[ResponseTurn], Awaitable[None]],
        state: State,
    ) -> ResponseTurn:
        self._current = ResponseTurn(state, messages, script, self._spoken)
        return self._current

    def _replace_current(self) -> None:
        """Settle the turn that ran last, and let it make nothing further."""
        self._settle()
        for turn in (self._current, *self._turns[-1:]):
            if turn is not None:
                turn.stop()
        self._current = None
        self.abandon_pending()

    def _settle(self) -> None:
        """A committed turn belongs to the history."""
        if self._current is not None and self._current.committed:
            if not self._current.failed:
                self._turns.append(self._current)
            del self._turns[:-_TURNS_KEPT]
            self._current = None
