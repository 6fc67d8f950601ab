"""Session descriptions (RFC 8866), as far as audio calls need them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from voice.telephony.sip.addresses import is_ip
from voice.telephony.sip.errors import SipSyntaxError
from voice.telephony.sip.grammar import printable

MAX_BYTES, MAX_LINES, MAX_MEDIA, MAX_FORMATS = 16_384, 512, 16, 64
"""Beyond any of these a description is refused: a telephone's has a tenth of each."""
STATIC_FORMATS = {0: ("PCMU", 8000), 8: ("PCMA", 8000)}
"""Payload types that need no rtpmap (RFC 3551), of the codecs that we speak."""
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_LINE = re.compile(r"([a-z])=(.*)")
_MEDIA = re.compile(r"(\S+) ([0-9]{1,5})(?:/[0-9]+)? (\S+)((?: \S+)+)")
_CONNECTION = re.compile(r"IN (IP4|IP6) ([^\s/]+)(?:/\S*)?")
_RTPMAP = re.compile(r"([0-9]{1,3})\s+([A-Za-z0-9\-.]+)/([0-9]{1,6})(?:/[0-9]+)?")


@dataclass
class MediaDescription:
    """One m= section."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    address: str | None = None
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """The values of an attribute in the order in which they stand."""
        return [value for key, value in self.attributes if key == name]

    def codecs(self) -> dict[int, tuple[str, int]]:
        """Payload type -> (name in capitals, clock rate in Hz), in the order of preference."""
        mapped = dict(STATIC_FORMATS)
        for value in self.values("rtpmap"):
            if match := _RTPMAP.fullmatch(value.strip()):
                mapped[int(match[1])] = (match[2].upper(), int(match[3]))
        numbers = [int(text) for text in self.formats if re.fullmatch(r"[0-9]{1,3}", text)]
        return {number: mapped[number] for number in numbers if number in mapped and number < 128}


@dataclass
class SessionDescription:
    """An offer or answer."""

    address: str | None
    direction: str | None
    media: list[MediaDescription]

    @classmethod
    def parse(cls, body: bytes) -> SessionDescription:
        """Raises SipSyntaxError that names the line."""
        if len(body) > MAX_BYTES or body.count(b"\n") > MAX_LINES:
            raise SipSyntaxError(f"SDP is longer than {MAX_BYTES} bytes or {MAX_LINES} lines")
        text = body.decode("utf-8", "surrogateescape")
        lines = [line for line in re.split(r"\r\n|\n", text) if line]
        if not lines or lines[0] != "v=0":
            raise SipSyntaxError("session description does not begin with v=0")
        session = cls(None, None, [])
        for line in lines[1:]:
            match = _LINE.fullmatch(line)
            if not match:
                raise SipSyntaxError(f"SDP line {printable(line)!r} is not valid")
            session._read(match[1], match[2])
        return session

    def direction_of(self, media: MediaDescription) -> str:
        """The media's own direction, else the session's, else sendrecv."""
        own = [name for name, _ in media.attributes if name in DIRECTIONS]
        return own[-1] if own else self.direction or "sendrecv"

    def address_of(self, media: MediaDescription) -> str | None:
        """Where the other side wants its packets."""
        own = self.address if media.address is None else media.address
        return own or None

    def _read(self, kind: str, value: str) -> None:
        if kind == "m":
            match = _MEDIA.fullmatch(value.rstrip())
            if not match or int(match[2]) > 65535:
                raise SipSyntaxError(f"SDP media line {printable(value)!r} is not valid")
            formats = tuple(match[4].split())
            if len(formats) > MAX_FORMATS or len(self.media) == MAX_MEDIA:
                raise SipSyntaxError(
                    f"SDP has more than {MAX_MEDIA} media or {MAX_FORMATS} formats"
                )
            self.media.append(MediaDescription(match[1], int(match[2]), match[3], formats))
        elif kind == "c":
            self._connect(value)
        elif kind == "a":
            name, _, content = value.partition(":")
            if self.media:
                self.media[-1].attributes.append((name.strip(), content.strip()))
            elif name in DIRECTIONS:
                self.direction = name

    def _connect(self, value: str) -> None:
        match = _CONNECTION.fullmatch(value.strip())
        if not match:
            raise SipSyntaxError(f"SDP connection {printable(value)!r} is not valid")
        # A name instead of an address would need a look-up: such a stream is refused.
        address = match[2] if is_ip(match[2]) else ""
        if self.media:
            self.media[-1].address = address
        else:
            self.address = address
