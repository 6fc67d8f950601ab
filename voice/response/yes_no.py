"""Whether a caller agreed: read by fixed rules, because something irreversible may hang on it."""

from __future__ import annotations

import re
from enum import Enum

from voice.response.caller_text import normal_form


class YesNo(Enum):
    """The answer to a question that can be answered with yes or no."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


_LONGEST_ANSWER = 14
"""Words; a longer answer is about something else."""

_NO = re.compile(
    r"\b(no|nope|nah|nay|don't|do not|dont|not|never|stop|wait|cancel|leave it|forget it|"
    r"never mind|changed my mind|hold on|rather|found|abort|negative|keep it|isn't|wouldn't|"
    r"got it back|skip it|let it be|let me|wrong|mistake|instead)\b"
)
_NO_THAT_MEANS_YES = re.compile(r"\b(why not|no problem|no doubt|not a problem)\b")
_CLEAR_YES = re.compile(
    r"\b(yes|yeah|yep|yup|yah|aye|absolutely|definitely|certainly|of course|by all means|"
    r"affirmative|confirmed|i confirm|i agree|agreed|please do|go for it|proceed|exactly|"
    r"i'm sure|i am sure|that's right|that is right|that's correct|that's fine|that is fine)\b"
)
_IMPERATIVE = re.compile(r"\b(go ahead|do it|do that|do so|block it|carry on|lock it|go on)\b")
_MILD = frozenset(
    (*("sure", "okay", "ok", "right", "fine", "correct", "alright", "all", "perfect", "indeed"),)
    + ("please", "good", "great", "naturally", "thanks", "thank", "you", "then", "sounds", "so")
    + ("that", "that's", "is", "well", "um", "uh", "er", "oh", "ah", "grand", "mm", "hmm", "ya")
    + ("huh", "i", "do", "would", "may", "can", "it", "works", "now", "lovely", "thing", "true")
)
_MILD_YES = re.compile(
    r"\b(sure|okay|ok|right|fine|correct|alright|all right|perfect|indeed|please|naturally|"
    r"sounds good|good|grand|ya|mm hmm|uh huh|i do|i would|you may|you can|that works|true)\b"
)
_QUESTION = re.compile(
    r"^((?!it |that |this )\w+ )?"
    r"(what|when|which|how|who|where|why|can you|could you|is|are|does|will) "
)


def read_yes_no(text: str, sure: bool = True) -> YesNo:
    """Any sign of a no outweighs a yes; questions and long speeches are unclear.

    Unless the words were heard for `sure`, a mere "do it" is unclear too: it is what is left of
    "don't do it" when a word is lost.
    """
    words = _NO_THAT_MEANS_YES.sub("yes", normal_form(text))
    count = len(words.split())
    if _NO.search(words):
        return YesNo.NO if count <= _LONGEST_ANSWER else YesNo.UNCLEAR
    if count > _LONGEST_ANSWER or _QUESTION.search(f"{words} "):
        return YesNo.UNCLEAR
    if _CLEAR_YES.search(words):
        return YesNo.YES
    if _IMPERATIVE.search(words):
        return YesNo.YES if sure else YesNo.UNCLEAR
    mild = _MILD_YES.search(words) is not None and _MILD.issuperset(words.split())
    return YesNo.YES if mild else YesNo.UNCLEAR
