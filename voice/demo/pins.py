"""PINs are kept as salted scrypt hashes and compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_COST, _BLOCK_SIZE, _PARALLEL = 2**12, 8, 1
_SALT_BYTES = 16
DUMMY_HASH = bytes(_SALT_BYTES + 32)
"""Compared with when there is nobody to compare with, so that this takes as long."""


def hash_pin(pin: str) -> bytes:
    """Salt and hash of a PIN."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return salt + _scrypt(pin, salt)


def is_right_pin(pin: str, stored: bytes) -> bool:
    """Whether the PIN made this hash; takes the same time whatever the answer."""
    salt, expected = stored[:_SALT_BYTES], stored[_SALT_BYTES:]
    return hmac.compare_digest(_scrypt(pin, salt), expected)


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=_COST, r=_BLOCK_SIZE, p=_PARALLEL, dklen=32)
