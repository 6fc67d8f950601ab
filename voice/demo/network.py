"""Where the operator has a network, what is out of order there, and what calls cost abroad."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Area:
    """A part of the town with a postcode of its own."""

    name: str
    """As tasks/outage.yaml names it."""
    postcode: str
    outage_hours: int = 0
    """How long the present outage will still last; 0: there is none."""


AREAS = (
    Area("old_town", "20110"),
    Area("harbour", "20120", outage_hours=3),
    Area("millbrook", "20130"),
    Area("saint_aubin", "20140", outage_hours=6),
    Area("ashdown", "20150"),
    Area("stonebridge", "20160", outage_hours=2),
    Area("riverside", "20170"),
    Area("westbury", "20180"),
)


@dataclass(frozen=True)
class RoamingPrice:
    """What calls and data cost in a country; nothing extra where both are zero."""

    country: str
    """As tasks/roaming.yaml names it."""
    minute: Decimal = Decimal(0)
    """Euros."""
    megabyte: Decimal = Decimal(0)


_AS_AT_HOME = ("france", "germany", "spain", "portugal", "italy", "greece", "norway")
ROAMING = (
    *map(RoamingPrice, _AS_AT_HOME),
    RoamingPrice("switzerland", Decimal("0.45"), Decimal("0.19")),
    RoamingPrice("united_kingdom", Decimal("0.35"), Decimal("0.12")),
    RoamingPrice("united_states", Decimal("1.20"), Decimal("0.85")),
    RoamingPrice("canada", Decimal("1.15"), Decimal("0.80")),
    RoamingPrice("turkey", Decimal("0.95"), Decimal("0.60")),
    RoamingPrice("morocco", Decimal("0.99"), Decimal("0.75")),
    RoamingPrice("tunisia", Decimal("1.05"), Decimal("0.75")),
    RoamingPrice("kenya", Decimal("1.49"), Decimal("1.10")),
    RoamingPrice("senegal", Decimal("1.39"), Decimal("1.05")),
    RoamingPrice("india", Decimal("1.30"), Decimal("0.95")),
    RoamingPrice("japan", Decimal("1.59"), Decimal("0.90")),
    RoamingPrice("thailand", Decimal("1.45"), Decimal("0.99")),
)
"""A country that is not here has no roaming."""
