"""Markdown (CommonMark with tables) and plain text."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from voice.knowledge.blocks import FileContents
from voice.knowledge.text import clean

_FRONT_MATTER = re.compile(r"\A---\s*\n(.*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"^(title|lang|language):[ \t]*[\"']?(.*?)[\"']?[ \t]*$", re.MULTILINE)
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_markdown(file: Path) -> FileContents:
    """Raises OSError, and ValueError when it is no UTF-8 (or UTF-16 with its mark)."""
    text = _decoded(file.read_bytes())
    contents = FileContents()
    if front := _FRONT_MATTER.match(text):
        stated: dict[str, str] = dict(_KEY.findall(front[1]))
        contents.title = clean(stated.get("title", ""))
        contents.language = stated.get("language") or stated.get("lang") or ""
        text = text[front.end() :]
    _gather(MarkdownIt("commonmark").enable("table").parse(text), contents)
    return contents


def _decoded(data: bytes) -> str:
    name, encoding = ("UTF-16",) * 2 if data[:2] in _UTF_16_MARKS else ("UTF-8", "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        wrong = f"byte 0x{data[error.start]:02x} in line {line}"
        raise ValueError(f"not {name}: {wrong}; save it as UTF-8") from None
    if "\x00" in text:
        raise ValueError("not a text file")
    return text


def _gather(tokens: list[Token], contents: FileContents) -> None:
    """Code and raw HTML are left out: nobody says either."""
    heading = 0
    row: list[str] | None = None
    for token in tokens:
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            contents.add(", ".join(filter(None, row)))
            row = None
        elif token.type == "inline":
            text = _inline(token)
            if heading:
                contents.head(heading, text)
                heading = 0
            elif row is not None:
                row.append(text.strip())
            else:
                contents.add(text)


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return "".join(parts)
