"""HTML as a browser would show it: without scripts, styles, menus and what is hidden."""

from __future__ import annotations

import re
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser, LexborNode

from voice.knowledge.blocks import FileContents
from voice.knowledge.text import clean

_UNSEEN = (
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "nav", "footer",
    "select", "textarea", "button",
)  # fmt: skip
_HIDDEN = '[hidden], [aria-hidden="true"], [style*="display:none"], [style*="display: none"]'
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    [
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
        "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "form", "header", "hr",
        "li", "main", "ol", "p", "pre", "section", "summary", "table", "tr", "ul",
    ]
)  # fmt: skip
_CELLS = frozenset(["td", "th"])
_DEEPEST = 200
"""Elements between a text and its block."""
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?\s*([\w-]{1,40})", re.IGNORECASE)


def read_html(file: Path) -> FileContents:
    """Raises OSError, and ValueError when its encoding is not known."""
    tree = LexborHTMLParser(_decoded(file.read_bytes()))
    root, contents = tree.root, FileContents()
    if root is not None:
        contents.language = root.attributes.get("lang") or ""
    if title := tree.css_first("title"):
        contents.title = clean(title.text())
    for node in tree.css(", ".join([*_UNSEEN, _HIDDEN])):
        node.decompose()
    if tree.body is not None:
        _gather(tree.body, contents)
    return contents


def _decoded(data: bytes) -> str:
    """By its mark, its own statement, as UTF-8, or as browsers read what is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if stated := _CHARSET.search(data[:2048]):
        name = stated[1].decode("ascii", "replace")
        try:
            return data.decode(name, "replace")
        except LookupError:
            raise ValueError(f"its encoding {clean(name)!r} is not known") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _gather(body: LexborNode, contents: FileContents) -> None:
    block, cell, parts = None, None, list[str]()

    def end() -> None:
        text = "".join(parts)
        parts.clear()
        if block is not None and block.tag in _HEADINGS:
            contents.head(_HEADINGS[block.tag], text)
        else:
            contents.add(text)

    for node in body.traverse(include_text=True):
        if node.tag == "br":
            parts.append(" ")
        if node.tag != "-text":
            continue
        inside = _around(node, _BLOCKS | _HEADINGS.keys())
        if block is not None and not _same(inside, block):
            end()
        column = _around(node, _CELLS)
        if parts and not _same(column, cell):
            parts.append(", ")
        block, cell = inside, column
        parts.append(node.text(deep=False))
    end()


def _around(node: LexborNode, tags: frozenset[str]) -> LexborNode | None:
    """The nearest element around a text that is one of these."""
    outer = node.parent
    for _ in range(_DEEPEST):
        if outer is None or outer.tag in tags:
            return outer
        outer = outer.parent
    return None


def _same(one: LexborNode | None, other: LexborNode | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.mem_id == other.mem_id
