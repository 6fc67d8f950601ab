"""Unix sockets between the processes of one installation: of the same user, and of nobody else."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import stat
import struct
from pathlib import Path

from voice.errors import VoiceError

_CREDENTIALS = struct.Struct("3i")


class SocketError(VoiceError):
    """A socket is in use, cannot be made, or belongs to somebody else."""


def listening_socket(path: Path) -> socket.socket:
    """A listening socket that only our user can connect to; a dead predecessor's is replaced."""
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    previous = os.umask(0o177)
    try:
        listener.bind(str(path))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise SocketError(f"{path}: {reason(error)}") from None
    finally:
        os.umask(previous)
    return listener


def is_listening(path: Path) -> bool:
    """Whether a process listens there; never waits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True  # its queue is full
        except OSError:
            return False
    return True


async def answers(path: Path) -> bool:
    """Whether a process listens there and is awake: it closes a connection that ended unused.

    Takes as long as a process that stands still does not close it.
    """
    try:
        reader, writer = await asyncio.open_unix_connection(str(path))
    except OSError:
        return False
    try:
        writer.write_eof()
        await reader.read()
    except OSError:
        return False
    finally:
        writer.close()
    return True


def is_our_user(transport: asyncio.BaseTransport) -> bool:
    """Whether the process at the other end is of our user (SO_PEERCRED)."""
    connection = transport.get_extra_info("socket")
    data = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(data)[1]
    return uid == os.getuid()


def reason(error: OSError) -> str:
    """What went wrong, in the words of this installation."""
    if error.errno == errno.ECONNREFUSED:
        return "no process listens there"
    return error.strerror or str(error)


def _remove_stale(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise SocketError(f"{path}: exists and is not a socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except ConnectionRefusedError:
                path.unlink(missing_ok=True)
                return
            except OSError as error:
                raise SocketError(f"{path}: {reason(error)}") from None
        raise SocketError(
            f"runtime.directory: {path}: another process listens there; give each service its own"
        )
