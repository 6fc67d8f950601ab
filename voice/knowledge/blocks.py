"""What a reader makes of a file: paragraphs, with the headings that they stand under."""

from __future__ import annotations

from dataclasses import dataclass, field

from voice.knowledge.text import clean

BETWEEN_HEADINGS = " › "


@dataclass(frozen=True)
class Block:
    """A paragraph, an item of a list or a row of a table, clean."""

    text: str
    heading: str = ""
    """Headings from the outermost to the innermost."""
    page: int | None = None
    """From 1, where the document has pages."""


@dataclass
class FileContents:
    """Gathers what a file says, from its beginning to its end."""

    title: str = ""
    language: str = ""
    """As the file states it, if it does."""
    blocks: list[Block] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)

    def head(self, level: int, text: str) -> None:
        """What comes now stands under this heading; 1 is the outermost level."""
        text = clean(text)
        self._headings = [one for one in self._headings if one[0] < level]
        if text:
            self._headings.append((level, text))
            if level == 1 and not self.title:
                self.title = text

    def add(self, text: str, page: int | None = None) -> None:
        """A paragraph; one without a letter says nothing."""
        text = clean(text)
        if any(map(str.isalpha, text)):
            heading = BETWEEN_HEADINGS.join(text for _, text in self._headings)
            self.blocks.append(Block(text, heading, page))
