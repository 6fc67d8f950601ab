"""What this machine's processor can do better than the libraries assume by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")
_WIDE = {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


def switches_for(cpu_info: str) -> Mapping[str, str]:
    """Environment variables for a processor as /proc/cpuinfo describes it.

    CTranslate2 leaves AVX-512 alone unless it is told to use it, because Intel's processors of some
    generations lower their clock for it. AMD's do not: an EPYC encodes Whisper base's windows in an
    eighth less time.
    """
    told = {
        name.strip(): value.strip()
        for name, _, value in (line.partition(":") for line in cpu_info.splitlines())
    }
    wide = {*told.get("flags", "").split()} >= _WIDE
    if told.get("vendor_id") == "AuthenticAMD" and wide:
        return {"CT2_FORCE_CPU_ISA": "AVX512"}
    return {}


@cache
def switches() -> Mapping[str, str]:
    """Those for this machine; none where it does not say what it is."""
    try:
        return switches_for(_CPU_INFO.read_text())
    except OSError:
        return {}
