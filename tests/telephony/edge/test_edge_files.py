"""What the edge keeps on disk besides recordings: jobs of a thread, the journal, the apology."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.telephony.edge.edge_caller import tone
from voice.audio import write_wav
from voice.telephony.edge.announcement import Announcement
from voice.telephony.edge.file_thread import FileThread
from voice.telephony.edge.journal import DialogJournal
from voice.telephony.sip import Dialog, Invitation
from voice.telephony.sip.message import SipRequest
from voice.telephony.sip.wire import parse


class StandingDisk:
    """Stands still until it is let go."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._reached = threading.Event()

    def use(self) -> None:
        self._reached.set()
        assert self._go.wait(20)

    def is_used(self) -> None:
        assert self._reached.wait(20)

    def go_on(self) -> None:
        self._go.set()


@pytest.fixture
def disk() -> Iterator[StandingDisk]:
    disk = StandingDisk()
    yield disk
    disk.go_on()


def dialog(call_id: str) -> Dialog:
    return Dialog(
        call_id=call_id, local="<sip:a@b>;tag=1", local_tag="1", remote="<sip:c@d>;tag=2",
        remote_tag="2", remote_target="sip:c@d", route_set=("<sip:p;lr>",), local_cseq=1,
        remote_cseq=2, peer=("127.0.0.1", 5070),
    )  # fmt: skip


def invitation() -> Invitation:
    text = (
        "INVITE sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1\r\n"
        'Max-Forwards: 70\r\nFrom: "Zo\u00eb" <sip:b@c>;tag=1\r\nTo: <sip:a@127.0.0.1>\r\n'
        "Call-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:b@127.0.0.1>\r\nContent-Length: 3\r\n\r\nv=0"
    )
    request = parse(text.encode())
    assert isinstance(request, SipRequest)
    return Invitation(request, ("127.0.0.1", 5070))


def test_an_invite_is_kept_byte_for_byte(tmp_path: Path) -> None:
    journal = DialogJournal(tmp_path / "dialogs.jsonl")
    journal.write([dialog("first"), invitation()])
    journal.close()
    first, kept = journal.read()
    assert first == dialog("first") and isinstance(kept, Invitation)
    assert bytes(kept.request) == bytes(invitation().request)
    assert kept.destination == ("127.0.0.1", 5070)


@pytest.mark.parametrize(
    "line",
    [
        "nothing", "[]", "{}", '{"invite": "INVITE", "destination": ["127.0.0.1", 5060]}',
        '{"invite": 1, "destination": null}',
        '{"invite": "BYE sip:a@b SIP/2.0\\r\\n\\r\\n", "destination": ["127.0.0.1", 5060]}',
    ],
)  # fmt: skip
def test_a_line_of_the_journal_that_cannot_be_read_is_passed_over(
    tmp_path: Path, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "dialogs.jsonl").write_text(line + "\n")
    assert DialogJournal(tmp_path / "dialogs.jsonl").read() == []
    assert "a line cannot be read" in caplog.text


def test_jobs_are_done_in_order_and_only_so_many_wait(disk: StandingDisk) -> None:
    done: list[int] = []
    thread = FileThread("files", capacity=3)
    assert thread.submit(disk.use)
    disk.is_used()
    taken = [thread.submit(partial(done.append, number)) for number in range(5)]
    assert taken == [True, True, True, False, False]
    assert thread.submit(lambda: done.append(9), must=True)
    disk.go_on()
    thread.close()
    assert done == [0, 1, 2, 9]


def test_a_job_that_fails_is_logged_and_the_next_is_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    def fails() -> None:
        raise LookupError

    thread = FileThread("files")
    thread.submit(fails)
    thread.submit(lambda: done.append("next"))
    thread.close()
    assert done == ["next"] and "could not be written" in caplog.text


def test_the_journal_holds_the_dialogs_as_they_were_when_it_was_written(
    tmp_path: Path, disk: StandingDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    really = Path.replace

    def replace(self: Path, target: Path) -> Path:
        written.append(self.read_text())
        if len(written) == 1:
            disk.use()
        return really(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    journal = DialogJournal(tmp_path / "dialogs.jsonl")
    journal.write([dialog("first")])
    disk.is_used()
    changing = dialog("second")
    journal.write([dialog("first"), changing])
    journal.write([changing])
    changing.local_cseq = 99
    disk.go_on()
    journal.close()
    assert len(written) == 2  # of the changes that waited for the disk only the last
    assert journal.read() == [dialog("second")]
    assert (tmp_path / "dialogs.jsonl").stat().st_mode & 0o777 == 0o600


async def test_the_apology_is_read_once_for_all_calls(tmp_path: Path) -> None:
    path = tmp_path / "apology.wav"
    sound = tone(500, 22050)
    write_wav(path, sound, 22050)
    apology = Announcement(path, 8000)
    heard = await asyncio.gather(*(apology.frames() for _ in range(20)))
    path.unlink()
    heard.append(await apology.frames())
    assert all(frames is heard[0] for frames in heard)
    assert {frame.shape for frame in heard[0]} == {(160,)}
    assert len(heard[0]) == int(np.ceil(len(sound) * 8000 / 22050 / 160))


async def test_an_apology_that_comes_later_is_found_then(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    apology = Announcement(tmp_path / "apology.wav", 8000)
    assert not await apology.frames()
    assert "no announcement" in caplog.text
    write_wav(tmp_path / "apology.wav", tone(500, 800), 8000)
    assert len(await apology.frames()) == 5
