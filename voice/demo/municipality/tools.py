"""The tools of the town's desk."""

from __future__ import annotations

from voice.demo.directory import CustomerDirectory
from voice.demo.municipality import information, requests
from voice.demo.municipality.town import Town
from voice.demo.tool_making import Maker
from voice.identity import Caller, IdentityLevel
from voice.settings import Settings
from voice.settings.places import blamed_on
from voice.tools import ToolBox, Value

_SEED = 1
DATABASE = "municipality.sqlite"
"""Beside the operator's."""


def load(settings: Settings) -> tuple[ToolBox, CustomerDirectory]:
    """Tools and directory on the town's database; makes it where there is none."""
    path = settings.demo.database.with_name(DATABASE)
    with blamed_on("demo.database"):
        town = Town.open(path) if path.exists() else Town.create(path, _SEED)
    return tools_of(town), CustomerDirectory(town)


def tools_of(town: Town) -> ToolBox:
    """The tools that the tasks name."""
    unknown, _, verified = IdentityLevel
    make = Maker(town)
    return ToolBox(
        [
            make.reading("look_up_hours", unknown, information.look_up_hours),
            make.reading("next_collection", unknown, information.next_collection),
            make.reading("find_lost", unknown, information.find_lost),
            make.reading("get_instalment", verified, information.get_instalment),
            make.changing("fetch_clerk", unknown, _fetch_clerk),
            make.changing(
                "apply_for_permit", verified, requests.apply_for_permit, requests.permit_granted
            ),
            make.changing("book_registry", unknown, requests.book_registry, requests.slot_booked),
            make.changing("report_light", unknown, requests.report_light, requests.light_reported),
            make.changing(
                "complain_of_noise", unknown, requests.complain_of_noise, requests.noise_recorded
            ),
            make.changing(
                "order_certificate",
                verified,
                requests.order_certificate,
                requests.certificate_ordered,
            ),
        ]
    )


def _fetch_clerk(town: Town, caller: Caller) -> dict[str, Value]:
    """The call itself carries the hand-over out."""
    return {"status": "ok"}
