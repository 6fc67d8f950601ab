"""What the call process is told of a call that comes in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.telephony.edge.inner_call_process import CallProcess, Start
from tests.telephony.edge.referring_caller import ReferringCaller, referring_caller
from voice.telephony.leg import (
    Offer,
)

pytestmark = pytest.mark.calls


async def test_the_offer_says_where_the_call_came_from(start: Start, process: CallProcess) -> None:
    async with referring_caller(await start()) as caller:
        offer: Offer = process.offers[0]
        assert offer.sip_call_id == f"call-of-{caller.port}"
        assert offer.source == f"127.0.0.1:{caller.port}"
        assert offer.trunk is None
        assert re.fullmatch("[0-9a-f]{16}", offer.call_id)


async def test_the_offer_names_the_trunk(
    start: Start, process: CallProcess, installation: Path
) -> None:
    file = installation / "voice.toml"
    trunk = '[[sip.trunks]]\nname = "carrier"\nnetworks = ["127.0.0.0/8"]\n[rtp]'
    file.write_text(file.read_text().replace("[rtp]", trunk))
    async with referring_caller(await start()) as caller:
        assert isinstance(caller, ReferringCaller)
        assert process.offers[0].trunk == "carrier"
