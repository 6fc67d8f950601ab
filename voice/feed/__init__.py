"""The feed: what the edge and the call processes tell the supervision process while calls run.

The supervision process listens on a Unix socket; edge and call processes connect, again and again
until it is there. Nothing here ever waits for it: an event that cannot be sent is sent when the
connection is made anew, sound that cannot be sent is dropped and counted. Only asyncio is imported,
so that the edge may use this room.
"""

from voice.feed.connection import FeedConnection
from voice.feed.event_feed import EventFeed
from voice.feed.frames import (
    FeedDecoder,
    FeedError,
    FeedFrame,
    FeedSound,
    Listen,
    SoundCount,
    Watch,
    encode,
)
from voice.feed.server import FeedPeer, FeedServer
from voice.feed.sound_feed import SoundFeed

__all__ = [
    "EventFeed",
    "FeedConnection",
    "FeedDecoder",
    "FeedError",
    "FeedFrame",
    "FeedPeer",
    "FeedServer",
    "FeedSound",
    "Listen",
    "SoundCount",
    "SoundFeed",
    "Watch",
    "encode",
]
