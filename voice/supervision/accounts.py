"""The accounts of supervisors: names and argon2id hashes in a file that only our user can read."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from voice.errors import ConfigError, VoiceError

FIRST_NAME = "supervisor"
PASSWORD_BYTES = 12
LONGEST_PASSWORD = 200
_NAME = re.compile(r"[A-Za-z0-9._@-]{1,64}")


class Accounts:
    """Reads the file anew when it has changed; raises ConfigError when it is damaged."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._hasher = PasswordHasher()
        self._hashes: dict[str, str] = {}
        self._read_at: tuple[int, int] | None = None
        self._decoy = self._hasher.hash(secrets.token_urlsafe())

    def names(self) -> list[str]:
        """Who has an account."""
        return sorted(self._current())

    def issue(self, name: str) -> str:
        """Make the account, or give it a new password; returns the password, which is not kept."""
        if not _NAME.fullmatch(name):
            raise VoiceError(f"account {name[:64]!r}: use letters, digits and . _ @ - (at most 64)")
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        self._write({**self._current(), name: self._hasher.hash(password)})
        return password

    def issue_first(self) -> str | None:
        """The password of the first account, when there is none yet."""
        return None if self._current() else self.issue(FIRST_NAME)

    def remove(self, name: str) -> None:
        """Take an account away."""
        hashes = dict(self._current())
        if hashes.pop(name, None) is None:
            there = ", ".join(self.names()) or "no accounts"
            raise VoiceError(f"account {name[:64]!r}: there is none (there are: {there})")
        self._write(hashes)

    def verify(self, name: str, password: str) -> bool:
        """Whether the password is right; takes as long for a name that does not exist."""
        known = self._current().get(name)
        try:
            right = self._hasher.verify(known or self._decoy, password[:LONGEST_PASSWORD])
        except (VerificationError, InvalidHashError):
            return False
        return right and known is not None

    def mark(self, name: str) -> str | None:
        """Changes with the account's password; None when the account is gone."""
        return self._current().get(name)

    def _current(self) -> dict[str, str]:
        try:
            state = self._file.stat()
        except FileNotFoundError:
            self._hashes, self._read_at = {}, None
            return self._hashes
        except OSError as error:
            raise self._mistake(error.strerror) from None
        read_at = (state.st_mtime_ns, state.st_ino)
        if read_at != self._read_at:
            self._hashes, self._read_at = self._read(), read_at
        return self._hashes

    def _read(self) -> dict[str, str]:
        try:
            hashes = json.loads(self._file.read_text(encoding="utf-8"))["accounts"]
            if not all(isinstance(each, str) for pair in hashes.items() for each in pair):
                raise TypeError
        except OSError as error:
            raise self._mistake(error.strerror) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self._mistake("not a file of accounts; remove it to begin anew") from None
        return dict(hashes)

    def _write(self, hashes: dict[str, str]) -> None:
        """Replace the file, complete or not at all."""
        partial = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with contextlib.suppress(FileNotFoundError):
                partial.unlink()
            handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"accounts": hashes}, file, indent=1)
            if os.geteuid() == 0:  # the service has to read it
                owner = self._file if self._file.exists() else self._file.parent
                shutil.chown(partial, owner.stat().st_uid, owner.stat().st_gid)
            partial.replace(self._file)
        except OSError as error:
            raise self._mistake(error.strerror) from None

    def _mistake(self, reason: str | None) -> ConfigError:
        return ConfigError(f"supervision.accounts: {self._file}: {reason}")
