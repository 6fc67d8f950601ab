"""The edge on a slow disk: `FILE.py ARGUMENTS`.

After SIGUSR1 the disk stands still for two seconds from when it is next used: whatever a thread
asks of the file system waits until then, as system calls do. Once the edge answers calls, a line
`touched ...` tells if the thread that keeps the 20 ms clock asked for anything.
"""

from __future__ import annotations

import signal
import sys
import threading
import time

from voice.telephony.edge import Edge, __main__

STALL_SECONDS = 2.0
FILE_EVENTS = {
    "open", "os.chmod", "os.listdir", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
    "os.scandir", "os.truncate", "os.utime", "shutil.copyfile", "tempfile.mkstemp",
}  # fmt: skip


class SlowDisk:
    """An audit hook (PEP 578), which the interpreter calls before each of these operations."""

    def __init__(self) -> None:
        self.answering = False
        self._slow = False
        self._stands_still_until = 0.0

    def slow_down(self, *_: object) -> None:
        self._slow = True
        say("the disk is slow")

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.answering or event not in FILE_EVENTS or isinstance(arguments[0], int):
            return
        if threading.current_thread() is threading.main_thread():
            say(f"touched {event} {arguments[0]!r}")
        now = time.monotonic()
        if self._slow:
            self._slow, self._stands_still_until = False, now + STALL_SECONDS
            say("the disk stands still")
        time.sleep(max(0.0, self._stands_still_until - now))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


disk = SlowDisk()


class SlowDiskEdge(Edge):
    async def start(self) -> tuple[str, int]:
        address = await super().start()
        disk.answering = True
        return address


if __name__ == "__main__":
    sys.addaudithook(disk)
    signal.signal(signal.SIGUSR1, disk.slow_down)
    vars(__main__).update(Edge=SlowDiskEdge)
    sys.exit(__main__.main())
