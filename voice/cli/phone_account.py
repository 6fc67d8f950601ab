"""The account that a softphone dials `voice demo --phone` with; it outlives the run."""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from voice.errors import ConfigError
from voice.user_folders import state_directory

FILE = "phone.json"
FIRST_PORT = 5060
"""Where softphones look when no port is named."""


@dataclass(frozen=True)
class PhoneAccount:
    """What is typed into a softphone once."""

    user: str
    password: str
    port: int

    @classmethod
    def kept(cls, address: str) -> PhoneAccount:
        """That of the last run, or a new one; the port is another one when it is in use.

        Raises ConfigError when `address` is not this machine's or the file cannot be used.
        """
        file = state_directory() / FILE
        account = _read(file) or cls(
            f"phone{secrets.randbelow(9000) + 1000}", secrets.token_urlsafe(9), FIRST_PORT
        )
        account = replace(account, port=_free_port(address, account.port))
        _write(file, account)
        return account


def _read(file: Path) -> PhoneAccount | None:
    try:
        account = PhoneAccount(**json.loads(file.read_text("utf-8")))
        return account if 0 < account.port < 65536 and account.user and account.password else None
    except (OSError, ValueError, TypeError):
        return None


def _write(file: Path, account: PhoneAccount) -> None:
    """The file holds a password: it is nobody else's from its first byte on."""
    part = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(json.dumps(asdict(account), indent=1) + "\n", "utf-8")
        part.replace(file)
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None


def _free_port(address: str, wanted: int) -> int:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        with contextlib.suppress(OSError):
            probe.bind((address, wanted))
            return wanted
        try:
            probe.bind((address, 0))
        except OSError as error:
            raise ConfigError(f"--address: {address}: {error.strerror}") from None
        return int(probe.getsockname()[1])
