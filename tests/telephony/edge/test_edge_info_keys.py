"""Which bodies of SIP INFO are keys."""

from __future__ import annotations

import pytest

from voice.telephony.edge.info_keys import key_in_info

RELAY, PLAIN = "application/dtmf-relay", "application/dtmf"


@pytest.mark.parametrize(
    ("content_type", "body", "key"),
    [
        (RELAY, b"Signal=5\r\nDuration=160\r\n", "5"),
        (RELAY, b"Duration=160\nSignal = #\n", "#"),
        (RELAY, b"\r\nsignal= b", "B"),
        (PLAIN, b"*", "*"),
        (PLAIN, b" 0 \r\n", "0"),
        (RELAY, b"Signal=\r\n5", "5"),
        (RELAY, b"Signal=12\r\nDuration=160", None),
        (RELAY, b"Duration=5", None),
        (RELAY, b"", None),
        (RELAY, b"\n" * 300 + b"5", None),
        ("text/plain", b"5", None),
        ("application/dtmf-other", b"5", None),
    ],
)
def test_a_key_stands_alone_or_as_the_signal(
    content_type: str, body: bytes, key: str | None
) -> None:
    assert key_in_info(content_type, body) == key
