"""By whom the edge calls a person, and to whom its credentials are shown."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable

from voice.errors import ConfigError
from voice.settings import Settings
from voice.settings.values import host_and_port
from voice.telephony.rtp import MediaRule
from voice.telephony.sip import Credentials, Endpoint, PeerTrunk, SipSyntaxError
from voice.telephony.sip.addresses import Uri, bracketed

log = logging.getLogger(__name__)

_NUMBER = re.compile(r"\+?[0-9]{1,32}")


class OutgoingTrunk:
    """The settings `[sip.outgoing]`; raises ConfigError when they cannot be used."""

    def __init__(self, settings: Settings, advertised: str) -> None:
        sip = settings.sip
        credentials = sip.outgoing.credentials()
        self._credentials = Credentials(*credentials) if credentials else None
        self._advertised = advertised
        self._trunks = [
            PeerTrunk(each.name, each.networks, media=each.media) for each in sip.trunks
        ]
        self._address: Endpoint | None = None
        if sip.outgoing.address is not None:
            self._address = host_and_port(sip.outgoing.address)
        if sip.person and self.destination(sip.person) is None:
            log.warning("sip.person is a name: without sip.outgoing.address only REFER reaches it")
        own = (advertised, host_and_port(sip.listen)[1])
        _check_target("sip.person", sip.person, self.destination, own)
        target = settings.calls.emergency_target
        _check_target("calls.emergency_target", target, self.destination, own)

    @property
    def credentials(self) -> Credentials | None:
        """For calls to `destination`."""
        return self._credentials

    def destination(self, target: str) -> Endpoint | None:
        """Where an INVITE for the target goes; None when its host is a name and no trunk is set."""
        return self._address or Uri.parse(target).endpoint

    def media_rule(self, destination: Endpoint) -> MediaRule:
        """Whose audio is admitted: as for calls from the trunk that holds the destination."""
        host = ipaddress.ip_address(destination[0])
        return next((trunk.media for trunk in self._trunks if trunk.holds(host)), "strict")

    def credentials_for(self, source: Endpoint, target: str) -> Credentials | None:
        """For requests to a caller's side: only when that belongs to the trunk itself.

        Anybody else could ask for a digest in order to guess the password from it.
        """
        destination = self.destination(target)
        if destination is None or self._credentials is None:
            return None
        hosts = {ipaddress.ip_address(host) for host in (source[0], destination[0])}
        known = len(hosts) == 1 or any(all(map(each.holds, hosts)) for each in self._trunks)
        return self._credentials if known else None

    def from_uri(self, destination: Endpoint, number: str | None) -> str:
        """Whom the call is from: our account there, else the caller's number."""
        if self._credentials is not None:
            return f"sip:{self._credentials.username}@{bracketed(destination[0])}"
        known = number is not None and _NUMBER.fullmatch(number)
        return f"sip:{number if known else 'voice'}@{bracketed(self._advertised)}"


def is_callable(target: str) -> bool:
    """Whether the text is a SIP URI."""
    try:
        return Uri.parse(target).scheme == "sip"
    except SipSyntaxError:
        return False


def _check_target(
    key: str, target: str | None, destination: Callable[[str], Endpoint | None], own: Endpoint
) -> None:
    """Raise ConfigError for a target that our own calls could not reach."""
    found = destination(target) if target else None
    if found == own:
        raise ConfigError(f"{key}: {target} would be a call to Voice itself")
    if found and (":" in found[0]) != (":" in own[0]):
        raise ConfigError(f"{key}: {target} and our own address, {own[0]}, differ in IP version")
