"""A call process that answers every leg and sends the caller's voice back: `FILE.py SOCKET`.

The user part that was called chooses what else it does; what it is told goes to standard output,
one line a message.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from voice.audio import with_gain
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Dtmf,
    Flush,
    HangUp,
    Leg,
    LegServer,
    MuteRecording,
    Offer,
    Record,
    Reject,
    Ring,
    Transfer,
)

KEYS = {
    "1": Flush(),
    "2": HangUp(reason="asked to"),
    "3": MuteRecording(on=True),
    "4": MuteRecording(on=False),
    "5": Transfer(target="sip:person@127.0.0.1:9"),
    "6": Record(path="../outside.wav"),
}


def say(text: object) -> None:
    print(f"{text}\n", end="", flush=True)


async def on_leg(leg: Leg, offer: Offer) -> None:
    say(offer)
    if offer.called == "busy":
        leg.send(Reject(status=486))
    else:
        leg.send(Ring())
        leg.send(Answer())
    async for message in leg:
        match message:
            case Audio(pcm, rate):
                leg.send(Audio(with_gain(pcm, -6), rate))
            case Answered() if offer.called == "recorded":
                leg.send(Record(path=f"{offer.call_id}/call.flac"))
            case Dtmf(digit) if digit in KEYS:
                leg.send(KEYS[digit])
            case Dtmf("7"):
                raise RuntimeError("asked to fail")
        if not isinstance(message, Audio):
            say(message)
    say(f"over ended_well={leg.ended_well}")


async def main(socket: Path) -> None:
    async with LegServer(socket, on_leg):
        say("ready")
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
