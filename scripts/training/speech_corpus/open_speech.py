"""Speech outside the telephone company's business: it keeps the recogniser listening.

Common English words in random order and in loose sentences, so that what is written down
depends on what is heard and not only on what was said before.
"""

# ruff: noqa: E501, SIM905 - patterns and lists of words stand as they are read

from __future__ import annotations

import functools
import random

from training.speech_corpus.grammar import expand
from training.speech_corpus.telephone_phrases import SLOTS

_NOUNS = (
    "time year people way day man thing woman life child world school state family student group "
    "country problem hand part place case week company system program question work government "
    "number night point home water room mother area money story fact month lot right study book "
    "eye job word business issue side kind head house service friend father power hour game line "
    "end member law car city community name president team minute idea kid body information back "
    "parent face level office door health person art war history party result change morning "
    "reason research girl guy moment air teacher force education foot boy age policy music market "
    "sense nation plan college interest death experience effect use class control field rate "
    "window table chair kitchen garden street road bridge river mountain lake sea beach island "
    "forest tree flower grass bird dog cat horse cow sheep fish egg bread butter cheese milk "
    "coffee tea sugar salt apple orange lemon potato tomato onion soup meat chicken rice cake "
    "chocolate ice bottle glass cup plate knife fork spoon bag box letter paper pen pencil map "
    "ticket train bus plane boat bicycle taxi station airport hotel restaurant shop store bank "
    "hospital doctor nurse dentist medicine church museum theatre cinema film song piano guitar "
    "radio television computer laptop tablet keyboard screen battery charger cable button key "
    "lock wall floor roof stairs bed blanket pillow lamp light fire smoke wind rain snow storm "
    "cloud sun moon star sky summer winter spring autumn weather heat cold holiday birthday "
    "wedding present christmas weekend clothes shirt shoes coat hat dress pocket ring watch "
    "glasses hair ear nose mouth tooth neck arm leg knee heart blood brain voice noise picture "
    "colour price cost bill payment tax interest loan insurance account contract signature form "
    "address email password message call network signal internet connection phone mobile sim card "
    "technician engineer manager customer neighbour uncle aunt cousin brother sister husband wife "
    "grandmother baby lawyer farmer soldier driver pilot police"
).split()
_VERBS = (
    "be have do say go get make know think take see come want look use find give tell work call "
    "try ask need feel become leave put mean keep let begin help talk turn start show hear play "
    "run move like live believe hold bring happen write provide sit stand lose pay meet include "
    "continue set learn change lead understand watch follow stop create speak read allow add "
    "spend grow open walk win offer remember love consider appear buy wait serve die send expect "
    "build stay fall cut reach kill remain suggest raise pass sell require report decide pull "
    "break pick wear carry eat drink drive fly ride swim sing dance laugh cry sleep wake cook "
    "clean wash fix repair push throw catch jump climb travel visit arrive return borrow lend "
    "steal hide choose forget forgive promise explain describe answer repeat spell count measure "
    "check order cancel confirm block charge connect install update upgrade download print"
).split()
_OTHERS = (
    "the a an of to in for on with at by from up about into over after under between out against "
    "during without before through among around near behind above below across off again once "
    "here there when where why how all any both each few more most other some such no not only "
    "own same so than too very just now then also well even still never always often sometimes "
    "usually maybe perhaps really quite almost already soon later today tomorrow yesterday tonight "
    "i you he she it we they me him her us them my your his its our their mine yours ours this "
    "that these those who whose what which nobody nothing everybody everything something anyone "
    "and but or because if while although since until unless as good new first last long great "
    "little old big high different small large next early young important public bad able free "
    "sure clear full special easy strong certain whole hard close open red blue green yellow black "
    "white brown grey dark bright hot warm cold cool wet dry clean dirty fast slow quick loud quiet "
    "soft heavy light thick thin wide narrow deep short tall rich poor cheap expensive happy sad "
    "angry afraid tired hungry thirsty sick healthy busy ready late empty wrong true false strange "
    "simple difficult possible beautiful ugly nice kind polite rude careful dangerous safe alone "
    "together left right north south east west inside outside upstairs twice half enough several "
    "many much less least both either neither was were been being am is are had has did does done "
    "went gone got made knew known thought took taken saw seen came wanted looked used found gave "
    "given told worked called tried asked needed felt became meant kept began helped talked turned "
    "heard played ran moved liked lived held brought happened wrote written sat stood lost paid met "
    "will would can could should must may might don't can't won't isn't wasn't doesn't didn't i'm "
    "you're he's she's it's we're they're i've you've we've i'll you'll we'll that's what's there's "
    "let's going having making doing saying getting coming looking trying using calling waiting"
).split()

_SENTENCES = (
    "(the|a|my|your|our|this|that) {adjective} {noun} (is|was|will be) (very|really|not|too|) {adjective}",
    "(i|you|we|they) (will|can|could|should|must|want to|need to|have to) {verb} the {noun}",
    "(do|did) (you|they|we|i) {verb} (the|a|your|my) {noun} (today|tomorrow|yesterday|on {day}|)",
    "where (is|was) (the|my|your|his|her) {noun}", "there (is|was) (a|no|one) {noun} (in|on|under|near) the {noun}",
    "(he|she|it) (went|came|moved|looked) (to|into|over|through) the {noun} (and|but) {verb} the {noun}",
    "(why|how|when) (do|did|should|can) (we|you|they|i) {verb} (that|this|it|the {noun})",
    "(i|we) (was|were|have been|had been) (in|at) the {noun} (for|since) {number} (days|hours|years|minutes)",
    "(please|let us|don't|never|always) {verb} (it|that|the {noun}|your {noun}) (before|after) {time}",
    "(my|her|his) {noun} (has|had|needs|lost|found) (a|the|an old|a new) {noun}",
    "if (you|we|they) {verb} the {noun} (i|we|you) (will|can|might) {verb} (it|too|again|the {noun})",
    "{first} (said|told me|thinks|knows) that the {noun} (is|was) {adjective}",
    "{name} lives at {address} in {city}", "the train to {city} leaves at {time}",
    "(what a|such a) {adjective} {noun}", "it costs {money}", "on {date} (i|we) {verb} the {noun}",
)  # fmt: skip
_ADJECTIVES = _OTHERS[_OTHERS.index("good") : _OTHERS.index("alone")]

_SLOTS = {
    **SLOTS,
    "noun": lambda choices: choices.choice(_NOUNS),
    "verb": lambda choices: choices.choice(_VERBS),
    "adjective": lambda choices: choices.choice(_ADJECTIVES),
}


@functools.cache
def vocabulary() -> tuple[str, ...]:
    """Every word of this module, sorted."""
    return tuple(sorted({*_NOUNS, *_VERBS, *_OTHERS}))


def open_sentence(choices: random.Random) -> str:
    """A grammatical sentence about anything."""
    return expand(choices.choice(_SENTENCES), choices, _SLOTS)


def word_salad(choices: random.Random, words: tuple[str, ...]) -> str:
    """One to eight words in random order."""
    return " ".join(choices.choice(words) for _ in range(choices.randint(1, 8)))
