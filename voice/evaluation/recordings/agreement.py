"""Whether a call on the telephone and its recording in virtual time were understood alike."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from voice.evaluation.word_errors import words_of
from voice.events import HIDDEN, CallEvent, FinalTranscript


def turns_alike(live: Sequence[CallEvent], evaluated: Sequence[str]) -> tuple[int, int]:
    """How many turns of the live call were understood in the same words, in order; and of how many.

    Turns in which the caller gave a secret are left out: their sound was never recorded.
    """
    said = [event.text for event in live if isinstance(event, FinalTranscript)]
    first = [tuple(words_of(text)) for text in said if text and text != HIDDEN]
    second = [tuple(words_of(text)) for text in evaluated if text != HIDDEN]
    blocks = SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks), len(first)
