"""Grounding: nothing is said that no result of a tool vouches for, whoever wrote the sentence.

`Grounding` is made once for the tasks of a language, and learns from their wordings what each value
counts, beside which words it stands, and what may be claimed after which result. Each turn has its
`Grounds`: the values of its results, to which every sentence is held before it is spoken. Amounts,
dates, times, counts, shares, numbers, names and claims that something was done are read in digits
and in words, by the tables of `voice.languages`.
"""

from voice.response.grounding.grounding import (
    Grounding,
    Grounds,
    Ungrounded,
    grounding_of,
    prepare,
)

__all__ = ["Grounding", "Grounds", "Ungrounded", "grounding_of", "prepare"]
