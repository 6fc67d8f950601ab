"""What callers mean, found without a language model: requests by their examples, and typed values.

    english = language("en")
    learnt = LearntExamples({english: {"balance": ["how much do i owe", ...], ...}}, embedder)
    reader = RequestReader(english, learnt)
    reader.read("what is on my bill").wishes
    read_value(Digits(length=4), "double four seven one", language("en"), today)

Pure: no event loop, no call, no tool. Imports languages and the types of arguments.
"""

from voice.understanding.classifier import NONE
from voice.understanding.corrections import corrected, places_of_corrections
from voice.understanding.found import Found
from voice.understanding.learnt_examples import LearntExamples
from voice.understanding.lexical import LexicalEmbedder
from voice.understanding.requests import Reading, RequestReader, Wish
from voice.understanding.samples import filled
from voice.understanding.suits import Stance
from voice.understanding.values import read_value, values_in
from voice.understanding.vectors import TextEmbedder, kept_folder

__all__ = [
    "NONE",
    "Found",
    "LearntExamples",
    "LexicalEmbedder",
    "Reading",
    "RequestReader",
    "Stance",
    "TextEmbedder",
    "Wish",
    "corrected",
    "filled",
    "kept_folder",
    "places_of_corrections",
    "read_value",
    "values_in",
]
