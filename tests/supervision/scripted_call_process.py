"""A call process whose calls follow the keys: `FILE.py SOCKET FEED [RECORDS]`.

The assistant's voice is a tone; what was understood, looked up and answered is known beforehand, so
that a test can look for it on the pages. Legs, events, feed and records are the real ones.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.telephony.edge.edge_caller import tone
from voice.calls.event_files import EventFiles
from voice.calls.journal import CallJournal
from voice.events import (
    HIDDEN,
    CallAnswered,
    CallEnded,
    CallStarted,
    ClauseSpoken,
    DtmfReceived,
    EventSink,
    FinalTranscript,
    IdentityDecided,
    Interrupted,
    NoInput,
    PartialTranscript,
    ResponseStarted,
    SpeechStarted,
    SupervisorJoined,
    ToolCalled,
    ToolReturned,
    Transferred,
    TurnEnded,
)
from voice.feed import EventFeed, Listen, Watch
from voice.records import RECORDING, call_folder
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Dtmf,
    HangUp,
    Leg,
    LegServer,
    MuteRecording,
    Offer,
    Record,
)

ASSISTANT_HZ = 600.0
PLAN = {"plan": "Meadow <i>Large</i>", "price": "20.00", "until": "2026-12-14"}
PLANTED = "<img src=x onerror=alert(1)> what is <b>my plan</b>?"


class ScriptedCalls:
    """Serves legs; each event goes to all sinks."""

    def __init__(self, sinks: list[EventSink], records: Path | None) -> None:
        self.sinks = sinks
        self.records = records
        self.journals: dict[str, CallJournal] = {}

    def attended(self, frame: Listen | Watch) -> None:
        journal = self.journals.get(frame.call_id)
        if journal and isinstance(frame, Listen) and frame.supervisor:
            journal.record(SupervisorJoined, supervisor=frame.supervisor, mode="listen")

    async def on_leg(self, leg: Leg, offer: Offer) -> None:
        journal = CallJournal(offer.call_id, self.sinks)
        self.journals[offer.call_id] = journal
        journal.record(CallStarted, caller_number=offer.caller_number, called=offer.called)
        if self.records:
            leg.send(Record(path=str(call_folder(self.records, offer.call_id) / RECORDING)))
        leg.send(Answer())
        sent = 0
        async for message in leg:
            match message:
                case Audio():
                    leg.send(Audio(tone(ASSISTANT_HZ, 160, sent), 8000))
                    sent += 160
                case Answered():
                    journal.record(CallAnswered)
                    journal.record(ClauseSpoken, text="How can I help you?", kind="greeting")
                case Dtmf(digit):
                    self.act(leg, journal, digit, offer)
        del self.journals[offer.call_id]
        journal.record(CallEnded, reason="hang-up", by="caller", duration_ms=journal.now_ms())
        print("over", flush=True)

    def act(self, leg: Leg, journal: CallJournal, key: str, offer: Offer) -> None:
        match key:
            case "0":
                text = "what is my plan and"
                journal.record(PartialTranscript, text=text, stable="what is my", passing=True)
            case "1":
                self.answer(journal, offer)
            case "2":
                journal.record(Interrupted, heard="It has forty", unheard="gigabytes of data.")
            case "3":
                journal.record(NoInput, count=1)
                journal.record(ClauseSpoken, text="Are you still there?", kind="reprompt")
            case "4" | "5":
                leg.send(MuteRecording(on=key == "4"))
            case "6":
                for number in range(40):
                    journal.record(FinalTranscript, text=f"line {number}", confidence=0.9)
            case "7":
                journal.record(ClauseSpoken, text="Please enter your PIN.", kind="notice")
                for _ in range(4):
                    journal.record(DtmfReceived, digit=HIDDEN)
                journal.record(IdentityDecided, accepted=False, level="verified")
                journal.record(ClauseSpoken, text="That was not right.", kind="notice")
            case "8":
                values = {"target": "sip:a@b", "reason": "no answer", "ok": False}
                journal.record(Transferred, **values)
            case "9":
                leg.send(HangUp(reason="asked to"))

    def answer(self, journal: CallJournal, offer: Offer) -> None:
        journal.record(SpeechStarted)
        journal.record(PartialTranscript, text="what is")
        ms = journal.now_ms()
        journal.record(TurnEnded, speech_end_ms=max(0, ms - 520), pause_ms=520)
        journal.record(FinalTranscript, text=PLANTED, confidence=0.83)
        journal.record(ToolCalled, tool="get_plan", arguments={"number": offer.caller_number})
        journal.record(ToolReturned, tool="get_plan", result=PLAN)
        journal.record(ResponseStarted, response_ms=12.0)
        journal.record(ClauseSpoken, text="Your plan is Meadow Large.", kind="answer")
        journal.record(ClauseSpoken, text="It has forty gigabytes of data.", kind="answer")


async def main(socket: Path, feed_path: Path, records: Path | None) -> None:
    files = EventFiles(records) if records else None
    feed = EventFeed(feed_path, lambda frame: calls.attended(frame))
    calls = ScriptedCalls([feed, *([files] if files else [])], records)
    feed.start()
    async with LegServer(socket, calls.on_leg):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    socket, feed_path, *records = map(Path, sys.argv[1:])
    asyncio.run(main(socket, feed_path, records[0] if records else None))
