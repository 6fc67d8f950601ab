"""Nothing leaves: the offline and telemetry switches of all libraries, set before they load."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence

_TELEMETRY_OFF = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ORT_DISABLE_TELEMETRY": "1",
    "PIPECAT_DISABLE_TELEMETRY": "1",
}
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_HUB = "huggingface.co"

_ONE_THREAD_EACH = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Engines have their own bounded pools; a library's default of all cores per job slows all."""


def isolate(environment: MutableMapping[str, str], allow: Sequence[str] = ()) -> None:
    """Set the switches in `environment`; a hub that is in `allow` may be reached."""
    environment.update(_TELEMETRY_OFF)
    if _HUB not in allow:
        environment.update(_OFFLINE)
    for name, value in _ONE_THREAD_EACH.items():
        environment.setdefault(name, value)


def is_allowed(host: str, allow: Sequence[str]) -> bool:
    """Whether an outgoing connection may be made: the host or its parent domain is in `allow`."""
    return any(host == known or host.endswith(f".{known}") for known in allow)
