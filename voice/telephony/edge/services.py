"""What the calls of an edge need of it."""

from __future__ import annotations

from typing import Protocol

from voice.feed import SoundFeed
from voice.settings import Settings
from voice.telephony.edge.announcement import Announcement
from voice.telephony.edge.call_processes import CallProcesses
from voice.telephony.edge.figures import EdgeFigures
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.outgoing import OutgoingTrunk
from voice.telephony.rtp import MediaClock
from voice.telephony.sip import UserAgent


class EdgeServices(Protocol):
    """The parts of `Edge` that all of its calls share."""

    settings: Settings
    clock: MediaClock
    processes: CallProcesses
    recordings: FileThread
    apology: Announcement
    feed: SoundFeed
    figures: EdgeFigures
    agent: UserAgent
    outgoing: OutgoingTrunk
    media_host: str
    advertised: str

    def dialogs_changed(self) -> None:
        """A call was placed, confirmed or ended."""
