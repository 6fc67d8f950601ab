"""PDF: the text of its pages, under the titles of its outline."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from voice.knowledge.blocks import FileContents
from voice.knowledge.text import clean

_MOST_PAGES = 5000
_PARAGRAPH = re.compile(r"\n\s*\n")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010]\n(?=[^\W\d_])")
"""A word that goes on in the next line."""

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each oddity of each file


def read_pdf(file: Path) -> FileContents:
    """Raises OSError, and ValueError with the reason when it is damaged, locked or without text."""
    contents = FileContents()
    try:
        with file.open("rb") as stream:
            reader = PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                raise ValueError("it can be read with its password only")
            if len(reader.pages) > _MOST_PAGES:
                raise ValueError(f"{len(reader.pages)} pages; at most {_MOST_PAGES} are read")
            contents.title = clean(str((reader.metadata and reader.metadata.title) or ""))
            contents.language = str(reader.root_object.get("/Lang", ""))
            _gather(reader, contents)
    except (OSError, ValueError):
        raise
    except Exception as error:  # noqa: BLE001 - pypdf raises anything on a damaged file
        raise ValueError(f"not a readable PDF ({type(error).__name__})") from None
    if not contents.blocks:
        raise ValueError("no text in it: pages that are pictures cannot be read")
    return contents


def _gather(reader: PdfReader, contents: FileContents) -> None:
    titles = list(_outline(reader, reader.outline, 1))
    for number, page in enumerate(reader.pages, 1):
        for level, title, begins in titles:
            if begins == number:
                contents.head(level, title)
        text = _HYPHEN.sub("", page.extract_text())
        for paragraph in _PARAGRAPH.split(text):
            contents.add(paragraph, number)


def _outline(reader: PdfReader, entries: list[Any], level: int) -> Iterator[tuple[int, str, int]]:
    """Level, title and page of each entry; what leads nowhere is left out."""
    for entry in entries:
        if isinstance(entry, list):
            yield from _outline(reader, entry, level + 1)
        elif (page := reader.get_destination_page_number(entry)) is not None:
            yield level, str(entry.title or ""), page + 1
