"""The audio side of one SIP call: what was agreed in its session descriptions, and its session."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable

from voice.telephony.edge.info_keys import key_in_info
from voice.telephony.edge.presence import PresenceCheck
from voice.telephony.edge.services import EdgeServices
from voice.telephony.rtp import MediaRule, RtpHandlers, RtpSession, RtpTarget, open_port_pair
from voice.telephony.sip import (
    LocalMedia,
    MediaAgreement,
    SessionDescription,
    accept_answer,
    answer_offer,
    make_offer,
)

CODECS = ("PCMU", "PCMA")


class CallMedia:
    """An RTP session on ports of its own, directed by offers and answers; `open` comes first."""

    def __init__(
        self,
        edge: EdgeServices,
        handlers: RtpHandlers,
        signalling_host: str,
        rule: MediaRule,
        on_hold: Callable[[bool], None] = lambda _: None,
    ) -> None:
        settings = edge.settings.rtp
        self.rtp = RtpSession(
            handlers,
            jitter_ms=(settings.jitter_min_ms, settings.jitter_max_ms),
            media_timeout=settings.media_timeout_seconds,
        )
        self.held = False
        """The other side wants to hear nothing."""
        self.presence: PresenceCheck | None = None
        """Asks whether the other side is there while its audio cannot tell."""
        self.hears_hold_music = False
        """What a side that holds us plays is heard; otherwise it is taken for silence."""
        self._edge = edge
        self._signalling_host = signalling_host
        self._rule = rule
        self._on_hold = on_hold
        self._local: LocalMedia | None = None
        self._agreed: MediaAgreement | None = None
        """What holds from the next ACK on."""

    async def open(self) -> None:
        """Take a pair of ports; raises NoFreePort."""
        settings = self._edge.settings.rtp
        ports = open_port_pair(self._edge.media_host, settings.port_min, settings.port_max)
        await self.rtp.open(ports)
        self._local = LocalMedia(
            address=self._edge.advertised,
            port=ports.port,
            session_id=secrets.randbits(31),
            version=0,
        )

    def start(self) -> None:
        """Let the clock tick; sound goes out once an agreement holds."""
        self._edge.clock.add(self.rtp)

    def describe(self, offer: SessionDescription | None) -> bytes:
        """Our answer to an offer, first or later, or an offer of ours; raises NotAcceptable."""
        assert self._local is not None
        local = dataclasses.replace(self._local, version=self._local.version + 1)
        if offer is None:
            self._local = local
            return make_offer(local, codecs=CODECS)
        agreed = answer_offer(offer, local, codecs=CODECS)
        self._local = local
        self._agreed = agreed
        return agreed.sdp

    def acknowledged(self) -> None:
        """Sound goes where an offer says only once the other side has shown that it is there."""
        if self._agreed is not None:
            self._direct(self._agreed)
            self._agreed = None

    def accept(self, answer: SessionDescription) -> None:
        """The answer to an offer of ours; raises NotAcceptable."""
        assert self._local is not None
        self._direct(accept_answer(answer, self._local))

    def ask_presence(self) -> None:
        """Nothing comes any more: ask from time to time, until the next agreement."""
        if self.presence is not None:
            self.presence.switch(True)

    def press_by_info(self, content_type: str, body: bytes) -> None:
        """A key that came by SIP INFO, if it is one."""
        key = key_in_info(content_type, body)
        if key is not None:
            self.rtp.press(key)

    def close(self) -> None:
        """Give the ports back."""
        if self.presence is not None:
            self.presence.switch(False)
        self._edge.clock.discard(self.rtp)
        self.rtp.close()

    def _direct(self, agreed: MediaAgreement) -> None:
        self.rtp.direct(
            RtpTarget(
                host=agreed.remote_address,
                port=agreed.remote_port,
                codec=agreed.codec,
                payload_type=agreed.payload_type,
                dtmf_payload_type=agreed.dtmf_payload_type,
                sends=agreed.sends,
                # Who holds us plays music or sends nothing: neither is a speaker.
                receives=agreed.receives and (agreed.sends or self.hears_hold_music),
                signalling_host=self._signalling_host,
                media=self._rule,
            )
        )
        if self.presence is not None:
            self.presence.switch(not (agreed.sends and agreed.receives))
        if self.held == agreed.sends:
            self.held = not agreed.sends
            self._on_hold(self.held)
