"""One call's use of the response step."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Sequence

from voice.engine_queue import Priority
from voice.errors import VoiceError
from voice.identity import Caller
from voice.languages import Language
from voice.response.caller_text import normal_form
from voice.response.prompts.harmony import CallerSaid, Message
from voice.response.rules.asides import Aside
from voice.response.rules.conversation import ConversationRules
from voice.response.rules.said import Said
from voice.response.rules.state import State
from voice.response.rules.turn import ResponseTurn
from voice.tasks import Argument

_TURNS_KEPT = 12


class ResponseSession:
    """Holds the history; each turn begins from the turns that were committed before it.

    A turn that is begun touches nothing: those before it go on until it is committed.
    """

    def __init__(
        self,
        conversation: ConversationRules,
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
        """Those that were committed."""
        self._begun: ResponseTurn | None = None

    @property
    def history(self) -> list[list[Message]]:
        """The messages of the turns that counted, oldest first."""
        return _messages(self._kept())

    @property
    def asks(self) -> bool:
        """Whether the caller was asked something before an act, and has not answered yet."""
        state = _state(self._kept())
        return state.question is not None or state.asked is not None

    @property
    def wanted(self) -> Argument | None:
        """The argument that the caller was asked for, and has not given yet."""
        asked = _state(self._kept()).asked
        if asked is None or asked.reads_back:
            return None
        arguments = self._conversation.tasks.tools[asked.act.tool].arguments or {}
        return arguments[asked.argument]

    @property
    def asks_yes_no(self) -> bool:
        """Whether the caller was asked something that yes or no answers."""
        state = _state(self._kept())
        reads_back = state.asked is not None and state.asked.reads_back
        return state.question is not None or reads_back or state.person_offered

    @property
    def may_take_back(self) -> bool:
        """Whether the last turn that counts did nothing but answer."""
        kept = self._kept()
        return bool(kept) and kept[-1].only_answered

    def take_back(self) -> None:
        """The caller had not finished: what was answered too early counts as never said."""
        kept = self._kept()
        if kept:
            kept[-1].stop()
            self._turns.remove(kept[-1])

    def begin(
        self,
        text: str,
        confidence: float = 1.0,
        priority: Priority = Priority.FINAL,
        *,
        heard_last: bool = True,
        spoken: Language | None = None,
        in_full: str = "",
        instead_of: ResponseTurn | None = None,
    ) -> ResponseTurn:
        """Answer what the caller said; `confidence` is the recogniser's, 0 to 1.

        `heard_last`: when they began to speak they had heard the last answer to its end, and
        nothing since. `spoken`: in which language, of those of the tasks. `in_full`: the words with
        all of their numbers, for the arguments of tools alone. `instead_of`: a turn that will be
        discarded when this one is committed. The turn runs at once and may be a guess: nothing
        counts before its `commit`.
        """
        if self._begun is not None and not self._begun.committed:
            self._begun.stop()
        spoken = spoken or self._spoken
        words = normal_form(text, spoken)
        said = Said(words, confidence, priority, heard_last, in_full or text, self._today())
        before = [turn for turn in self._kept() if turn is not instead_of and not turn.pending]
        history = _messages(before)

        async def script(turn: ResponseTurn) -> None:
            await self._conversation.answer(turn, said, history, lambda: self.caller)

        self._begun = self._start([CallerSaid(words, spoken.tag)], script, _state(before), spoken)
        return self._begun

    async def aside(self, text: str, spoken: Language | None = None) -> Aside:
        """What words ask for that were said to a question of the call's own; they change nothing.

        Raises what a model raises.
        """
        spoken = spoken or self._spoken
        waiting = next((turn.pending for turn in reversed(self._turns) if turn.pending), None)
        before = [turn for turn in self._kept() if not turn.pending]
        said = [CallerSaid(normal_form(text, spoken), spoken.tag)]
        return await self._conversation.aside([*_messages(before), said], spoken, waiting)

    def ask_again(self) -> ResponseTurn:
        """Put the question that is open once more; counts from the start.

        Raises VoiceError when none is open.
        """
        if not self.asks:
            raise VoiceError("no question is open")
        history = self.history

        async def script(turn: ResponseTurn) -> None:
            await self._conversation.ask_again(turn, history, lambda: self.caller)

        turn = self._start([], script, _state(self._kept()), self._spoken)
        turn.commit()
        return turn

    def resume(self) -> ResponseTurn:
        """Go on with the turn that waited for the caller's identity; counts from the start.

        Raises VoiceError when none waits.
        """
        if not self._turns or self._turns[-1].pending is None:
            raise VoiceError("no turn waits for the caller's identity")
        waiting = self._turns.pop()
        pending, history = waiting.pending, self.history

        async def script(turn: ResponseTurn) -> None:
            assert pending is not None
            await self._conversation.go_on(turn, pending, history, lambda: self.caller)

        turn = self._start(list(waiting.messages), script, waiting.state, self._spoken)
        turn.commit()
        return turn

    def abandon_pending(self) -> None:
        """The caller's identity stayed unknown: forget the turn that waited for it."""
        self._turns = [turn for turn in self._turns if not turn.pending]

    def _kept(self) -> list[ResponseTurn]:
        return [turn for turn in self._turns if turn.is_kept]

    def _start(
        self,
        messages: list[Message],
        script: Callable[[ResponseTurn], Awaitable[None]],
        state: State,
        spoken: Language,
    ) -> ResponseTurn:
        return ResponseTurn(state, messages, script, spoken, self._count)

    def _count(self, turn: ResponseTurn) -> None:
        """The turn belongs to the history; those before it make nothing further."""
        for earlier in self._turns:
            earlier.stop()
        self.abandon_pending()
        self._spoken = turn.language
        self._turns.append(turn)
        del self._turns[:-_TURNS_KEPT]


def _state(turns: Sequence[ResponseTurn]) -> State:
    return turns[-1].state if turns else State()


def _messages(turns: Sequence[ResponseTurn]) -> list[list[Message]]:
    return [list(turn.messages) for turn in turns]
