"""Audio on the wire: RTP packets, jitter buffer, keys, source lock, and the 20 ms clock.

The parts without a socket (packets, buffer, events, lock, ring) are pure state machines that are
told the time; `RtpSession` joins them on a pair of UDP ports, and one `MediaClock` drives all
sessions.
"""

from voice.telephony.rtp.clock import MediaClock
from voice.telephony.rtp.jitter_buffer import JitterBuffer
from voice.telephony.rtp.packet import RtpError, RtpPacket
from voice.telephony.rtp.playout_ring import PlayoutRing
from voice.telephony.rtp.ports import PortPair, even_ports, free_pairs, open_port_pair
from voice.telephony.rtp.session import RtpHandlers, RtpSession, RtpTarget
from voice.telephony.rtp.source_lock import MediaRule, SourceLock

__all__ = [
    "JitterBuffer",
    "MediaClock",
    "MediaRule",
    "PlayoutRing",
    "PortPair",
    "RtpError",
    "RtpHandlers",
    "RtpPacket",
    "RtpSession",
    "RtpTarget",
    "SourceLock",
    "even_ports",
    "free_pairs",
    "open_port_pair",
]
