"""When the town's places are open, and when the bins of its streets are emptied."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)

Hours = tuple[datetime.time, datetime.time]
_OFFICE = (datetime.time(9), datetime.time(16))
_LONG = (datetime.time(9), datetime.time(18))
_LIBRARY = (datetime.time(10), datetime.time(19))
_POOL = (datetime.time(7), datetime.time(21))
_YARD = (datetime.time(8), datetime.time(17))
_MUSEUM = (datetime.time(11), datetime.time(17, 30))
_WORKDAYS = range(MONDAY, SATURDAY)

OPEN: Mapping[str, Mapping[int, Hours]] = {
    "town_hall": {**dict.fromkeys(_WORKDAYS, _OFFICE), THURSDAY: _LONG},
    "registry": dict.fromkeys(_WORKDAYS, _OFFICE),
    "library": dict.fromkeys(range(TUESDAY, SUNDAY), _LIBRARY),
    "pool": dict.fromkeys(range(MONDAY, SUNDAY + 1), _POOL),
    "recycling_centre": dict.fromkeys(range(TUESDAY, SUNDAY), _YARD),
    "museum": dict.fromkeys((WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY), _MUSEUM),
}
"""Opening hours by place and day of the week; on a day that is missing a place is closed."""

STREETS = (
    "mill_lane", "church_street", "station_road", "market_square", "castle_hill", "orchard_way",
    "bridge_street", "fountain_alley", "school_lane", "elm_avenue", "river_walk", "garden_terrace",
    "mason_court", "windmill_rise",
)  # fmt: skip
BINS: Mapping[str, int] = {"household": 1, "paper": 2, "garden": 2, "glass": 4}
"""How many weeks lie between two collections."""
BULKY = "bulky"
_BULKY_NOTICE = datetime.timedelta(days=10)
_ANY_MONDAY = datetime.date(2024, 1, 1)


def next_bulky(today: datetime.date) -> datetime.date:
    """The first Friday that leaves the yard time to plan the tour."""
    day = today + _BULKY_NOTICE
    return day + datetime.timedelta(days=(FRIDAY - day.weekday()) % 7)


def next_emptied(street: str, kind: str, today: datetime.date) -> datetime.date:
    """The next collection in a street, today's among them.

    The lorry has a weekday for each street and bin, and comes every so many weeks.
    """
    place, weeks = STREETS.index(street), BINS[kind]
    weekday = (place + list(BINS).index(kind)) % SATURDAY
    first = _ANY_MONDAY + datetime.timedelta(days=weekday, weeks=place % weeks)
    return today + datetime.timedelta(days=(first - today).days % (7 * weeks))
