"""`voice demo --phone` as a person with a softphone meets it: one account, call after call."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from voice.cli.phone_account import PhoneAccount
from voice.evaluation.callers.engines import EngineMouth
from voice.evaluation.callers.phone_line import PhoneLine
from voice.telephony.sip import CallRejected, Credentials

ROOT = Path(__file__).resolve().parents[2]
BARESIP_MODULES = Path("/usr/lib/baresip/modules")
READY, ANSWER = 120.0, 30.0


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "voice" / "phone.json"


def test_the_account_stays_the_same_and_is_for_nobody_else_to_read(state: Path) -> None:
    first = PhoneAccount.kept("127.0.0.1")
    assert PhoneAccount.kept("127.0.0.1") == first
    assert state.stat().st_mode & 0o777 == 0o600


def test_a_port_that_is_in_use_is_replaced_and_the_account_stays(state: Path) -> None:
    first = PhoneAccount.kept("127.0.0.1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", first.port))
        moved = PhoneAccount.kept("127.0.0.1")
    assert moved.port != first.port
    assert (moved.user, moved.password) == (first.user, first.password)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"user": "", "password": "x", "port": 5060}'])
def test_a_damaged_account_is_replaced(state: Path, text: str) -> None:
    state.parent.mkdir(parents=True)
    state.write_text(text)
    account = PhoneAccount.kept("127.0.0.1")
    assert account.user and account.password
    assert json.loads(state.read_text())["user"] == account.user


class Demo:
    """The running demonstration, line by line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._lines: list[str] = []

    async def until(self, pattern: str, seconds: float) -> re.Match[str]:
        """The next line that matches."""
        assert self._process.stdout is not None
        async with asyncio.timeout(seconds):
            async for line in self._process.stdout:
                self._lines.append(line.decode().strip())
                if match := re.search(pattern, self._lines[-1]):
                    return match
        raise AssertionError("\n".join(self._lines))


@asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[Demo]:
    own = {"PYTHONPATH": str(ROOT), "COLUMNS": "160", "XDG_DATA_HOME": str(folder / "data")}
    environment = {**os.environ, **own}
    # Requests are found as a person's are, here without an embedding model.
    del environment["VOICE_RESPONSE__ENGINE"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voice", "demo", "--phone", "--embedded"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process)
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 40) == 130
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def softphone(folder: Path, account: re.Match[str], uri: str) -> list[str]:
    """baresip with the account that the terminal shows."""
    folder.mkdir()
    host = uri.partition("@")[2]
    (folder / "config").write_text(
        f"module_path {BARESIP_MODULES}\nmodule g711.so\nmodule_app account.so\n"
        "module_app menu.so\nsip_listen 127.0.0.1:0\n"
    )
    (folder / "accounts").write_text(
        f"<sip:{account['user']}@{host}>;auth_pass={account['password']};regint=60\n"
    )
    return ["-f", str(folder)]


@pytest.mark.calls
@pytest.mark.timeout(400)
async def test_a_person_registers_is_understood_and_calls_again(
    tmp_path: Path,
    require_peer: Callable[[str], str],
    embedded_caller_voice_path: Path,
) -> None:
    baresip = require_peer("baresip")
    async with demonstration(tmp_path) as demo:
        uri = (await demo.until(r"Dial (sip:\S+)", READY))[1]
        account = await demo.until(r"User (?P<user>\w+), password (?P<password>[\w-]+)", 5)
        customer = await demo.until(r"customer number (\d+), PIN (\d+)", 5)
        await demo.until("╰", 5)

        phone = await asyncio.create_subprocess_exec(
            baresip,
            *softphone(tmp_path / "baresip", account, uri),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert phone.stdout is not None
        async with asyncio.timeout(20):
            async for said in phone.stdout:
                if b"200 OK" in said and b"1 binding" in said:
                    break
            else:
                raise AssertionError("baresip has not registered")
        phone.kill()
        await phone.wait()

        right = Credentials(account["user"], account["password"])
        stranger = PhoneLine(lambda *_: None)
        with pytest.raises(CallRejected):
            await stranger.dial(uri, "3530000", Credentials(account["user"], "guess"))
        await stranger.close()
        shown = await demo.until("wrong SIP credentials", 10)
        assert f"for user '{account['user']}'" in shown.string

        line = PhoneLine(lambda *_: None)
        await line.dial(uri, "3530000", right)
        await demo.until("How can I help you", ANSWER)
        mouth = EngineMouth(embedded_caller_voice_path)
        await line.audio.speak(await mouth.speak("What is my plan?", 8000))
        await demo.until("your customer number", ANSWER)
        await line.audio.press(customer[1])
        await demo.until("four-digit PIN", ANSWER)
        await line.audio.press(customer[2])
        await demo.until("PIN accepted", ANSWER)
        await demo.until("You are on the", ANSWER)
        await line.hang_up()
        await line.close()
        await demo.until("the call ended", ANSWER)
        await demo.until("Left in", 10)
        assert (tmp_path / "demo" / "call.wav").exists()

        again = PhoneLine(lambda *_: None)
        await again.dial(uri, "3530000", right)
        await demo.until("the call is answered", 20)
        await again.hang_up()
        await again.close()
        await demo.until("the call ended", 20)

    async with demonstration(tmp_path) as demo:
        assert (await demo.until(r"Dial (sip:\S+)", READY))[1] == uri
        await demo.until(f"User {account['user']}, password {account['password']}", 5)
