"""Recorded speech with its texts: manifests and public corpora, checked, in parts to learn from.

corpus = read_corpus(Path("cv-corpus/sw"))
checked = check(corpus.utterances)
parts = divided(checked.good)
"""

from voice.tuning.speech_data.checks import (
    SILENT_DBFS,
    CheckedCorpus,
    Limits,
    Problem,
    audible,
    check,
)
from voice.tuning.speech_data.corpora import Corpus, read_corpus
from voice.tuning.speech_data.parts import Parts, divided
from voice.tuning.speech_data.utterance import CorpusError, Part, SpokenUtterance

__all__ = [
    "SILENT_DBFS",
    "CheckedCorpus",
    "Corpus",
    "CorpusError",
    "Limits",
    "Part",
    "Parts",
    "Problem",
    "SpokenUtterance",
    "audible",
    "check",
    "divided",
    "read_corpus",
]
