"""Text of documents: what of it can be read and said, and where its sentences end.

Documents are untrusted: characters that nobody sees and marks that could steer a model are left
out where a document is read, and so reach nothing behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from voice.languages import CAPITAL

_CONTROL_TOKEN = re.compile(r"<\|[^<>|]{0,40}\|>|\[/?INST\]|</?(?:s|think|tool_call|system)>")
"""What begins or ends a message for one language model or another."""
_HEADER = re.compile(r"<\|[^<>|]{0,40}\|>[^<>|]{0,80}(?=<\|[^<>|]{0,40}\|>)")
"""A token and what stands before the next: whose message it is, and to whom."""
_FOR_PROGRAMS = re.compile(r"\w=\w|(?<![\w.@-])[^\W_]+(?:_\w+)+(?![\w.-]*@)")
"""Assignments and names such as those of tools: nobody says them."""
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_SPACE = re.compile(r"\s+")
_SOFT_HYPHEN = "\u00ad"
_UNSEEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn"])
"""Unicode's categories of control and format characters, and of those that have no meaning."""
_END = re.compile(
    rf"(?<=[.!?…])(?:\s?[\"'»”’)\]])*\s+(?=[\"'«“‘(\[]*\s?(?:{CAPITAL}|\d))|(?<=[。！？؟।])\s*(?=\S)"
)
_ABBREVIATION = re.compile(r"(?:^|[\s(])[^\W\d_]{1,2}\.$")
_BEFORE_FIGURES = re.compile(r"(?:^|[\s(])[^\W\d_]{1,4}\.$")
"""Letters before a full stop that are short for something: no sentence ends so."""
LONGEST = 50
"""Words of a sentence; a longer one is cut where it pauses, so that it can be said."""
_PAUSE = re.compile(r"(?<=[,;:])\s+")


def clean(text: str) -> str:
    """One line of what a reader sees of a text, composed (NFC)."""
    text = unicodedata.normalize("NFC", text.replace(_SOFT_HYPHEN, ""))
    text = _CONTROL_TOKEN.sub(" ", _HEADER.sub(" ", _SPACE.sub(" ", text)))
    seen = "".join(one for one in text if unicodedata.category(one) not in _UNSEEN)
    # What was hidden between two halves of a mark may have made another one.
    return _SPACE.sub(" ", _CONTROL_TOKEN.sub(" ", seen)).strip()


def sentences(text: str) -> Iterator[str]:
    """The sentences of a clean text that can be said, none of more than LONGEST words."""
    begin = 0
    for end in _END.finditer(text):
        goes_on = _BEFORE_FIGURES if text[end.end()].isdigit() else _ABBREVIATION
        if not goes_on.search(text, begin, end.start()):
            yield from _speakable(text[begin : end.end()])
            begin = end.end()
    yield from _speakable(text[begin:])


def _speakable(sentence: str) -> Iterator[str]:
    sentence = _SPACE.sub(" ", _ADDRESS.sub("", sentence)).strip()
    if not any(map(str.isalpha, sentence)) or _FOR_PROGRAMS.search(sentence):
        return
    words: list[str] = []
    for part in _PAUSE.split(sentence):
        more = part.split()
        if words and len(words) + len(more) > LONGEST:
            yield " ".join(words)
            words = []
        for first in range(0, len(more), LONGEST):
            if len(words) + len(more[first : first + LONGEST]) > LONGEST:
                yield " ".join(words)
                words = []
            words += more[first : first + LONGEST]
    if words:
        yield " ".join(words)
