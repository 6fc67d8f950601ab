"""An operator's folder of documents: which files count, and what kind each is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voice.errors import ConfigError, VoiceError
from voice.knowledge.blocks import Block, FileContents
from voice.knowledge.html_reader import read_html
from voice.knowledge.markdown_reader import read_markdown
from voice.knowledge.pdf_reader import read_pdf

_READERS: Mapping[str, Callable[[Path], FileContents]] = {
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
}

_MOST_BYTES = {".pdf": 100_000_000}
_MOST_TEXT_BYTES = 10_000_000
"""Of a file of text: more than any reader reads, and a mistake of whoever put it there."""
_MOST_FILES = 10_000


class UnreadableDocument(VoiceError):
    """A file cannot be used; the message says why, without its name."""


@dataclass(frozen=True)
class Document:
    """One file and what it says."""

    path: str
    """Relative to the folder, with slashes: what it is cited by, and no two have in common."""
    title: str
    language: str
    """Tag of the language that it is written in."""
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Unread:
    """A file that could not be used."""

    path: str
    reason: str


def read_folder(folder: Path, languages: Sequence[str]) -> Iterator[Document | Unread]:
    """Each document of a folder and those below it, by path.

    `languages` are the tags that there are; the first is that of documents which name none of
    them (docs/knowledge.md). Raises ConfigError when there is no document at all.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder")
    files = [file for file in sorted(folder.rglob("*")) if _counts(file.relative_to(folder))]
    files = [file for file in files if file.is_file()]
    if not files:
        kinds = ", ".join(f"*{suffix}" for suffix in _READERS)
        raise ConfigError(f"{folder}: no documents there ({kinds})")
    if len(files) > _MOST_FILES:
        raise ConfigError(f"{folder}: {len(files)} documents; at most {_MOST_FILES} are read")
    for file in files:
        path = file.relative_to(folder)
        try:
            yield _read(file, path, languages)
        except UnreadableDocument as error:
            yield Unread(path.as_posix(), str(error))


def _counts(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return path.suffix.lower() in _READERS and not hidden


def _read(file: Path, path: Path, languages: Sequence[str]) -> Document:
    most = _MOST_BYTES.get(file.suffix.lower(), _MOST_TEXT_BYTES)
    try:
        size = file.stat().st_size
        if size > most:
            raise UnreadableDocument(f"{size / 1e6:.0f} MB; at most {most / 1e6:.0f} MB are read")
        contents = _READERS[file.suffix.lower()](file)
    except OSError as error:
        raise UnreadableDocument(error.strerror or "cannot be read") from None
    except ValueError as error:
        raise UnreadableDocument(str(error)) from None
    if not contents.blocks:
        raise UnreadableDocument("no text in it")
    title = contents.title or file.stem.replace("_", " ").replace("-", " ")
    language = _language(contents.language, path, languages)
    return Document(path.as_posix(), title, language, tuple(contents.blocks))


def _language(stated: str, path: Path, languages: Sequence[str]) -> str:
    """What the document states, else its name (prices.fr.md) or folder (fr/prices.md)."""
    named = [stated, *reversed(path.suffixes[:-1]), *reversed(path.parent.parts)]
    for one in named:
        tag = one.removeprefix(".").lower().replace("_", "-")
        for known in languages:
            if tag == known.lower() or tag.partition("-")[0] == known.lower():
                return known
    return languages[0]
