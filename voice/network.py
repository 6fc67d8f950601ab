"""Nothing leaves: the offline and telemetry switches of all libraries, set before they load."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, MutableMapping, Sequence

_TELEMETRY_OFF = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "PIPECAT_DISABLE_TELEMETRY": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_HUB = "huggingface.co"

_ONE_THREAD_EACH = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Engines have their own bounded pools; a library's default of all cores per job slows all."""

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_METADATA = frozenset([ipaddress.IPv4Address("168.63.129.16")])
"""Where a cloud answers its machines, though the address looks public (Azure)."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Holds all of IPv4 (RFC 6052)."""


def silence(environment: MutableMapping[str, str]) -> None:
    """Set the switches by which libraries report to nobody; before any of them is loaded."""
    environment.update(_TELEMETRY_OFF)


def isolate(environment: MutableMapping[str, str], allow: Sequence[str] = ()) -> None:
    """Set the switches in `environment`; a hub that is in `allow` may be reached."""
    silence(environment)
    if _HUB not in allow:
        environment.update(_OFFLINE)
    for name, value in _ONE_THREAD_EACH.items():
        environment.setdefault(name, value)


def is_allowed(host: str, allow: Sequence[str]) -> bool:
    """Whether an outgoing connection may be made: the host or its parent domain is in `allow`."""
    return any(host == known or host.endswith(f".{known}") for known in allow)


def is_public(address: str) -> bool:
    """Whether it is an address of the internet: nobody's own, and none that a cloud keeps.

    An IPv6 address that stands for one of IPv4 is as public as that one.
    """
    return all(
        one.is_global and not one.is_multicast and one not in _METADATA
        for one in _meanings(ipaddress.ip_address(address))
    )


def lies_in(address: str, networks: Sequence[str]) -> bool:
    """Whether an address is in one of some networks, in CIDR notation."""
    one = ipaddress.ip_address(address)
    mapped = one.ipv4_mapped if isinstance(one, ipaddress.IPv6Address) else None
    return any((mapped or one) in ipaddress.ip_network(network) for network in networks)


def _meanings(address: _IPAddress) -> Iterator[_IPAddress]:
    """An address, and the one of IPv4 behind it."""
    yield address
    if not isinstance(address, ipaddress.IPv6Address):
        return
    behind = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        behind = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if behind is not None:
        yield behind
