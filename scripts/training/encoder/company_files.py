"""Made-up companies: what callers ask of each, in many wordings, and what asks for nothing.

A file of `companies/` is a list of companies:

    - company: clinic
      requests:
        book_visit: {en: [i'd like to book an appointment, ...], fr: [...]}
      nothing: {en: [just checking that you are open, ...], fr: [...]}
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from voice.languages import language
from voice.response.caller_text import normal_form
from voice.understanding.stance import manner

COMPANIES = Path(__file__).resolve().parent / "companies"
TAGS = ("en", "fr")
_FEWEST = 5
"""Phrasings of a request, in a language in which it counts."""
_HELD_BACK_EVERY = 14
"""One company of so many."""


@dataclass(frozen=True)
class Company:
    """Phrasings are in the form in which a caller's words are read."""

    name: str
    requests: Mapping[str, Mapping[str, Sequence[str]]]
    """By name and language."""
    nothing: Mapping[str, Sequence[str]]

    def all(self) -> Iterator[str]:
        """Every phrasing."""
        for by_tag in (*self.requests.values(), self.nothing):
            for texts in by_tag.values():
                yield from texts


def load(folder: Path = COMPANIES) -> list[Company]:
    """All companies of a folder's files, in the order of their names."""
    return [
        _company(entry)
        for file in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(file.read_text("utf-8"))
    ]


def is_held_back(company: Company) -> bool:
    """Whether it is one of those that are only judged by; that depends on its name alone."""
    return zlib.crc32(company.name.encode()) % _HELD_BACK_EVERY == 0


def roles() -> Company:
    """What callers say in any call: thanks, goodbye, the wish to speak to a person."""
    spoken = {tag: language(tag).roles.requests for tag in TAGS}
    names = sorted({name for requests in spoken.values() for name in requests})
    requests = {
        name: {tag: _read(spoken[tag].get(name, ()), tag) for tag in TAGS} for name in names
    }
    return Company("roles", requests, {})


def _company(entry: Mapping[str, Any]) -> Company:
    requests = {
        name: {tag: read for tag in TAGS if len(read := _read(said.get(tag, ()), tag)) >= _FEWEST}
        for name, said in entry["requests"].items()
    }
    nothing = {tag: _read(entry.get("nothing", {}).get(tag, ()), tag) for tag in TAGS}
    return Company(entry["company"], {name: by for name, by in requests.items() if by}, nothing)


def _read(texts: Sequence[str], tag: str) -> list[str]:
    """As the engine of the examples reads them, each once."""
    spoken = language(tag)
    read = [manner(spoken).shortened(normal_form(str(text), spoken)) for text in texts]
    return [text for text in dict.fromkeys(read) if text]
