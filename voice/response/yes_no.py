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
_YES = re.compile(
    r"\b(yes|yeah|yep|yup|yah|ya|aye|sure|of course|certainly|absolutely|definitely|correct|"
    r"exactly|indeed|please do|go ahead|go on|go for it|do it|do that|do so|affirmative|confirm|"
    r"confirmed|i agree|agreed|proceed|carry on|by all means|that's right|that is right|"
    r"that's correct|that's fine|that is fine|fine|all right|alright|okay|ok|block it|"
    r"please block|block the|block my|right|please|naturally|you may|you can|why not|"
    r"no problem|uh huh|mm hmm|sounds good|i am sure|i'm sure|i do|i would|perfect|that works)\b"
)
_QUESTION = re.compile(
    r"^(\w+ )?(what|when|which|how|who|where|why|can you|could you|is|are|does|will) "
)


def read_yes_no(text: str) -> YesNo:
    """Any sign of a no outweighs a yes; questions and long speeches are unclear."""
    words = normal_form(text)
    if _NO.search(_NO_THAT_MEANS_YES.sub("yes", words)):
        return YesNo.NO if len(words.split()) <= _LONGEST_ANSWER else YesNo.UNCLEAR
    if len(words.split()) > _LONGEST_ANSWER or _QUESTION.search(f"{words} "):
        return YesNo.UNCLEAR
    return YesNo.YES if _YES.search(words) else YesNo.UNCLEAR
