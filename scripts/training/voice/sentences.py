"""Training sentences: spoken call-centre English and broad vocabulary, numbers as words.

Figures are written out so that the teacher and espeak-ng cannot read them differently.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from training.voice import vocabulary as words

FESTIVAL_LEXICON: Final = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")
"""Its headwords cover rare sequences of sounds; sentences do without where it is missing."""

_SHARES: Final = {"call": 0.62, "broad": 0.22, "rare": 0.10, "short": 0.06}


def cardinal(number: int) -> str:
    """`number` (0 to 999,999) in British words."""
    if number < 20:
        return words.ONES[number]
    if number < 100:
        rest = f" {words.ONES[number % 10]}" if number % 10 else ""
        return words.TENS[number // 10] + rest
    if number < 1000:
        rest = f" and {cardinal(number % 100)}" if number % 100 else ""
        return f"{words.ONES[number // 100]} hundred{rest}"
    rest = f" {cardinal(number % 1000)}" if number % 1000 else ""
    return f"{cardinal(number // 1000)} thousand{rest}"


def ordinal(number: int) -> str:
    """`number` (1 to 31) as the day of a month."""
    if number <= 20:
        return words.ORDINALS[number - 1]
    if number == 30:
        return "thirtieth"
    return f"{words.TENS[number // 10]} {words.ORDINALS[number % 10 - 1]}"


class SentenceWriter:
    """Writes sentences without end; the same seed gives the same sentences."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._pick = self._random.choice
        self._rare_words = _lexicon_words(FESTIVAL_LEXICON)
        self._call: tuple[Callable[[], str], ...] = (
            self._greeting, self._amount, self._payment, self._appointment, self._digits,
            self._address, self._request, self._plan_price, self._allowance, self._trouble,
            self._transfer, self._thanks, self._question, self._delivery, self._menu,
            self._agreement, self._spelling, self._advice, self._news, self._choice,
        )  # fmt: skip

    def write(self, count: int) -> list[str]:
        """`count` sentences, each of them different."""
        seen: dict[str, None] = {}
        while len(seen) < count:
            seen.setdefault(self._sentence())
        return list(seen)

    def _sentence(self) -> str:
        kind = self._random.choices(list(_SHARES), list(_SHARES.values()))[0]
        if kind == "call":
            text = self._pick(self._call)()
        elif kind == "broad":
            text = self._broad()
        elif kind == "rare" and self._rare_words:
            text = self._rare()
        else:
            text = self._short()
        text = re.sub(r"\s+", " ", text).strip()
        return text[0].upper() + text[1:]

    # numbers, dates, names

    def _number(self, low: int, high: int) -> str:
        return cardinal(self._random.randrange(low, high))

    def _digit_run(self, count: int) -> str:
        return " ".join(words.ONES[self._random.randrange(10)] for _ in range(count))

    def _money(self) -> str:
        whole = self._number(2, self._pick([20, 100, 900, 4000]))
        unit, small = self._pick(
            [("euros", "cents"), ("euros", "cents"), ("pounds", "pence"), ("dollars", "cents")]
        )
        exact = f"{whole} {unit} and {self._number(2, 100)} {small}"
        return self._pick([f"{whole} {unit}", exact, exact])

    def _date(self) -> str:
        day = ordinal(self._random.randrange(1, 32))
        month = self._pick(words.MONTHS)
        weekday = self._pick(words.WEEKDAYS)
        return self._pick([
            f"the {day} of {month}", f"the {day} of {month}", f"{month} {day}",
            f"{weekday}, the {day}", f"{weekday} the {day} of {month}", weekday,
            f"the {day} of {month}, two thousand and {self._number(24, 40)}", f"next {weekday}",
        ])  # fmt: skip

    def _time(self) -> str:
        hour = words.ONES[self._random.randrange(1, 13)]
        return self._pick([
            f"{hour} o'clock", f"half past {hour}", f"a quarter to {hour}", f"{hour} thirty",
            f"{hour} in the morning", f"{hour} fifteen", f"{hour} in the evening", "noon",
        ])  # fmt: skip

    def _name(self) -> str:
        first, last = self._pick(words.FIRST_NAMES), self._pick(words.LAST_NAMES)
        title = self._pick(["Mister", "Missus", "Doctor", "Miss"])
        return self._pick([first, f"{first} {last}", f"{title} {last}"])

    def _place(self) -> str:
        street = f"{self._pick(words.STREETS)} {self._pick(words.STREET_KINDS)}"
        return f"{self._number(1, 200)} {street}, {self._pick(words.TOWNS)}"

    # calls

    def _greeting(self) -> str:
        company = self._pick(words.COMPANIES)
        offer = self._pick(
            [
                "how can I help you",
                "what can I do for you today",
                "how may I help",
                "who is calling",
            ]
        )
        return self._pick([
            f"welcome to {company}, {offer}?",
            f"hello, this is the automated assistant of {company}; {offer}?",
            f"thank you for calling {company}: {offer}?",
            f"good afternoon, you are speaking with {self._name()}.",
            f"hello, my name is {self._name()} and I am calling about my {self._thing()}.",
        ])  # fmt: skip

    def _thing(self) -> str:
        return self._pick(words.THINGS)

    def _amount(self) -> str:
        what = self._pick(
            ["balance", "open balance", "last bill", "monthly fee", "total", "refund", "deposit"]
        )
        due = self._pick(["", f", due on {self._date()}", f", and it is due by {self._date()}"])
        return f"your {what} {self._pick(['is', 'comes to', 'was'])} {self._money()}{due}."

    def _payment(self) -> str:
        return self._pick([
            f"we received {self._money()} on {self._date()}, thank you!",
            f"please pay {self._money()} before {self._date()}.",
            f"there is a charge of {self._money()}: it was added on {self._date()}.",
            f"the payment of {self._money()} was returned; please check your bank details.",
        ])  # fmt: skip

    def _appointment(self) -> str:
        return self._pick([
            f"your appointment is on {self._date()} at {self._time()}.",
            f"would {self._date()} at {self._time()} suit you?",
            f"our engineer will come on {self._date()}, between {self._time()} and {self._time()}.",
        ])  # fmt: skip

    def _digits(self) -> str:
        what = self._pick(
            ["customer number", "phone number", "ticket number", "order number", "pin", "code"]
        )
        groups = self._pick([(4,), (3, 3, 4), (3, 4), (2, 2, 2), (5,), (6,), (3, 3), (4, 4)])
        run = ", ".join(self._digit_run(count) for count in groups)
        return self._pick([
            f"my {what} is {run}.", f"the {what} is {run}.", f"{run}.", f"it's {run}.",
            f"I have {run}: is that right?",
        ])  # fmt: skip

    def _address(self) -> str:
        return self._pick([
            f"I have your address as {self._place()}, is that still correct?",
            f"we will send it to {self._place()}.",
            f"{self._name()} has moved to {self._place()}.",
        ])  # fmt: skip

    def _request(self) -> str:
        ask = self._pick(["please", "could you", "can you", "would you", "I'd like you to"])
        what = self._pick([
            "tell me your four digit pin", "repeat the last part", "spell your surname",
            "give me the customer number", "hold the line", "check my balance",
            "block my sim card", "tell me which plan I have", "put me through to a person",
            "confirm the date", "read me the amount again", "explain the charges on my bill",
            "send me a new sim card", "say yes or no", "key in the number on your phone",
        ])  # fmt: skip
        return f"{ask} {what}{'?' if ask in ('could you', 'can you', 'would you') else '.'}"

    def _plan_price(self) -> str:
        plan = self._pick(words.PLANS)
        return self._pick([
            f"you are on the {plan} plan, at {self._money()} a month.",
            f"the {plan} plan costs {self._money()} per month and includes "
            f"{self._number(2, 100)} gigabytes of data.",
            f"what does the {plan} plan cost?",
            f"your plan is {plan}: {self._number(2, 90)} gigabytes for {self._money()}.",
        ])  # fmt: skip

    def _allowance(self) -> str:
        unit = self._pick(["minutes", "gigabytes", "messages", "days", "percent of your data"])
        return f"you have {self._number(2, 130)} {unit} {self._pick(['left', 'remaining'])}."

    def _trouble(self) -> str:
        trouble = f"{self._thing()} {self._pick(words.TROUBLES)}"
        return self._pick([
            f"my {trouble}, can you help me?", f"I'm sorry that your {trouble}.",
            f"the {trouble} since {self._date()}.", f"I think my {trouble}!",
            f"if your {trouble}, tell us right away.", f"oh dear: my {trouble}.",
        ])  # fmt: skip

    def _transfer(self) -> str:
        team = self._pick(words.TEAMS)
        return self._pick([
            f"I will connect you with {team} now.", f"let me put you through to {team}.",
            f"can I speak with {team}, please?", f"stay on the line; {team} will help you.",
        ])  # fmt: skip

    def _thanks(self) -> str:
        return self._pick([
            f"thank you, {self._name()}.", f"thanks for waiting, {self._name()}!",
            f"thank you, {self._name()}, you are verified.", "that's all, thank you very much.",
            f"you're welcome, {self._name()}; goodbye!", "thanks for calling, and goodbye.",
        ])  # fmt: skip

    def _question(self) -> str:
        return self._pick([
            "is there anything else I can do for you?", f"shall I block the {self._thing()} now?",
            f"how much is my {self._thing()}?", "when do I have to pay?",
            f"why has the {self._thing()} gone up?", "would you like me to repeat that?",
            f"did you get the {self._thing()} on {self._date()}?", "are you sure?",
            f"who is {self._name()}?", f"where did you lose the {self._thing()}?",
            f"what is the status of my {self._thing()}?", f"do you still need the {self._thing()}?",
        ])  # fmt: skip

    def _delivery(self) -> str:
        verb = self._pick(["will arrive", "will be ready", "was sent", "expires", "was changed"])
        return f"{self._pick(['your', 'the', 'our'])} {self._thing()} {verb} on {self._date()}."

    def _menu(self) -> str:
        key = self._pick([*words.ONES[:10], "star", "hash"])
        return f"for {self._pick(words.TEAMS)}, press {key}."

    def _agreement(self) -> str:
        start = self._pick(["yes", "no", "okay", "sure", "of course", "certainly", "all right"])
        rest = self._pick([
            "I can do that", "that is correct", "go ahead", "let me look that up", "please do",
            "it's done", "I have changed it", "that won't be necessary", "I'll wait",
            "that is not what I meant", "I will take care of it", "the card is blocked now",
        ])  # fmt: skip
        return f"{start}, {rest}{self._pick(['.', '.', '!'])}"

    def _spelling(self) -> str:
        letters = ", ".join(self._pick(words.LETTERS) for _ in range(self._random.randrange(2, 5)))
        return self._pick([f"that is spelled {letters}.", f"{self._name()}: {letters}."])

    def _advice(self) -> str:
        return self._pick([
            f"if that does not help, wait {self._number(5, 60)} seconds and try again.",
            f"your new {self._thing()} needs at least {self._number(6, 20)} characters.",
            f"you save {self._number(5, 60)} percent when you order before {self._date()}!",
            f"we are open from {self._time()} to {self._time()}, "
            f"{self._pick(words.WEEKDAYS)} to {self._pick(words.WEEKDAYS)}.",
            f"keep your {self._thing()} safe; never share the code with anyone.",
        ])  # fmt: skip

    def _news(self) -> str:
        town = self._pick(words.TOWNS)
        return self._pick([
            f"there is a network fault in {town}, and "
            f"{self._number(20, 9000)} customers are affected.",
            f"{self._name()} flew from {self._pick(words.TOWNS)} to {town} on {self._date()}.",
            f"the service in {town} should be back by {self._time()}.",
            f"it is {self._number(2, 40)} degrees in {town}, with some rain.",
        ])  # fmt: skip

    def _choice(self) -> str:
        return f"would you like the {self._thing()} or the {self._thing()}?"

    # broad vocabulary

    def _broad(self) -> str:
        pick = self._pick
        a, b, c = pick(words.NOUNS), pick(words.NOUNS), pick(words.NOUNS)
        return pick([
            f"the {pick(words.ADJECTIVES)} {a} {pick(words.VERBS)} the {b} "
            f"{pick(words.PREPOSITIONS)} the {pick(words.ADJECTIVES)} {c}.",
            f"{pick(['she', 'he', 'they', 'we', 'nobody'])} {pick(words.VERBS)} "
            f"{pick(['this', 'every', 'another', 'their', 'your'])} {a} {pick(words.ADVERBS)}.",
            f"{pick(['why', 'when', 'how', 'where'])} {pick(['did', 'would', 'should', 'could'])} "
            f"{pick(['she', 'you', 'they', 'the ' + b])} {pick(words.PLAIN_VERBS)} the {a}?",
            f"{a}, {b}, {c} and {pick(words.NOUNS)}.",
            f"it was {pick(words.ADJECTIVES)} and {pick(words.ADJECTIVES)}, but the {a} "
            f"{pick(words.VERBS)} it {pick(words.ADVERBS)}.",
            f"what a {pick(words.ADJECTIVES)} {a}!",
            f"the {a} was {pick(words.ADJECTIVES)}; the {b} was {pick(words.ADJECTIVES)}.",
        ])  # fmt: skip

    def _rare(self) -> str:
        one, two, three = (self._pick(self._rare_words) for _ in range(3))
        return self._pick([
            f"{one}, {two} and {three}.", f"I said {one}, not {two}.", f"is it {one} or {two}?",
            f"the words are {one}, {two}, {three}.",
        ])  # fmt: skip

    def _short(self) -> str:
        one = words.ONES[self._random.randrange(13)]
        return self._pick([
            self._pick(words.FIXED), self._pick(words.FIXED), self._pick(words.FIXED), f"{one}.",
            f"{self._name()}.", f"{self._pick(words.WEEKDAYS)}.", f"{self._number(13, 100)}.",
            f"my {self._thing()}.", f"the {self._pick(words.NOUNS)}!", f"{self._digit_run(2)}.",
        ])  # fmt: skip


def _lexicon_words(path: Path) -> list[str]:
    if not path.exists():
        return []
    entry = re.compile(r'\("([a-z]{4,10})" ')
    lines = path.read_text(encoding="latin-1").splitlines()
    return [match.group(1) for line in lines if (match := entry.match(line))]
