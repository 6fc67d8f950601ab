"""A second call, to a person, that is joined with the caller's: sound and keys go both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voice.audio.pcm import Pcm
from voice.telephony.edge.call_media import CallMedia
from voice.telephony.edge.presence import PresenceCheck
from voice.telephony.edge.ringing_tone import ringing_tone
from voice.telephony.edge.services import EdgeServices
from voice.telephony.rtp import PlayoutRing, RtpHandlers, RtpSession
from voice.telephony.rtp.packet import CLOCK_HZ
from voice.telephony.sip import (
    CallEnd,
    CallHandlers,
    CallRejected,
    NotAcceptable,
    OutgoingCall,
    SessionDescription,
    SipCallState,
)

REACHED_SECONDS = 5.0
"""Without any response to the INVITE by then, the caller is not kept waiting."""
TEMPORARY_FAILURE = 41
"""Q.850 cause of a BYE after a fault of ours."""


class Bridge:
    """Dial it, let the caller be heard every 20 ms, and end it; `on_over`: the person is gone.

    From the first ring on the caller hears this call instead of the assistant, whose sound waits
    in its own ring and plays on after `end`.
    """

    def __init__(
        self,
        edge: EdgeServices,
        caller: RtpSession,
        on_ringing: Callable[[int], None],
        on_over: Callable[[], None],
    ) -> None:
        self.answered = False
        self._edge = edge
        self._caller = caller
        self._on_ringing = on_ringing
        self._on_over = on_over
        self._assistant = caller.ring
        self._tone = ringing_tone(CLOCK_HZ)
        self._rings = False
        self._media: CallMedia | None = None
        self._call: OutgoingCall | None = None

    async def dial(self, target: str, number: str | None) -> None:
        """Call the person on behalf of the caller's number; return once they have answered.

        Raises CallRejected when they do not, NoFreePort when there is no port for the sound.
        """
        trunk = self._edge.outgoing
        destination = trunk.destination(target)
        if destination is None:
            raise CallRejected(404, "sip.outgoing.address is needed to call a host by its name")
        media = CallMedia(
            self._edge,
            RtpHandlers(self._from_person, self._caller.send_key, self._media_lost, self._failed),
            destination[0],
            trunk.media_rule(destination),
        )
        media.hears_hold_music = True
        self._media = media
        await media.open()
        media.start()
        self._call = call = self._edge.agent.invite(
            target,
            media.describe(None),
            credentials=trunk.credentials,
            from_uri=trunk.from_uri(destination, number),
            display_name=number or "",
            destination=destination,
            handlers=CallHandlers(
                on_acknowledged=media.acknowledged,
                on_offer=media.describe,
                on_info=self._info,
                on_ended=self._over,
            ),
        )
        media.presence = PresenceCheck(call)
        call.on_ringing = self._ringing
        self._edge.dialogs_changed()
        try:
            media.accept(await self._answer_of(call))
        except NotAcceptable as error:
            raise CallRejected(488, str(error)) from None
        if call.state is not SipCallState.CONFIRMED:
            raise CallRejected(487, "hung up at once")
        self._take_over()
        self.answered = True
        self._edge.dialogs_changed()

    def from_caller(self, heard: Pcm) -> None:
        """A frame of the caller's, every 20 ms; the person hears it once they have answered."""
        assert self._media is not None
        if self.answered:
            self._media.rtp.ring.push(heard)
        elif self._rings:
            self._caller.ring.push(next(self._tone))

    def press(self, key: str) -> None:
        """A key of the caller's."""
        if self._media is not None and self.answered:
            self._media.rtp.send_key(key)

    def end(self, reason: str = "") -> None:
        """Hang up, or cancel what still rings; the caller hears the assistant again."""
        self._caller.ring = self._assistant
        if self._call is not None:
            self._call.handlers = CallHandlers(on_ended=lambda _: self._edge.dialogs_changed())
            self._call.on_ringing = None
            self._call.bye(reason)
        if self._media is not None:
            self._media.close()

    async def _answer_of(self, call: OutgoingCall) -> SessionDescription:
        answered = asyncio.ensure_future(call.answered())
        try:
            await asyncio.wait({answered}, timeout=REACHED_SECONDS)
            if not answered.done() and not call.is_reached:
                raise CallRejected(408, "nothing comes back from the person's side")
            return await answered
        finally:
            answered.cancel()

    def _ringing(self, status: int, early: SessionDescription | None) -> None:
        """A provisional answer; with a description the person's side plays something itself."""
        if early is not None and self._media is not None:
            try:
                self._media.accept(early)
                self._rings = False
            except NotAcceptable:
                early = None
        if early is None and status == 180:
            self._rings = True
        if early is not None or self._rings:
            self._take_over()
        self._edge.dialogs_changed()  # with the credentials that it was asked for
        self._on_ringing(status)

    def _take_over(self) -> None:
        """From now on the caller hears this call."""
        if self._caller.ring is self._assistant:
            self._caller.ring = PlayoutRing(CLOCK_HZ)

    def _from_person(self, heard: Pcm, _said: Pcm) -> None:
        if not self._rings or self.answered:
            self._caller.ring.push(heard)

    def _info(self, content_type: str, body: bytes) -> None:
        if self._media is not None:
            self._media.press_by_info(content_type, body)

    def _media_lost(self) -> None:
        """A person who is muted is silent; whether they are there is asked by OPTIONS."""
        if self.answered and self._media is not None:
            self._media.ask_presence()

    def _failed(self) -> None:
        if self._call is not None:
            self._call.bye("audio failed", TEMPORARY_FAILURE)

    def _over(self, _end: CallEnd) -> None:
        self._edge.dialogs_changed()
        if self.answered:
            self._on_over()
