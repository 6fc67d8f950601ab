"""Documents cut into passages: what is found, cited and given to a model as one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from voice.knowledge.documents import Document
from voice.knowledge.text import sentences

_WORDS = 90
"""Of a passage; the sentence that reaches it is the last."""


@dataclass(frozen=True)
class Passage:
    """Some sentences of a document that stand together below one heading, on one page."""

    heading: str
    page: int | None
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return " ".join(self.sentences)


def passages_of(document: Document) -> Iterator[Passage]:
    """The passages of a document, in order."""
    place: tuple[str, int | None] = ("", None)
    gathered: list[str] = []
    words = 0
    for block in document.blocks:
        if gathered and (place != (block.heading, block.page) or words >= _WORDS):
            yield Passage(*place, tuple(gathered))
            gathered, words = [], 0
        place = (block.heading, block.page)
        for sentence in sentences(block.text):
            if words >= _WORDS:
                yield Passage(*place, tuple(gathered))
                gathered, words = [], 0
            gathered.append(sentence)
            words += len(sentence.split())
    if gathered:
        yield Passage(*place, tuple(gathered))
