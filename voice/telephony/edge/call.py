"""One call in the edge: a SIP dialog and an RTP session on one side, a leg on the other."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import logging
import re
import secrets
from collections.abc import Iterator
from typing import Protocol

from voice.audio.pcm import Pcm
from voice.errors import VoiceError
from voice.feed import SoundFeed
from voice.settings import Settings
from voice.telephony.edge.announcement import Announcement
from voice.telephony.edge.call_processes import UNAVAILABLE, CallProcesses, is_full
from voice.telephony.edge.call_sound import CallSound
from voice.telephony.edge.figures import EdgeFigures
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.info_keys import key_in_info
from voice.telephony.edge.ledger import Ledger
from voice.telephony.edge.presence import PresenceCheck
from voice.telephony.edge.recording import open_recording
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Cancelled,
    Dtmf,
    Flush,
    HangUp,
    Hold,
    Leg,
    LegEnded,
    LegError,
    LegFailed,
    LegMessage,
    MediaLost,
    MuteRecording,
    Offer,
    Record,
    Reject,
    Resume,
    Ring,
    Transfer,
    TransferResult,
)
from voice.telephony.rtp import MediaClock, RtpHandlers, RtpSession, RtpTarget, open_port_pair
from voice.telephony.sip import (
    CallEnd,
    CallHandlers,
    CallState,
    EndCause,
    IncomingCall,
    LocalMedia,
    MediaAgreement,
    NotAcceptable,
    SessionDescription,
    accept_answer,
    answer_offer,
    make_offer,
    printable,
)

log = logging.getLogger(__name__)

SAMPLE_RATE = 8000
CODECS = ("PCMU", "PCMA")
TEMPORARY_FAILURE = 41
"""Q.850 cause of a BYE after a fault of ours."""
ANSWER_SECONDS = 10.0
"""A call process that has not answered or refused by then is taken as stuck."""
STUCK_FRAMES = 150
"""So is one that reads no audio for 3 s beyond what the socket holds."""

_SIP_URI = re.compile(r"sips?:[^\s<>\"]{1,200}")


class EdgeServices(Protocol):
    """What a call needs of the edge."""

    settings: Settings
    clock: MediaClock
    processes: CallProcesses
    recordings: FileThread
    apology: Announcement
    feed: SoundFeed
    figures: EdgeFigures
    media_host: str
    advertised: str

    def dialogs_changed(self) -> None:
        """A call was confirmed or ended."""


class EdgeCall:
    """Lives from the INVITE until the dialog is over; `run` is its task."""

    def __init__(self, edge: EdgeServices, incoming: IncomingCall) -> None:
        self.call_id = secrets.token_hex(8)
        self._edge = edge
        self._sip = incoming
        self._leg: Leg | None = None
        self._rtp: RtpSession | None = None
        self._local: LocalMedia | None = None
        self._agreed: MediaAgreement | None = None
        """What holds from the next ACK on."""
        self._ledger: Ledger | None = None
        self._sound = CallSound(self.call_id, edge.recordings, edge.feed)
        self._announcement: Iterator[Pcm] | None = None
        self._hanging_up: str | None = None
        self._held = False
        self._presence = PresenceCheck(incoming)
        self._unread_frames = 0
        self._transfer: asyncio.Task[None] | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()
        incoming.handlers = CallHandlers(
            on_acknowledged=self._acknowledged,
            on_confirmed=self._confirmed,
            on_answer=self._late_answer,
            on_offer=self._offered_anew,
            on_info=self._info,
            on_ended=self._ended,
        )

    async def run(self) -> None:
        """Find a call process and do what it says until the call is over."""
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(ANSWER_SECONDS, self._not_answered)
        async with contextlib.aclosing(self._edge.processes.legs(self._offer())) as legs:
            async for leg in legs:
                if self._over.is_set():
                    leg.send(Cancelled())
                    leg.end()
                    return
                self._leg = leg
                if await self._follow(leg):
                    break
            else:
                self._refuse()
            await self._over.wait()

    async def _follow(self, leg: Leg) -> bool:
        """Do what the call process says until the leg is over; False when it has no room."""
        try:
            async for message in leg:
                if is_full(message) and self._sip.state is CallState.RINGING:
                    leg.end()
                    return False
                await self._obey(message)
        except VoiceError as error:
            log.error("%s", error, extra={"call_id": self.call_id})
            leg.abort()
        except Exception:  # noqa: BLE001 - the caller still hears an apology
            log.exception("the call failed", extra={"call_id": self.call_id})
            leg.abort()
        if not self._over.is_set():
            await self._leg_is_over(leg.ended_well)
        return True

    def _offer(self) -> Offer:
        return Offer(
            call_id=self.call_id,
            caller_number=self._sip.caller.number,
            caller_display=printable(self._sip.display_name),
            called=printable(self._sip.called),
            sample_rate=SAMPLE_RATE,
            identity=self._sip.caller.level.name.lower(),
            diversion=printable(self._sip.diversion) if self._sip.diversion else None,
        )

    # What the call process wants

    async def _obey(self, message: LegMessage) -> None:
        match message:
            case Audio(pcm, sample_rate):
                self._play(pcm, sample_rate)
            case Dtmf(digit) if self._rtp is not None:
                self._rtp.send_key(digit)
            case Ring():
                self._sip.ring()
            case Answer():
                await self._answer()
            case Reject(status=status, reason=reason, retry_after=retry_after):
                self._sip.reject(status, reason, retry_after)
            case Flush() if self._ledger is not None:
                self._ledger.flush()
            case Record(path=path):
                self._record(path)
            case MuteRecording(on=on):
                self._sound.secret = on
            case Transfer(target=target):
                self._transfer = asyncio.create_task(self._hand_to(target))
            case HangUp(reason=reason):
                self._hang_up(reason)
            case LegFailed(reason):
                log.error("call process: %s", reason, extra={"call_id": self.call_id})
            case LegEnded():
                pass
            case _:
                log.debug("%s does not apply now", type(message).__name__)

    def _play(self, pcm: Pcm, sample_rate: int) -> None:
        if sample_rate != SAMPLE_RATE:
            raise LegError(f"leg socket: audio at {sample_rate} Hz on a leg of {SAMPLE_RATE} Hz")
        if self._rtp is not None and self._hanging_up is None:
            self._rtp.ring.push(pcm)

    async def _answer(self) -> None:
        if self._rtp is not None or self._sip.state is not CallState.RINGING:
            return
        settings = self._edge.settings.rtp
        ports = open_port_pair(self._edge.media_host, settings.port_min, settings.port_max)
        rtp = RtpSession(
            RtpHandlers(
                self._frame,
                self._key,
                self._media_lost,
                self._failed,
                functools.partial(log.warning, "%s", extra={"call_id": self.call_id}),
            ),
            jitter_ms=(settings.jitter_min_ms, settings.jitter_max_ms),
            media_timeout=settings.media_timeout_seconds,
        )
        await rtp.open(ports)
        if self._over.is_set():
            rtp.close()
            return
        self._rtp = rtp
        self._ledger = Ledger(rtp.ring, self._tell)
        self._local = LocalMedia(
            address=self._edge.advertised,
            port=ports.port,
            session_id=secrets.randbits(31),
            version=1,
        )
        if self._sip.offer is None:
            self._sip.answer(make_offer(self._local, codecs=CODECS))
        else:
            agreed = answer_offer(self._sip.offer, self._local, codecs=CODECS)
            self._agreed = agreed
            self._sip.answer(agreed.sdp)
        self._edge.figures.opened(rtp)

    def _record(self, asked: str) -> None:
        directory = self._edge.settings.records.directory
        self._sound.record(functools.partial(open_recording, directory, asked, SAMPLE_RATE))

    def _hang_up(self, reason: str) -> None:
        """End the call once everything that was sent has been heard."""
        self._hanging_up = reason
        if self._all_heard():
            self._sip.bye(reason)

    async def _hand_to(self, target: str) -> None:
        ok, reason = False, "not a SIP URI"
        if _SIP_URI.fullmatch(target):
            status = await self._sip.refer(target)
            ok, reason = 200 <= status < 300, str(status)
        self._tell(TransferResult(ok=ok, reason=reason))
        if ok or self._leg_is_gone():
            self._sip.bye("transferred" if ok else "transfer failed")

    # What the caller does

    def _acknowledged(self) -> None:
        """Sound goes where an offer says only once the caller has shown that they are there."""
        if self._agreed is not None:
            self._direct(self._agreed)
            self._agreed = None

    def _confirmed(self) -> None:
        assert self._rtp is not None
        self._edge.clock.add(self._rtp)
        self._tell(Answered())
        self._edge.dialogs_changed()

    def _late_answer(self, answer: SessionDescription) -> None:
        assert self._local is not None
        try:
            self._direct(accept_answer(answer, self._local))
        except NotAcceptable:
            self._sip.bye("no common codec", 88)

    def _offered_anew(self, offer: SessionDescription | None) -> bytes:
        """Answer a re-INVITE: hold, resume, or another address."""
        if self._local is None:
            raise NotAcceptable("not answered yet")
        local = dataclasses.replace(self._local, version=self._local.version + 1)
        if offer is None:
            self._local = local
            return make_offer(local, codecs=CODECS)
        agreed = answer_offer(offer, local, codecs=CODECS)
        self._local = local
        self._agreed = agreed
        return agreed.sdp

    def _direct(self, agreed: MediaAgreement) -> None:
        assert self._rtp is not None
        self._rtp.direct(
            RtpTarget(
                host=agreed.remote_address,
                port=agreed.remote_port,
                codec=agreed.codec,
                payload_type=agreed.payload_type,
                dtmf_payload_type=agreed.dtmf_payload_type,
                sends=agreed.sends,
                # Who holds us plays music or sends nothing: neither is the caller.
                receives=agreed.receives and agreed.sends,
                signalling_host=self._sip.source[0],
                media=self._sip.media,
            )
        )
        self._presence.switch(not (agreed.sends and agreed.receives))
        if self._held == agreed.sends:
            self._held = not agreed.sends
            self._tell(Hold() if self._held else Resume())

    def _info(self, content_type: str, body: bytes) -> None:
        key = key_in_info(content_type, body)
        if key is not None and self._rtp is not None:
            self._rtp.press(key)

    def _key(self, digit: str) -> None:
        self._tell(Dtmf(digit))

    def _media_lost(self) -> None:
        if self._leg_is_gone():
            self._sip.bye("no audio from the caller", TEMPORARY_FAILURE)
        self._tell(MediaLost())

    def _ended(self, end: CallEnd) -> None:
        self._over.set()
        if end.cause is EndCause.REJECTED and end.status:
            self._edge.figures.refused(end.status)
        if self._announcement is not None:
            about = {"call_id": self.call_id, "reason": "call process lost", "by": "system"}
            log.info("call ended", extra=about)
        self._presence.switch(False)
        if self._patience is not None:
            self._patience.cancel()
        if self._transfer is not None and not self._transfer.done():
            self._transfer.cancel()
        if self._rtp is not None:
            self._edge.clock.discard(self._rtp)
            self._edge.figures.closed(self._rtp)
            self._rtp.close()
        if self._ledger is not None and not self._leg_is_gone():
            self._ledger.report()
        self._sound.close()
        if self._leg is not None:
            if end.cause is EndCause.CANCELLED:
                self._leg.send(Cancelled())
            elif self._was_not_asked_for(end):
                self._leg.send(LegFailed(end.text or end.cause))
            self._leg.end()
        self._edge.dialogs_changed()

    def _was_not_asked_for(self, end: CallEnd) -> bool:
        """Neither by the caller nor by the call process, which is to know why then."""
        asked = self._hanging_up is not None or self._transfer is not None
        return end.cause is not EndCause.REMOTE_BYE and not asked

    # Every 20 ms

    def _frame(self, heard: Pcm, said: Pcm) -> None:
        assert self._rtp is not None and self._ledger is not None
        if self._sip.state is CallState.CONFIRMED:
            self._pass_on(heard)
        self._sound.add(heard, said, self._rtp)
        if self._announcement is not None:
            self._announce(self._rtp, self._announcement)
            return
        self._ledger.tick()
        if self._hanging_up is not None and self._all_heard():
            self._sip.bye(self._hanging_up)

    def _pass_on(self, heard: Pcm) -> None:
        """Let the call process hear the caller; one that has long stopped reading is given up."""
        if self._leg is None or self._leg.closed:
            return
        dropped = self._leg.audio_dropped
        self._leg.send(Audio(heard, SAMPLE_RATE))
        self._unread_frames = self._unread_frames + 1 if self._leg.audio_dropped > dropped else 0
        if self._unread_frames >= STUCK_FRAMES:
            log.error("the call process is stuck", extra={"call_id": self.call_id})
            self._edge.figures.stuck.inc()
            self._leg.abort()

    def _all_heard(self) -> bool:
        """Nothing waits to be played, or nobody listens."""
        return self._rtp is None or self._held or not self._rtp.ring.waiting

    def _failed(self) -> None:
        """The audio of this call cannot go on."""
        self._sip.bye("audio failed", TEMPORARY_FAILURE)

    # The call process is gone

    def _leg_is_gone(self) -> bool:
        return self._leg is None or self._leg.closed

    def _tell(self, message: LegMessage) -> None:
        if self._leg is not None:
            self._leg.send(message)

    async def _leg_is_over(self, ended_well: bool) -> None:
        """The call process closed the leg: hang up, or apologise for its death."""
        if ended_well:
            self._hang_up("")
        elif self._rtp is None or self._sip.state is CallState.RINGING:
            self._refuse()
        elif self._hanging_up is None:
            log.error("the call process is gone", extra={"call_id": self.call_id})
            self._edge.figures.lost.inc()
            self._rtp.ring.flush()
            self._announcement = iter(await self._edge.apology.frames())

    def _not_answered(self) -> None:
        if self._sip.state is CallState.RINGING:
            log.error("the call process does not answer", extra={"call_id": self.call_id})
            self._edge.figures.stuck.inc()
            self._refuse()

    def _refuse(self) -> None:
        self._sip.reject(UNAVAILABLE, retry_after=self._edge.settings.sip.retry_after_seconds)

    def _announce(self, rtp: RtpSession, frames: Iterator[Pcm]) -> None:
        """Play the apology; after it a person takes over, or the call ends."""
        frame = next(frames, None)
        if frame is not None:
            rtp.ring.push(frame)
        elif self._all_heard() and (self._transfer is None or self._transfer.done()):
            person = self._edge.settings.sip.person
            if person is None:
                self._sip.bye("call process lost", TEMPORARY_FAILURE)
            else:
                self._transfer = asyncio.create_task(self._hand_to(person))
