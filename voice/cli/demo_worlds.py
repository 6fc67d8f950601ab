"""The companies that `voice demo` can be: whose call is answered, and whom you may play."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from voice.demo.municipality import Town
from voice.demo.municipality.residents import seeded_residents
from voice.demo.municipality.tools import DATABASE
from voice.errors import ConfigError
from voice.evaluation.demo_operator import caller_of, open_books


@dataclass(frozen=True)
class BookRole:
    """Somebody in the company's books."""

    name: str
    number: str
    """Customer or resident number."""
    pin: str


@dataclass(frozen=True)
class World:
    """One of the companies."""

    company: str
    settings: str
    """TOML: its greeting, and tasks and tools that are not the default."""
    role: Callable[[Path, int], BookRole]
    """Writes the company's books anew in a folder, and gives whom a seed plays."""
    ask: str
    """What a caller may try."""


def _customer(folder: Path, seed: int) -> BookRole:
    known = caller_of(open_books(folder / "operator.sqlite", seed), seed)
    return BookRole(known.name, known.persona.customer_number, known.persona.pin)


def _resident(folder: Path, seed: int) -> BookRole:
    town = Town.create(folder / DATABASE, seed)
    residents = seeded_residents(seed, town.today())
    person = residents[(seed - 1) % len(residents)]
    return BookRole(person.name, person.resident_number, person.pin)


_DISCLOSED = "You are speaking with an automated assistant. How can I help you?"
_LARKFIELD = f"""
[calls]
greeting = "You are through to Larkfield Telecom. {_DISCLOSED}"
"""
_MUNICIPALITY = f"""
[calls]
greeting = "This is the town of Brackenford. {_DISCLOSED}"
[response]
tasks = "tasks/municipality"
[tools]
packages = ["voice.demo.municipality.tools"]
"""
DEFAULT = "larkfield"
WORLDS = {
    DEFAULT: World(
        "Larkfield Telecom",
        _LARKFIELD,
        _customer,
        "Ask for your balance or your plan, report a lost SIM card or an outage, book a\n"
        "technician, change your plan or your address, or ask for a person.",
    ),
    "municipality": World(
        "the town of Brackenford",
        _MUNICIPALITY,
        _resident,
        "Ask when a place is open or the bins are emptied, report a street light or noise, book\n"
        "an appointment at the registry, apply for a parking permit, or ask for a clerk.",
    ),
}


def find_world(name: str) -> World:
    """Raises ConfigError with the names there are."""
    if name not in WORLDS:
        raise ConfigError(f"--world: {name}: expected one of {', '.join(WORLDS)}")
    return WORLDS[name]
