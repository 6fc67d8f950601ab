"""Whole conversations as Harmony messages: every intent in every place of a call."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from training.dialogues import framing, phrasebook, spoken_numbers
from training.dialogues.recorded import RecordedHearing
from voice.response.caller_text import normal_form
from voice.response.prompts.harmony import AnswerMessage, CallerSaid, Message, ToolCall, ToolResult
from voice.tasks import LAST_ANSWER, TaskSet

Hearing = Callable[[str, random.Random], str]
"""What a recogniser makes of a sentence."""


@dataclass(frozen=True)
class Line:
    """A message of a dialogue; `learnt` when the model is to write just this."""

    message: Message
    learnt: bool = False


_ASKED = {
    "balance": 20, "due_date": 13, "balance_and_due": 6, "plan": 20, "balance_and_plan": 6,
    "block": 24, "person": 18, "greeting": 5, "thanks": 5, "goodbye": 7, "yes": 5, "no": 5,
    "repeat": 8, "wait": 4, "help": 4, "about_me": 4, "out_of_scope": 20, "not_understood": 8,
    "digits": 3,
}  # fmt: skip
_STATUS_OF_BILL = ("open", "open", "open", "paid", "overdue")
_RECORDED_SHARE = 0.35


class DialogueWriter:
    """Writes dialogues; deterministic for a given random source."""

    def __init__(
        self,
        tasks: TaskSet,
        choices: random.Random,
        hear: Hearing,
        part: phrasebook.Part = "training",
        recorded: RecordedHearing | None = None,
    ) -> None:
        self._tasks = tasks
        self._choices = choices
        self._hear = hear
        self._part = part
        self._recorded = recorded
        self._lines: list[Line] = []
        self._last_act = "greeting"

    def dialogue(self) -> list[Line]:
        """One conversation of one to four requests."""
        self._lines, self._last_act = [], "greeting"
        for _ in range(self._choices.choice((1, 1, 2, 2, 3, 3, 4))):
            if not self.request(self._choices.choices(list(_ASKED), list(_ASKED.values()))[0]):
                break
        return self._lines

    def request(self, intent: str) -> bool:
        """One request with all that belongs to it; False when the call ends with it."""
        self._say(intent)
        if intent in {"balance", "due_date", "balance_and_due"}:
            self._bill("due_date" if intent == "due_date" else "balance")
        elif intent == "plan":
            self._plan()
        elif intent == "balance_and_plan":
            self._bill_and_plan()
        elif intent == "block":
            return self._block()
        elif intent == "person":
            return self._person()
        elif intent in {"yes", "no"}:
            return self._yes_or_no(intent)
        elif intent == "repeat":
            self._answer("repeat")
        elif intent == "digits":
            self._answer("okay")
        else:
            return self._plain_answer(intent)
        return True

    def _say(self, intent: str) -> None:
        self._lines.append(
            Line(CallerSaid(normal_form(self._heard(intent), self._tasks.language) or "uh"))
        )

    def _heard(self, intent: str) -> str:
        if self._recorded and self._choices.random() < _RECORDED_SHARE:
            heard = self._recorded.pick(intent, self._choices, self._part)
            if heard is not None:
                return heard
        return self._hear(self._sentence(intent), self._choices)

    def _sentence(self, intent: str) -> str:
        if intent == "digits":
            make = self._choices.choice((spoken_numbers.pin, spoken_numbers.customer_number))
            return make(self._choices)
        bare = phrasebook.phrase(intent, self._choices, self._part)
        return framing.framed(intent, bare, self._choices)

    def _call(self, tool: str, status: str) -> None:
        self._lines.append(Line(ToolCall(tool), learnt=True))
        self._lines.append(Line(ToolResult(tool, {"status": status})))

    def _answer(self, act: str) -> None:
        """Mostly as the model must write it; else as history may hold it: other words, cut off."""
        wordings = self._tasks.wordings[act]
        learnt = self._choices.random() < 0.75 and act in self._tasks.answers
        words = wordings[0] if learnt else self._choices.choice(wordings)
        if not learnt and self._choices.random() < 0.25:
            pieces = words.split()
            words = " ".join(pieces[: self._choices.randint(1, len(pieces))])
        self._lines.append(Line(AnswerMessage(words), learnt))
        if words != f"{{{LAST_ANSWER}}}":
            self._last_act = act

    def _bill(self, act: str) -> None:
        status = self._choices.choice(_STATUS_OF_BILL)
        self._call("get_bill", status)
        self._answer({"open": act, "paid": "nothing_due", "overdue": "overdue"}[status])

    def _plan(self) -> None:
        status = "not_found" if self._choices.random() < 0.1 else "found"
        self._call("get_plan", status)
        self._answer("plan" if status == "found" else "no_contract")
        if status == "not_found" and self._choices.random() < 0.6:
            self._answer_offer()

    def _bill_and_plan(self) -> None:
        status = self._choices.choice(_STATUS_OF_BILL)
        self._call("get_bill", status)
        self._call("get_plan", "found")
        self._answer({"open": "bill_and_plan", "paid": "nothing_due", "overdue": "overdue"}[status])

    def _block(self) -> bool:
        """The question, then whatever the caller answers to it."""
        self._ask("confirm_block")
        kind = self._choices.random()
        if kind < 0.08:
            self._say("not_understood")
            self._answer("not_understood")
            self._lines.append(Line(AnswerMessage(self._tasks.wordings["not_sure_block"][0])))
        elif kind < 0.14:
            self._say("repeat")
            self._answer("repeat")
        kind = self._choices.random()
        if kind < 0.5:
            self._say("yes")
            self._call(
                "block_sim", "blocked" if self._choices.random() < 0.8 else "already_blocked"
            )
            blocked = self._lines[-1].message
            assert isinstance(blocked, ToolResult)
            self._answer(blocked.values["status"])
        elif kind < 0.8:
            self._say("no")
            self._answer("not_blocked")
        else:
            others = [name for name in _ASKED if name not in {"yes", "no", "block", "repeat"}]
            return self.request(self._choices.choice(others))
        return True

    def _ask(self, act: str) -> None:
        """A question that the next words depend on: always whole."""
        words = self._tasks.wordings[act]
        learnt = self._choices.random() < 0.7
        self._lines.append(
            Line(AnswerMessage(words[0] if learnt else self._choices.choice(words)), learnt)
        )
        self._last_act = act

    def _person(self) -> bool:
        self._call("transfer_to_person", "ok")
        self._answer("person")
        return False

    def _plain_answer(self, intent: str) -> bool:
        if intent == "not_understood" and self._choices.random() < 0.25:
            self._lines.append(Line(AnswerMessage(self._tasks.wordings["offer_person"][0])))
            self._last_act = "offer_person"
        else:
            self._ask(intent) if intent == "out_of_scope" else self._answer(intent)
        if self._last_act in self._tasks.person_if_yes and self._choices.random() < 0.5:
            return self._answer_offer()
        return intent != "goodbye"

    def _answer_offer(self) -> bool:
        """Yes or no to the offer of a person."""
        if self._choices.random() < 0.55:
            self._say("yes")
            return self._person()
        self._say("no")
        self._answer("okay")
        return True

    def _yes_or_no(self, intent: str) -> bool:
        """Without a question that it answers, except "anything else?"."""
        if self._last_act in self._tasks.person_if_yes and intent == "yes":
            return self._person()
        if self._last_act == "thanks" and intent == "no":
            self._answer("goodbye")
            return False
        self._answer("okay")
        return True
