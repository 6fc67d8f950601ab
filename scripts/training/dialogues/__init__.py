"""Dialogues of a telephone company's callers with its assistant: what the response model learns.

`phrases/` holds how people ask, one pattern a line; `phrasebook` turns patterns into sentences,
`framing` puts hesitations, greetings and context around them, `noise` damages them as a
recogniser does, and `dialogue` builds whole conversations. The recogniser's corpus takes its
sentences from `caller_sentence` and `assistant_sentence`.
"""

from training.dialogues.sentences import assistant_sentence, caller_sentence

__all__ = ["assistant_sentence", "caller_sentence"]
