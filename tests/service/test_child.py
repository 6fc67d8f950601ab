"""A child process is known to be ready, ends when asked, and never outlives what started it."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from voice.service import ChildProcess
from voice.service.child import ChildFailed

Write = Callable[[str], ChildProcess]

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Makes a child process of the given Python source."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    def write(source: str) -> ChildProcess:
        (tmp_path / "kid.py").write_text(source)
        return ChildProcess("kid", "kid", [])

    return write


async def test_start_returns_what_the_child_says_when_ready(child: Write) -> None:
    process = child("print('ready 127.0.0.1:5060', flush=True); input()")
    assert await process.start() == "127.0.0.1:5060"
    await process.wait()


async def test_a_machine_that_has_nothing_left_for_a_process_is_told_of(
    child: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_memory(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    process = child("print('ready', flush=True); input()")
    await process.start()
    await process.wait()
    monkeypatch.setattr(asyncio, "create_subprocess_exec", no_memory)
    with pytest.raises(ChildFailed, match="kid cannot be started: Cannot allocate memory"):
        await process.start()
    assert process.pid is None and not process.ready


async def test_what_a_library_prints_neither_hides_the_ready_line_nor_blocks_the_child(
    child: Write, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    process = child(
        "import pathlib\n"
        "print('a banner')\n"
        "print('ready 127.0.0.1:5060', flush=True)\n"
        "print('x' * 1_000_000, flush=True)\n"
        f"pathlib.Path({str(done)!r}).touch()"
    )
    async with asyncio.timeout(20):
        assert await process.start() == "127.0.0.1:5060"
        assert await process.wait() == 0
    assert done.exists()


async def test_a_child_that_is_never_ready_is_killed(
    child: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voice.service.child.READY_SECONDS", 0.5)
    process = child("import sys, time; sys.stdout.close(); time.sleep(60)")
    with pytest.raises(ChildFailed, match="kid did not start"):
        await process.start()
    assert process.pid is None


async def test_a_child_that_ends_before_it_is_ready_is_an_error_with_its_status(
    child: Write,
) -> None:
    process = child("raise SystemExit(2)")
    with pytest.raises(ChildFailed, match=r"kid did not start \(exit status 2\)"):
        await process.start()


async def test_a_child_that_says_why_it_cannot_start_is_that_error(child: Write) -> None:
    process = child(
        "print('failed to find a sound card')\n"
        "print('cannot-start speech.voice: no such voice', flush=True)\n"
        "raise SystemExit(2)"
    )
    with pytest.raises(ChildFailed, match=r"^speech\.voice: no such voice$"):
        await process.start()


async def test_stop_lets_the_child_finish(child: Write, tmp_path: Path) -> None:
    process = child(
        "import pathlib, signal, sys\n"
        f"done = lambda *_: (pathlib.Path({str(tmp_path / 'done')!r}).touch(), sys.exit())\n"
        "signal.signal(signal.SIGTERM, done)\n"
        "print('ready', flush=True)\n"
        "signal.pause()"
    )
    await process.start()
    await process.stop(10)
    assert (tmp_path / "done").exists()
    assert process.pid is None


async def test_a_child_that_does_not_stop_in_time_is_killed(child: Write) -> None:
    process = child(STUBBORN)
    await process.start()
    await process.stop(0.1)
    assert await process.wait() == -signal.SIGKILL


async def test_a_child_ends_when_its_parent_is_killed(child: Write, tmp_path: Path) -> None:
    child("import os, signal; print('ready', os.getpid(), flush=True); signal.pause()")
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio\n"
        "from voice.service import ChildProcess\n"
        "async def main():\n"
        "    print(await ChildProcess('kid', 'kid', []).start(), flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())",
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    orphan = psutil.Process(pid)
    parent.kill()
    await parent.wait()
    await asyncio.to_thread(psutil.wait_procs, [orphan], timeout=10)
    assert not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE
