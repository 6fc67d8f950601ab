"""The running dialogs on disk, so that an edge that was killed can be cleaned up after."""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from voice.telephony.edge.file_thread import FileThread
from voice.telephony.sip import Dialog, Invitation

log = logging.getLogger(__name__)

Kept = Dialog | Invitation
"""A running dialog, or a call that is being placed."""


class DialogJournal:
    """One line of JSON for each dialog and INVITE; replaced as a whole, so never half written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = FileThread("dialog journal")
        self._latest: deque[list[dict[str, Any]]] = deque(maxlen=1)
        """What is to be written next; of several changes only the last."""

    def write(self, kept: Iterable[Kept]) -> None:
        """Replace the journal by what these are now; returns before that is on disk."""
        self._latest.append([each.to_dict() for each in kept])
        self._thread.submit(self._save)

    def close(self) -> None:
        """Wait until all is written."""
        self._thread.close()

    def read(self) -> list[Kept]:
        """What a predecessor left; lines that cannot be read are skipped."""
        try:
            lines = self._path.read_text().splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            log.error("dialog journal %s: %s", self._path, error)
            return []
        return [kept for line in lines if (kept := _read(line)) is not None]

    def _save(self) -> None:
        """On the thread; a full disk is logged and ends no call."""
        if not self._latest:
            return
        text = "".join(json.dumps(values) + "\n" for values in self._latest.pop())
        unfinished = self._path.with_name(self._path.name + ".part")
        try:
            unfinished.write_text(text)
            unfinished.chmod(0o600)
            unfinished.replace(self._path)
        except OSError as error:
            log.error("dialog journal %s: %s", self._path, error.strerror)


def _read(line: str) -> Kept | None:
    try:
        values = json.loads(line)
        return (Invitation if "invite" in values else Dialog).from_dict(values)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.error("dialog journal: a line cannot be read (%s)", error)
        return None
