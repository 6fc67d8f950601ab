"""The libraries are told of instructions that they would leave alone, where these are a gain."""

from __future__ import annotations

import pytest

from voice.network import isolate
from voice.processor import switches, switches_for

WIDE = "fpu sse4_1 avx avx2 avx512f avx512dq avx512cd avx512bw avx512vl avx512_vnni"
NARROW = "fpu sse4_1 avx avx2 avx512f"


@pytest.mark.parametrize(
    ("vendor", "flags", "told"),
    [
        ("AuthenticAMD", WIDE, {"CT2_FORCE_CPU_ISA": "AVX512"}),
        ("AuthenticAMD", NARROW, {}),
        ("GenuineIntel", WIDE, {}),
    ],
)
def test_only_amd_processors_with_all_of_them_use_the_wide_ones(
    vendor: str, flags: str, told: dict[str, str]
) -> None:
    one = f"processor\t: 0\nvendor_id\t: {vendor}\nmodel name\t: a: b\nflags\t\t: {flags}\n\n"
    assert switches_for(one * 2) == told


def test_other_machines_are_left_as_they_are() -> None:
    assert switches_for("Features\t: fp asimd evtstrm\n") == {}
    assert switches_for("") == {}


def test_every_process_is_told_unless_it_was_told_otherwise() -> None:
    environment = {"CT2_FORCE_CPU_ISA": "AVX2"}
    isolate(environment)
    assert environment["CT2_FORCE_CPU_ISA"] == "AVX2"
    fresh: dict[str, str] = {}
    isolate(fresh)
    assert switches().items() <= fresh.items()
