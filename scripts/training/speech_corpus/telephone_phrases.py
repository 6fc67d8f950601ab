"""What people say to a telephone company's assistant, and what it says to them.

The patterns are the recogniser's own; the dialogues of the response model come on top of them.
"""

# ruff: noqa: E501, SIM905 - patterns and lists of words stand as they are read

from __future__ import annotations

import random

from training.speech_corpus import numbers
from training.speech_corpus.grammar import Slot, expand

FIRST_NAMES = (
    "james mary john linda robert susan michael karen david nancy peter anna thomas laura daniel "
    "emma paul julia mark sarah kevin helen brian alice george maria edward diana henry rachel "
    "oliver grace jack sophie harry lucy simon claire martin ellen patrick nora frank irene "
    "victor rosa samuel ruth walter vera adam eve leon ivy"
).split()
LAST_NAMES = (
    "smith johnson brown taylor wilson davies evans walker roberts wright hughes green hall wood "
    "harris martin jackson clark lewis young king baker hill cooper ward turner parker cook bell "
    "murphy kelly gray stone fox marsh lane field carter mason hunter shaw reed palmer webb"
).split()
PLANS = (
    "basic|mobile basic|mobile plus|mobile max|home|home fibre|fibre|flex|family|student|"
    "unlimited|starter|premium|small|medium|large|prepaid|pay as you go|travel|essential|"
    "comfort|talk|data|business|smart|classic|light|standard|advanced"
).split("|")
STREETS = (
    "park oak mill church station high bridge garden river hill market king's queen's london "
    "green maple cedar elm victoria spring north south west east school forest lake"
).split()
CITIES = (
    "london york bristol leeds dublin oxford cambridge manchester glasgow cardiff boston chicago "
    "dallas denver phoenix berlin paris vienna madrid rome lisbon bath exeter derby"
).split()


def _name(choices: random.Random) -> str:
    return f"{choices.choice(FIRST_NAMES)} {choices.choice(LAST_NAMES)}"


def _address(choices: random.Random) -> str:
    road = choices.choice(["street", "road", "avenue", "lane", "drive", "close"])
    number = numbers.cardinal(choices.randint(1, 300), choices.choice([" ", " and "]))
    return f"{number} {choices.choice(STREETS)} {road}"


def _plan(choices: random.Random) -> str:
    size = choices.choice(
        ["", "", " " + numbers.cardinal(choices.choice([5, 10, 20, 30, 50, 100]))]
    )
    return choices.choice(PLANS) + size


SLOTS: dict[str, Slot] = {
    "money": numbers.any_money,
    "date": numbers.any_date,
    "day": lambda choices: choices.choice(numbers.DAYS),
    "month": lambda choices: choices.choice(numbers.MONTHS),
    "time": numbers.time_of_day,
    "pin": lambda choices: numbers.digit_string(choices, 4, 4),
    "customer": lambda choices: numbers.digit_string(choices, 5, 8),
    "digits": lambda choices: numbers.digit_string(choices, 2, 9),
    "phone": lambda choices: numbers.digit_string(choices, 9, 11),
    "number": lambda choices: numbers.cardinal(choices.choice([choices.randint(1, 30),
                                                               choices.randint(1, 200)])),
    "first": lambda choices: choices.choice(FIRST_NAMES),
    "last": lambda choices: choices.choice(LAST_NAMES),
    "name": _name,
    "address": _address,
    "city": lambda choices: choices.choice(CITIES),
    "plan": _plan,
}  # fmt: skip

_ASK = (
    "(can|could|would) you (please|) (tell me|check|say|give me|look up|find out|let me know)|"
    "i (want|need|would like) to (know|check|hear|ask|find out)|i'd like to (know|check|hear)|"
    "please (tell me|check)|tell me|i was wondering|do you know|i'm calling to ask|"
    "i am calling to find out|i just want to know|let me know|i wanted to ask"
)
_BILL = (
    "(bill|balance|invoice|account balance|amount|current bill|latest bill|phone bill|"
    "monthly bill|last bill|outstanding balance|total|statement|charges)"
)
_LOST = "(lost|misplaced|can't find|cannot find|have lost|dropped|don't have|left behind|mislaid)"
_PHONE = "(phone|mobile|sim|sim card|card|handset|telephone|mobile phone|smartphone|cell phone)"
_BLOCK = (
    "(block|lock|disable|bar|deactivate|stop|freeze|cancel|suspend|shut off|switch off|cut off)"
)
_PERSON = (
    "(a person|a human|a real person|someone|somebody|an agent|an operator|a human being|"
    "customer service|your colleague|a colleague|a representative|the manager|staff|support|"
    "an advisor|an adviser|a member of staff|a live agent|your supervisor|one of your team)"
)
_TALK = (
    "(speak to|talk to|speak with|talk with|be connected to|be put through to|be transferred to|"
    "get|have|reach)"
)

CALLER: dict[str, tuple[str, ...]] = {
    "balance": (
        f"({_ASK}) (what|how much) my {_BILL} is",
        f"({_ASK}) my {_BILL}",
        f"({_ASK}) how much i (owe|owe you|have to pay|need to pay|must pay|am due)",
        f"({_ASK}) when (i have to|i must|i need to|i should|) pay (my bill|it|the bill|by|)",
        f"(what|how much) is my {_BILL} (please|this month|at the moment|right now|today|)",
        f"what's (my|the) {_BILL} (please|this month|at the moment|right now|)",
        "how much (do|does my account) (i|) owe (you|this month|at the moment|right now|)",
        "how much (money|) do i (have to|need to|) pay (this month|now|for {month}|in total|)",
        f"when is my {_BILL} due",
        "when (do|must|should) i (have to|need to|) pay (it|my bill|the bill|that|by|)",
        "(by when|until when|by what date|what day) (do|must|should) i (have to |need to |)pay",
        "what is the (due date|payment date|deadline|pay by date|last day to pay)",
        f"(and|) (when|by when) is (it|that|my {_BILL}|the payment) due",
        f"(i have|i've got|there is) a question about my {_BILL}",
        f"i (got|received|have) a {_BILL} (of {{money}}|and i don't understand it|today|)",
        f"(is|was) my {_BILL} (paid|already paid|overdue|higher than last month|right)",
        f"my {_BILL} (please|)", "(the|) balance (on my account|of my account|please|)",
        "do i (still|) owe (you|) (anything|any money|something)",
        f"i'm calling about my {_BILL}", "check my (balance|bill|account) (please|)",
        f"(read|give|send|show) me (my|the) {_BILL}",
        "how much is (left|outstanding|open|unpaid|due) (on my account|)",
        "what do i owe (you|) (this month|)", "what's due (this month|now|)",
        "i want to pay my (bill|balance|invoice)", "how high is my (bill|balance|invoice)",
        "what am i (being charged|paying) this month", "have you got my (bill|balance)",
        "did you (get|receive) my (payment|money|last payment) (of {money}|on {date}|)",
    ),
    "plan": (
        f"({_ASK}) (which|what) (plan|tariff|contract|package|rate) (i have|i am on|i'm on|i've got)",
        f"({_ASK}) (about|) my (plan|tariff|contract|package|subscription|data allowance)",
        "(what|which) (plan|tariff|contract|package|rate) (am i on|do i have|is mine|am i using)",
        "what is my (plan|tariff|contract|package|current plan|mobile plan|data limit)",
        "what's my (plan|tariff|contract|package|current plan|mobile plan|data limit)",
        "how much data (do i have|do i get|is included|is in my plan|have i got|can i use)",
        "how many (gigabytes|gigs|minutes|megabytes) (do i have|do i get|are included|are left)",
        "(what does|how much does) my (plan|tariff|contract) (cost|include|come with)",
        "what do i pay (for my plan|every month|a month|per month|each month|monthly)",
        "what is (included|in) (in|) my (plan|tariff|package|contract)",
        "(tell me about|explain|describe|read me) my (plan|contract|tariff|package)",
        "my (plan|tariff|contract|package) (please|)", "am i (still|) on the {plan} (plan|tariff)",
        "is my plan (still|) the {plan} (one|plan|)", "the details of my (plan|contract) please",
        "i forgot (what|which) (plan|tariff|contract) i (have|am on)",
        "remind me what (plan|tariff|package) (i'm on|i have)", "which subscription is it",
        "what kind of (plan|contract|tariff|package|deal) (do i have|is it|am i on)",
    ),
    "block": (
        f"i {_LOST} my {_PHONE} (yesterday|today|on the train|in {{city}}|this morning|)",
        f"i {_LOST} my {_PHONE} (and|so) (i want to|please|i need to|could you) {_BLOCK} (it|the sim)",
        f"my {_PHONE} (was|has been|got|is) (stolen|lost|gone|missing|taken) (today|in {{city}}|)",
        f"(please|can you|could you|i want to|i need to|i'd like to|would you) {_BLOCK} my {_PHONE}",
        f"{_BLOCK} (my|the) {_PHONE} (please|now|right away|immediately|at once|)",
        f"someone (stole|took|has taken|has stolen) my {_PHONE}",
        f"(somebody|a thief) (stole|took) my (bag|{_PHONE}|purse) (with my phone in it|)",
        f"i (think|believe) (i lost|somebody took|i left) my {_PHONE} (on the bus|in a taxi|)",
        f"my {_PHONE} (fell|dropped) (in|into) the (river|water|lake|sea|canal)",
        f"i need my {_PHONE} {_BLOCK} (please|)", f"how (do|can) i {_BLOCK} my {_PHONE}",
        f"make sure (no one|nobody) (can|) use my {_PHONE}", "it's about a (lost|stolen) (sim|phone)",
        f"i (can't|cannot) find my {_PHONE} (anywhere|any more|)", f"{_PHONE} (lost|stolen|gone)",
        "i want to report a (lost|stolen) (sim card|phone|mobile|sim|handset)",
        "(nobody|no one) should (call|make calls) with my (sim|card|phone)",
    ),
    "person": (
        f"(i want to|i'd like to|can i|could i|may i|let me|i need to|i would like to) {_TALK} {_PERSON}",
        f"(put|connect|transfer|pass|patch) me (through|over|) (to|with) {_PERSON} (please|)",
        f"{_PERSON} (please|)", f"(give|get) me {_PERSON} (please|now|)",
        "(are you|is this) a (machine|robot|computer|real person|recording|human)",
        "i don't (want to|) (talk|speak) to a (machine|robot|computer|bot)",
        f"is there {_PERSON} (i can|who can|to) (talk to|help me|speak to|)",
        f"(i'd|i would) rather (speak|talk) (to|with) {_PERSON}", "this is not (working|helping)",
        "i want to (make a complaint|complain|speak to the boss)", "human (please|)",
        "(agent|operator|representative|person|advisor) (please|)", "no machine please",
    ),
    "greeting": (
        "(hello|hi|good morning|good afternoon|good evening|hey|hi there|hello there|good day)",
        "(hello|hi) (is|are) (anybody|anyone|someone|you) there", "(hello|hi) (can you hear me|)",
        "(hello|hi|good morning) (this is|it's|my name is) {name} (speaking|calling|)",
        "(yes|) (hello|hi) (i|) (have a question|need help|need some help|am calling from {city})",
    ),
    "thanks": (
        "(thank you|thanks|many thanks|thank you very much|thanks a lot|cheers|thank you so much)",
        "(great|perfect|okay|wonderful|lovely|brilliant|super|all right|good) (thank you|thanks)",
        "(thank you|thanks) (for your help|for the information|that helps|that was all|)",
        "that's (very kind|great|perfect|helpful|all i needed|good to know|good)",
    ),
    "goodbye": (
        "(goodbye|bye|bye bye|good bye|see you|have a nice day|talk to you later|good night)",
        "(that's|that is|that was|that will be) (all|it|everything) (thank you|thanks|for today|)",
        "(no|no thanks|no thank you) (that's|that is|that was) (all|it|everything) (bye|goodbye|)",
        "(okay|thanks|thank you|right|great|all right) (bye|goodbye|bye bye) (then|now|)",
        "nothing else (thanks|thank you|bye|)", "i'm done (thanks|)", "you (have|too have) a good day",
    ),
    "yes": (
        "(yes|yeah|yep|yes please|sure|of course|correct|exactly|that's right|right|okay|ok|please do)",
        "(yes|yeah|okay|sure) (please|do it|go ahead|do that|that's right|that's correct|i am sure)",
        "(yes|yeah) (please|) (block it|i do|i am|it is|i want that|that's fine|i'm sure|absolutely)",
        "(go ahead|absolutely|definitely|certainly|fine|please go on|do it|all right|i agree|confirmed)",
        "that's (correct|right|fine|what i want|okay)", "i'm (quite|very|) (sure|certain)",
    ),
    "no": (
        "(no|nope|no thank you|no thanks|not really|don't|stop|cancel|never mind|not now|not yet)",
        "(no|nope) (that's wrong|that's not right|don't do that|i don't|i'm not|wait|leave it|sorry)",
        "(no|) (please|) don't (block it|do that|do it)", "that's (wrong|not correct|not right|not it)",
        "(i changed|i've changed) my mind", "(no|) i (found it|have found it|don't want that)",
        "(better|rather) not", "forget it", "leave it as it is", "absolutely not", "certainly not",
    ),
    "repeat": (
        "(can|could|would) you (please|) (repeat|say) (that|it|this) (again|once more|please|)",
        "(say|repeat) (that|it) (again|once more|please|one more time)", "(pardon|sorry|what|excuse me)",
        "(sorry|) i (didn't|did not) (hear|catch|get|understand) (that|you|it|the amount|the date)",
        "what (did you say|was that|was the date|was the amount)", "(once more|one more time|again) please",
        "(could you|please) (speak|talk) (up|slower|more slowly|louder)", "come again", "how much was that",
        "the (date|amount|price) again please", "i beg your pardon", "when was that", "how much did you say",
    ),
    "identity": (
        "{pin}", "{pin}", "{pin}", "{pin}", "{customer}", "{customer}", "{digits}", "{digits}",
        "(my|the) (pin|pin number|code|pin code|secret number|four digits) is {pin}",
        "(it's|it is|that's|the number is|yes it's|um it's|okay it's|that would be) {pin}",
        "(it's|it is|that's|the number is|yes it's|um it's|okay it's|that would be) {customer}",
        "(my|the) (customer number|account number|number|customer id|account) is {customer}",
        "(customer|account) number {customer}", "{customer} (is my customer number|that's the number)",
        "(my|the) (phone|mobile|telephone) number is {phone}", "{pin} (is my pin|is the pin|that's my pin)",
        "(no|sorry|no sorry|wait) (it's|i meant|i said|the pin is) {pin}", "pin {pin}",
        "i (don't|do not) (know|have|remember) (my pin|it|the number|my customer number|that)",
        "i (forgot|have forgotten|can't remember) (my pin|the pin|my number)", "one moment (please|)",
        "(wait|hold on|just) a (moment|second|minute) (please|i'm looking for it|)",
        "(where|how) (do|can) i find my (customer number|pin|number)", "what (pin|number|code) do you mean",
        "(this is|my name is|i am|i'm|it's) {name} (and i live at {address}|)", "{name}",
        "do you need my (pin|customer number|name|address)", "let me (look|check|get it|find it)",
    ),
    "elsewhere": (
        "(what's|what is|how is) the (weather|temperature) (like|today|tomorrow|in {city}|)",
        "(can|could) you (book|order|find) (me|) a (table|taxi|hotel|flight|pizza|train)",
        "what (time|day) is it", "(tell|sing) me a (joke|story|song|poem)", "who (are|made) you",
        "my (internet|television|wifi|router|landline|signal|connection) (is|has been) (slow|down|broken)",
        "the (internet|network|line|signal|connection) (is|has been) (down|off|bad|dead) since {time}",
        "(is|was) there an outage in (my area|{city})", "i want to (change|cancel|upgrade) my (plan|contract)",
        "how (do|can) i (change|cancel|upgrade|renew) my (plan|contract|address|email|password)",
        "i('d like to|  want to) (order|buy|get) a new (phone|mobile|router|sim card|tablet)",
        "(can|could) (i|you) (use|turn on) (roaming|my phone) in (france|spain|italy|germany|greece)",
        "(can|could) you send a technician (to {address}|on {day}|)", "i am moving to {address} in {city}",
        "my (son|daughter|wife|husband|mother|father|friend) (needs|has|wants) a (new|) (phone|contract)",
        "(can|could) i make an appointment (on {day}|for {date}|at {time}|)", "where is your (shop|store)",
        "what are your opening hours (on {day}|)", "do you sell (phones|laptops|tablets|headphones)",
        "i('m| am) (hungry|tired|in a hurry|on the train|driving|very angry|not happy with you)",
        "how do i set up my (voicemail|email|answering machine|new phone)", "who won the (match|game)",
        "can i have a (discount|refund|voucher)", "i want my money back", "you charged me twice",
    ),
}  # fmt: skip

ASSISTANT: tuple[str, ...] = (
    "(hello|welcome|good day|thank you for calling|hello and welcome) (this is|to|you are speaking to|) "
    "(the automated assistant of|the assistant of|) larkfield telecom (how can i help you|)",
    "i am (an automated|a computer|an artificial|the virtual|a digital) assistant",
    "(this call is|you are) (answered by|talking to|speaking with) (an automated|a virtual) assistant",
    "how (can|may) i help (you|) (today|)", "what can i do for you (today|)",
    "your (balance|bill|current bill|outstanding balance|open balance) is {money} (due on {date}|)",
    "(please pay it|it is due|payment is due|it must be paid|please pay) (by|on|before) {date}",
    "you owe {money} (payable by|due on|and it is due by|to be paid by) {date}",
    "there is nothing to pay (at the moment|)", "your account is (paid|settled|clear)",
    "you (are on|have) the {plan} (plan|tariff) with {number} (gigabytes|gigabytes of data) for {money} (a month|per month)",
    "your plan is {plan} (it includes|with|it comes with) {number} gigabytes (of data|) (and costs|for|at) {money} (a month|)",
    "to (do that|tell you that|continue|check that|block your sim) i need (your|to know your|to hear your) "
    "(four digit pin|pin|customer number and pin)",
    "please (say|tell me|enter|key in|type in) your (four digit pin|pin|customer number) "
    "(or enter it on your keypad|or use the keypad|)",
    "(sorry|i'm sorry|i am afraid) (that|this) (pin|number|customer number) is not (right|correct) (please try again|)",
    "(thank you|thanks) (that is correct|you are verified|i have found your account|)",
    "shall i (block|really block) (your|the) sim (card|) (now|) (yes or no|)",
    "do you (really|) want (me|) to block (your|the) sim card (ending in {digits}|)",
    "are you sure (you want to block it|that i should block your sim card|)",
    "(your|the) sim (card|) (is|has been) (blocked|now blocked) (nobody can use it any more|)",
    "(all right|okay|fine) i (have not|did not|will not|won't) (block|blocked) (it|your sim card)",
    "a new (sim|card|sim card) (will be sent|is on its way) (to you|to your address|by post)",
    "(i will|let me|i'll) (put|connect|transfer) you (through|) (to|with) a (colleague|person) (please hold|)",
    "one moment please", "(please|) (hold|stay on) the line (please|)", "let me (check|look|see)",
    "(sorry|i'm sorry|pardon) i (didn't|did not) (understand|catch|hear) (that|you) (please say it again|)",
    "could you (please|) (say|repeat) that (again|once more|)", "are you still there",
    "i (can|can only) (help|help you) with (your bill|your plan|a lost sim|bills plans and lost sim cards)",
    "i can tell you your balance your plan or block a lost sim card",
    "(is there|can i do) anything else (i can do for you|i can help you with|for you|)",
    "(thank you|thanks) for (calling|your call) (goodbye|have a nice day|)", "you're welcome",
    "goodbye (and have a nice day|)", "i (can't|cannot) hear you (well|)", "nothing has been changed",
    "there is a technical problem (i am sorry|please call again later|)", "you have {number} tries left",
    "i could not (verify|check) (you|your pin) i will connect you to a (colleague|person)",
)  # fmt: skip

_OPENERS = (
    [""] * 9
    + "hello |hi |good morning |good afternoon |yes |um |well |okay |so |please |excuse me |hi there |"
    "sorry |oh |right |yes hello |hello there |er |and |now |look |listen |actually |could you help me ".split("|")
)  # fmt: skip
_CLOSERS = [""] * 9 + " please| thank you| thanks| as soon as possible| right now| today| if you can".split("|")  # fmt: skip

_WEIGHTS = {
    "balance": 20, "plan": 12, "block": 15, "person": 9, "greeting": 3, "thanks": 4, "goodbye": 4,
    "yes": 7, "no": 6, "repeat": 5, "identity": 17, "elsewhere": 8,
}  # fmt: skip


def caller_phrase(choices: random.Random) -> str:
    """One thing a caller says, in spoken words."""
    intent = choices.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    phrase = expand(choices.choice(CALLER[intent]), choices, SLOTS)
    if choices.random() < 0.12 and intent not in ("identity", "greeting"):
        second = choices.choice(["thanks", "greeting", "yes", "no", "balance", "plan"])
        other = expand(choices.choice(CALLER[second]), choices, SLOTS)
        phrase = f"{other} {phrase}" if second != "thanks" else f"{phrase} {other}"
    return (choices.choice(_OPENERS) + phrase + choices.choice(_CLOSERS)).strip()


def assistant_phrase(choices: random.Random) -> str:
    """One thing the assistant says, in spoken words."""
    return expand(choices.choice(ASSISTANT), choices, SLOTS)
