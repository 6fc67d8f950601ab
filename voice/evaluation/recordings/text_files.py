"""Text as people's programs write it: UTF-8, Excel's UTF-16, and the Windows code page."""

from __future__ import annotations

import codecs
from pathlib import Path

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WINDOWS = "cp1252"
_BLOCK_BYTES = 1 << 20


def encoding_of(file: Path) -> str:
    """By its mark; without one UTF-8 where all of it is, else Windows-1252. Raises OSError."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with file.open("rb") as reading:
        head = reading.read(4)
        marked = next((name for mark, name in _MARKS.items() if head.startswith(mark)), None)
        if marked:
            return marked
        reading.seek(0)
        try:
            while block := reading.read(_BLOCK_BYTES):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _WINDOWS
    return "utf-8"
