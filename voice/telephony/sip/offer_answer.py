"""Offer and answer (RFC 3264): one PCMU or PCMA stream with telephone-event; others refused."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from voice.telephony.sip.errors import NotAcceptable
from voice.telephony.sip.sdp import MediaDescription, SessionDescription

CODECS = ("PCMU", "PCMA")
PACKET_MS = 20
_PAYLOAD_TYPES = {"PCMU": 0, "PCMA": 8}
_DTMF_PAYLOAD_TYPE = 101
_RATE_HZ = 8000
_PROTOCOL = "RTP/AVP"
_REVERSED = {
    "sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive",
}  # fmt: skip


@dataclass(frozen=True)
class LocalMedia:
    """Our RTP socket as it is told to the other side; `version` grows with each description."""

    address: str
    port: int
    session_id: int = 1
    version: int = 1


@dataclass(frozen=True)
class MediaAgreement:
    """What both sides agreed on; `sdp` is our description (empty when ours was the offer)."""

    codec: str
    payload_type: int
    dtmf_payload_type: int | None
    remote_address: str
    remote_port: int
    sends: bool
    receives: bool
    sdp: bytes


def answer_offer(
    offer: SessionDescription, local: LocalMedia, codecs: Sequence[str] = CODECS
) -> MediaAgreement:
    """Accept the first stream that we can speak, in the offerer's order; raises NotAcceptable."""
    chosen = next((each for each in offer.media if _usable(offer, each, local, codecs)), None)
    if chosen is None:
        raise NotAcceptable("no RTP/AVP audio stream with PCMU or PCMA and an IP address")
    agreed = _agree(offer, chosen, codecs)
    direction = _REVERSED[_direction(offer, chosen)]
    formats = [(agreed.payload_type, agreed.codec)]
    lines = _session_lines(local)
    for media in offer.media:
        if media is chosen:
            lines += _media_lines(local, formats, agreed.dtmf_payload_type, direction)
        else:
            lines.append(f"m={media.kind} 0 {media.protocol} {' '.join(media.formats)}")
    return MediaAgreement(**{**vars(agreed), "sdp": _joined(lines)})


def make_offer(
    local: LocalMedia, codecs: Sequence[str] = CODECS, direction: str = "sendrecv"
) -> bytes:
    """An offer of one stream with these codecs, the preferred one first."""
    formats = [(_PAYLOAD_TYPES[codec], codec) for codec in codecs]
    media = _media_lines(local, formats, _DTMF_PAYLOAD_TYPE, direction)
    return _joined([*_session_lines(local), *media])


def accept_answer(
    answer: SessionDescription, local: LocalMedia, codecs: Sequence[str] = CODECS
) -> MediaAgreement:
    """What the answer to our offer (whose first stream is ours) agrees to; raises NotAcceptable."""
    if not answer.media or not _usable(answer, answer.media[0], local, codecs):
        raise NotAcceptable("the answer accepts no stream that we offered")
    return _agree(answer, answer.media[0], codecs)


def check_offer(offer: SessionDescription, address: str, codecs: Sequence[str] = CODECS) -> None:
    """Raises NotAcceptable when no answer with an address of this kind is possible."""
    answer_offer(offer, LocalMedia(address, 9), codecs)


def _usable(
    session: SessionDescription,
    media: MediaDescription,
    local: LocalMedia,
    codecs: Sequence[str],
) -> bool:
    address = session.address_of(media)
    return (
        media.kind == "audio"
        and media.port > 0
        and media.protocol == _PROTOCOL
        and address is not None
        # A socket for IPv4 sends nothing to IPv6, nor the other way round.
        and (":" in address) == (":" in local.address)
        and _codec(media, codecs) is not None
    )


def _codec(media: MediaDescription, codecs: Sequence[str]) -> tuple[int, str] | None:
    known = media.codecs().items()
    return next(((pt, n) for pt, (n, hz) in known if n in codecs and hz == _RATE_HZ), None)


def _agree(
    session: SessionDescription, media: MediaDescription, codecs: Sequence[str]
) -> MediaAgreement:
    address, codec = session.address_of(media), _codec(media, codecs)
    assert address is not None and codec is not None
    events = [
        number for number, (name, rate) in media.codecs().items()
        if name == "TELEPHONE-EVENT" and rate == _RATE_HZ
    ]  # fmt: skip
    theirs = _direction(session, media)
    return MediaAgreement(
        codec=codec[1],
        payload_type=codec[0],
        dtmf_payload_type=events[0] if events else None,
        remote_address=address,
        remote_port=media.port,
        sends=theirs in ("sendrecv", "recvonly"),
        receives=theirs in ("sendrecv", "sendonly"),
        sdp=b"",
    )


def _direction(session: SessionDescription, media: MediaDescription) -> str:
    """The other side's direction; the address 0.0.0.0 is the old way to hold (RFC 3264 8.4)."""
    direction = session.direction_of(media)
    if ipaddress.ip_address(session.address_of(media) or "0.0.0.0").is_unspecified:
        return "sendonly" if direction in ("sendrecv", "sendonly") else "inactive"
    return direction


def _session_lines(local: LocalMedia) -> list[str]:
    family = "IP6" if ":" in local.address else "IP4"
    return [
        "v=0",
        f"o=- {local.session_id} {local.version} IN {family} {local.address}",
        "s=-",
        f"c=IN {family} {local.address}",
        "t=0 0",
    ]


def _media_lines(
    local: LocalMedia, formats: Sequence[tuple[int, str]], dtmf: int | None, direction: str
) -> list[str]:
    numbers = [number for number, _ in formats] + ([] if dtmf is None else [dtmf])
    lines = [f"m=audio {local.port} {_PROTOCOL} {' '.join(map(str, numbers))}"]
    lines += [f"a=rtpmap:{number} {name}/{_RATE_HZ}" for number, name in formats]
    if dtmf is not None:
        lines += [f"a=rtpmap:{dtmf} telephone-event/{_RATE_HZ}", f"a=fmtp:{dtmf} 0-15"]
    return [*lines, f"a=ptime:{PACKET_MS}", f"a={direction}"]


def _joined(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("utf-8", "surrogateescape")
