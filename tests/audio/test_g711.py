"""G.711 as the recommendation tabulates it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.audio import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xFF), (-1, 0x7E), (8, 0xFE), (132, 0xEF), (32767, 0x80), (-32768, 0x00), (-132, 0x6F)],
)
def test_ulaw_codes_of_known_samples(sample: int, code: int) -> None:
    assert encode_ulaw(np.array([sample], np.int16)) == bytes([code])


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xD5), (-1, 0x55), (8, 0xD5), (16, 0xD4), (32767, 0xAA), (-32768, 0x2A), (-16, 0x55)],
)
def test_alaw_codes_of_known_samples(sample: int, code: int) -> None:
    assert encode_alaw(np.array([sample], np.int16)) == bytes([code])


def test_largest_and_smallest_decoded_values() -> None:
    ulaw, alaw = decode_ulaw(bytes(range(256))), decode_alaw(bytes(range(256)))
    assert (ulaw.min(), ulaw.max(), ulaw[0xFF]) == (-32124, 32124, 0)
    assert (alaw.min(), alaw.max(), np.abs(alaw).min()) == (-32256, 32256, 8)


@given(st.binary(max_size=300))
def test_codes_survive_decoding_and_encoding(data: bytes) -> None:
    negative_zero = bytes.maketrans(b"\x7f", b"\xff")  # mu-law has two zeros
    assert encode_ulaw(decode_ulaw(data)) == data.translate(negative_zero)
    assert encode_alaw(decode_alaw(data)) == data


@given(st.lists(st.integers(-32768, 32767), max_size=300))
def test_error_stays_below_the_step_of_its_segment(samples: list[int]) -> None:
    pcm = np.array(samples, np.int16)
    for decoded in (decode_ulaw(encode_ulaw(pcm)), decode_alaw(encode_alaw(pcm))):
        error = np.abs(decoded.astype(int) - pcm)
        assert (error <= np.maximum(16, np.abs(pcm.astype(int)) / 16)).all()
