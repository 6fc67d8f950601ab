"""Texts of any length that have been expensive for parsers, and how work grows with them."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable

LARGEST = 60_000
"""Characters; with its headers about what one UDP datagram holds."""
HARMLESS_SECONDS = 0.002
"""The largest text in less than this cannot hurt: its growth need not be measured."""
PER_DOUBLING = 2.5
ROUNDS = 6

_REPEATED = [
    "a", "0", " ", "\t", '"', "\\", '\\"', "<", ">", "<>", "[", "]", ":", ";", ",", "=", "@", "%",
    "%41", "(", "*", "\r\n ", "\r\n\t", "\n", " \n", "5\n", "é", "\N{SNOWMAN}",
    "\N{GRINNING FACE}", '<"', '"<', '";', '"a"', '"a",', "<a>", "<a>,", "a,", "a ", "a;", ";a",
    ";a=b", "a=;", 'a="b",', " :", "1.", "::", "sip:", "sip:a@b,", "<sip:a@b>,", "é<", "<é",
]  # fmt: skip
_NUMBERED = [
    ";p{}=v", "p{}=v,", '"{}",', "<sip:u{}@h>,", " {}", "{}.", "\r\nX-{}: y",
    "\r\nContact: <sip:u{}@h>", "\r\nRecord-Route: <sip:u{}@h;lr>",
    "\r\nVia: SIP/2.0/UDP h{};branch=z9hG4bK{}", "\r\nAuthorization: Digest username={}",
    "\r\nP-Asserted-Identity: <tel:{}>", "\r\nRequire: x{}", "\r\nX: a\r\n {}",
]  # fmt: skip

Shape = Callable[[int], str]


def _repeated(piece: str) -> Shape:
    return lambda size: piece * (size // len(piece.encode()))


def _numbered(piece: str) -> Shape:
    def text(size: int) -> str:
        return "".join(piece.replace("{}", str(n)) for n in range(size // (len(piece) + 4)))

    return text


def shapes(*, repeated: Iterable[str] = (), numbered: Iterable[str] = ()) -> dict[str, Shape]:
    """Every hostile shape, and those of a grammar of their own."""
    named = {repr(piece): _repeated(piece) for piece in (*_REPEATED, *repeated)}
    return named | {f"{piece!r} ...": _numbered(piece) for piece in (*_NUMBERED, *numbered)}


async def grows_too_fast(prepare: Callable[[int], Awaitable[Callable[[], object]]]) -> str | None:
    """Says how, when twice the input costs more than 2.5 times the work; else None.

    `prepare(size)` makes a piece of work. The time is the process's own, the least of several runs,
    and over two doublings, so that what else the machine does plays no part.
    """
    if _seconds(await prepare(LARGEST)) < HARMLESS_SECONDS:
        return None
    small = large = float("inf")
    for _ in range(ROUNDS):
        small = min(small, _seconds(await prepare(LARGEST // 4)))
        large = min(large, _seconds(await prepare(LARGEST)))
        if large < HARMLESS_SECONDS or large <= PER_DOUBLING**2 * small:
            return None
    return f"{small * 1000:.1f} ms become {large * 1000:.1f} ms over two doublings"


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
