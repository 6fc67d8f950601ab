"""One call in the edge: a SIP dialog and an RTP session on one side, a leg on the other."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import secrets

from voice.audio.pcm import Pcm
from voice.errors import VoiceError
from voice.telephony.edge.apology import Apology
from voice.telephony.edge.bridge import TEMPORARY_FAILURE
from voice.telephony.edge.call_media import CallMedia
from voice.telephony.edge.call_processes import UNAVAILABLE, is_full
from voice.telephony.edge.call_sound import CallSound
from voice.telephony.edge.hand_over import EdgeHandOver
from voice.telephony.edge.ledger import Ledger
from voice.telephony.edge.offers import offer_of
from voice.telephony.edge.presence import PresenceCheck
from voice.telephony.edge.recording import open_recording
from voice.telephony.edge.services import EdgeServices
from voice.telephony.leg import (
    Answer,
    Answered,
    Audio,
    Cancelled,
    CancelTransfer,
    Dtmf,
    Duck,
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
    Record,
    Recording,
    Reject,
    Resume,
    Ring,
    StopRecording,
    Transfer,
)
from voice.telephony.rtp import PlayoutRing, RtpHandlers
from voice.telephony.sip import (
    CallEnd,
    CallHandlers,
    EndCause,
    IncomingCall,
    NotAcceptable,
    SessionDescription,
    SipCallState,
)

log = logging.getLogger(__name__)

SAMPLE_RATE = 8000
ANSWER_SECONDS = 10.0
"""A call process that has not answered or refused by then is taken as stuck."""
LAST_FRAMES = 10
"""Before a BYE of ours: what was sent is still on its way, and in the telephone's jitter buffer."""
STUCK_FRAMES = 150
"""So is one that reads no audio for 3 s beyond what the socket holds."""


class EdgeCall:
    """Lives from the INVITE until the dialog is over; `run` is its task."""

    def __init__(self, edge: EdgeServices, incoming: IncomingCall) -> None:
        self.call_id = secrets.token_hex(8)
        self._edge = edge
        self._sip = incoming
        self._leg: Leg | None = None
        self._media: CallMedia | None = None
        self._voice: PlayoutRing | None = None
        """What the call process says; a bridge plays something else to the caller meanwhile."""
        self._ledger: Ledger | None = None
        self._sound = CallSound(self.call_id, edge.recordings, edge.feed)
        self._apology = Apology(edge.apology, self._after_apology)
        self._hanging_up: str | None = None
        self._quiet_frames = 0
        """For so many frames nothing has been said, and nothing waits to be."""
        self._hand_over: EdgeHandOver | None = None
        self._handing_over: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(ANSWER_SECONDS, self._not_answered)
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
        offer = offer_of(self.call_id, self._sip, SAMPLE_RATE)
        async with contextlib.aclosing(self._edge.processes.legs(offer)) as legs:
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
                if is_full(message) and self._sip.state is SipCallState.RINGING:
                    leg.end()
                    return False
                await self._obey(message)
        except VoiceError as error:
            log.error("%s", error, extra={"call_id": self.call_id})
            leg.abort()
        except Exception:  # the caller still hears an apology
            log.exception("the call failed", extra={"call_id": self.call_id})
            leg.abort()
        if not self._over.is_set():
            await self._leg_is_over(leg.ended_well)
        return True

    # What the call process wants

    async def _obey(self, message: LegMessage) -> None:
        match message:
            case Audio(pcm, sample_rate):
                self._play(pcm, sample_rate)
            case Dtmf(digit) if self._media is not None:
                self._media.rtp.send_key(digit)
            case Ring():
                self._sip.ring()
            case Answer():
                await self._answer()
            case Reject(status=status, reason=reason, retry_after=retry_after):
                self._sip.reject(status, reason, retry_after)
            case Flush() if self._ledger is not None:
                self._ledger.flush()
            case Duck(gain_db=gain_db) if self._voice is not None:
                self._voice.duck(gain_db)
            case Record(path=path):
                self._record(path)
            case StopRecording():
                self._sound.stop_recording()
            case MuteRecording(on=on):
                self._sound.secret = on
            case Transfer(target=target):
                self._begin_hand_over(target)
            case CancelTransfer() if self._hand_over is not None:
                self._hand_over.cancel()
            case HangUp(reason=reason):
                self._hang_up(reason)
            case LegFailed(reason):
                log.error("call process: %s", reason, extra={"call_id": self.call_id})
            case _ if not isinstance(message, LegEnded):
                log.debug("%s does not apply now", type(message).__name__)

    def _play(self, pcm: Pcm, sample_rate: int) -> None:
        if sample_rate != SAMPLE_RATE:
            raise LegError(f"leg socket: audio at {sample_rate} Hz on a leg of {SAMPLE_RATE} Hz")
        if self._voice is not None and self._hanging_up is None:
            self._voice.push(pcm)

    async def _answer(self) -> None:
        if self._media is not None or self._sip.state is not SipCallState.RINGING:
            return
        warn = functools.partial(log.warning, "%s", extra={"call_id": self.call_id})
        handlers = RtpHandlers(self._frame, self._key, self._media_lost, self._failed, warn)
        host, rule = self._sip.source[0], self._sip.media
        media = CallMedia(self._edge, handlers, host, rule, self._tell_hold)
        await media.open()
        if self._over.is_set():
            media.close()
            return
        media.presence = PresenceCheck(self._sip)
        self._media, self._voice = media, media.rtp.ring
        self._ledger = Ledger(media.rtp.ring, self._tell)
        self._sip.answer(media.describe(self._sip.offer))
        self._edge.figures.opened(media.rtp)

    def _record(self, asked: str) -> None:
        directory = self._edge.settings.records.directory
        self._sound.record(
            functools.partial(open_recording, directory, asked, SAMPLE_RATE),
            lambda on: self._tell(Recording(on=on)),
        )

    def _hang_up(self, reason: str) -> None:
        """End the call once everything that was sent has been heard."""
        if self._hand_over is not None:
            self._hand_over.cancel()
        self._hanging_up = reason
        if not self._is_listened_to():
            self._sip.bye(reason)

    def _begin_hand_over(self, target: str) -> None:
        if self._media is None or self._hand_over is not None:
            log.warning("a transfer is not possible now", extra={"call_id": self.call_id})
            return
        rtp, hang_up = self._media.rtp, functools.partial(self._sip.bye, "hang-up")
        self._hand_over = EdgeHandOver(self._edge, self._sip, rtp, target, self._tell, hang_up)
        self._handing_over = asyncio.create_task(self._hand_to(self._hand_over))

    async def _hand_to(self, hand_over: EdgeHandOver) -> None:
        result = await hand_over.result()
        self._tell(result)
        if result.bridged:
            return
        self._hand_over = None
        if result.ok:
            self._sip.bye("transferred")
        elif self._leg_is_gone() and self._apology.begun:
            self._sip.bye("transfer failed")
        elif self._leg_is_gone():
            await self._apology.begin(self._voice)
        else:
            self._handing_over = None

    # What the caller does

    def _acknowledged(self) -> None:
        if self._media is not None:
            self._media.acknowledged()

    def _confirmed(self) -> None:
        assert self._media is not None
        self._media.start()
        self._tell(Answered())
        self._edge.dialogs_changed()

    def _late_answer(self, answer: SessionDescription) -> None:
        assert self._media is not None
        try:
            self._media.accept(answer)
        except NotAcceptable:
            self._sip.bye("no common codec", 88)

    def _offered_anew(self, offer: SessionDescription | None) -> bytes:
        """Answer a re-INVITE: hold, resume, or another address."""
        if self._media is None:
            raise NotAcceptable("not answered yet")
        return self._media.describe(offer)

    def _info(self, content_type: str, body: bytes) -> None:
        if self._media is not None:
            self._media.press_by_info(content_type, body)

    def _key(self, digit: str) -> None:
        if self._hand_over is not None and self._hand_over.bridge is not None:
            self._hand_over.bridge.press(digit)
        if not self._is_bridged():
            self._tell(Dtmf(digit))

    def _is_bridged(self) -> bool:
        return self._hand_over is not None and self._hand_over.is_bridged

    def _media_lost(self) -> None:
        if self._hand_over is not None:
            # Their side may be dialling, or they listen muted: whether they are there is asked.
            if self._media is not None:
                self._media.ask_presence()
            return
        if self._leg_is_gone():
            self._sip.bye("no audio from the caller", TEMPORARY_FAILURE)
        self._tell(MediaLost())

    def _ended(self, end: CallEnd) -> None:
        self._over.set()
        if end.cause is EndCause.REJECTED and end.status:
            self._edge.figures.refused(end.status)
        if self._apology.begun:
            about = {"call_id": self.call_id, "reason": "call process lost", "by": "system"}
            log.info("call ended", extra=about)
        self._patience.cancel()
        if self._handing_over is not None:
            self._handing_over.cancel()
        if self._hand_over is not None and (result := self._hand_over.caller_gone()):
            self._tell(result)
        if self._media is not None:
            self._media.close()
            self._edge.figures.closed(self._media.rtp)
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
        asked = self._hanging_up is not None or self._handing_over is not None
        return end.cause is not EndCause.REMOTE_BYE and not asked

    # Every 20 ms

    def _frame(self, heard: Pcm, said: Pcm) -> None:
        assert self._media is not None and self._ledger is not None and self._voice is not None
        if self._hand_over is not None and self._hand_over.bridge is not None:
            self._hand_over.bridge.from_caller(heard)
        if self._sip.state is SipCallState.CONFIRMED and not self._is_bridged():
            self._pass_on(heard)
        self._sound.add(heard, said, self._media.rtp)
        if self._apology.tick(self._voice, self._all_heard):
            return
        self._ledger.tick()
        is_quiet = not (self._voice.waiting or said.any())
        self._quiet_frames = self._quiet_frames + 1 if is_quiet else 0
        over = self._quiet_frames > LAST_FRAMES or not self._is_listened_to()
        if self._hanging_up is not None and over:
            self._sip.bye(self._hanging_up)

    def _pass_on(self, heard: Pcm) -> None:
        """Let the call process hear the caller; one that has long stopped reading is given up."""
        if self._leg is None or self._leg.closed:
            return
        self._leg.send(Audio(heard, SAMPLE_RATE))
        if self._leg.unread_frames >= STUCK_FRAMES:
            log.error("the call process is stuck", extra={"call_id": self.call_id})
            self._edge.figures.stuck.inc()
            self._leg.abort()

    def _all_heard(self) -> bool:
        """Nothing waits to be played, or nobody listens."""
        return self._voice is None or not self._is_listened_to() or not self._voice.waiting

    def _is_listened_to(self) -> bool:
        """Whether the caller hears what the ring holds."""
        media, voice = self._media, self._voice
        if media is None or voice is None:
            return False
        return not media.held and media.rtp.ring is voice

    def _failed(self) -> None:
        """The audio of this call cannot go on."""
        self._sip.bye("audio failed", TEMPORARY_FAILURE)

    # The call process is gone

    def _tell_hold(self, held: bool) -> None:
        self._tell(Hold() if held else Resume())

    def _leg_is_gone(self) -> bool:
        return self._leg is None or self._leg.closed

    def _tell(self, message: LegMessage) -> None:
        if self._leg is not None:
            self._leg.send(message)

    async def _leg_is_over(self, ended_well: bool) -> None:
        """The call process closed the leg: hang up, or apologise for its death."""
        if self._is_bridged() or (self._hand_over is not None and not ended_well):
            return  # it goes on without the call process
        if ended_well:
            self._hang_up("")
        elif self._media is None or self._sip.state is SipCallState.RINGING:
            self._refuse()
        elif self._hanging_up is None:
            log.error("the call process is gone", extra={"call_id": self.call_id})
            self._edge.figures.lost.inc()
            await self._apology.begin(self._voice)

    def _not_answered(self) -> None:
        if self._sip.state is SipCallState.RINGING:
            log.error("the call process does not answer", extra={"call_id": self.call_id})
            self._edge.figures.stuck.inc()
            self._refuse()

    def _refuse(self) -> None:
        self._sip.reject(UNAVAILABLE, retry_after=self._edge.settings.sip.retry_after_seconds)

    def _after_apology(self) -> None:
        """A person takes over, or the call ends."""
        person = self._edge.settings.sip.person
        if person is None or self._handing_over is not None:
            self._sip.bye("call process lost", TEMPORARY_FAILURE)
        else:
            self._begin_hand_over(person)
