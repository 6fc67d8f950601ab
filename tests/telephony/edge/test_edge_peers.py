"""Calls through the edge process by other people's user agents."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.telephony.edge.edge_caller import TONE_HZ, strength, tone
from tests.telephony.edge.edge_programs import EdgeProcess, Program, running
from voice.audio import encode_ulaw, read_stereo_flac, read_wav, write_wav

pytestmark = pytest.mark.calls

SCENARIO = Path(__file__).parent / "scenarios" / "uac_audio.xml"
BARESIP_MODULES = Path("/usr/lib/baresip/modules")


async def test_sipp_calls_with_audio(
    edge: EdgeProcess,
    call_process: Program,
    installation: Path,
    require_peer: Callable[[str], str],
) -> None:
    sipp = require_peer("sipp")
    (installation / "tone.ul").write_bytes(encode_ulaw(tone(TONE_HZ, 8000)))
    command = [sipp, f"127.0.0.1:{edge.port}", "-sf", str(SCENARIO), "-s", "recorded"]
    command += ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-m", "3", "-l", "3", "-r", "3"]
    command += ["-nostdin", "-timeout", "20s", "-timeout_error"]
    async with running(["env", "-C", installation, *command]) as peer:
        assert await peer.wait(30) == 0, "\n".join(peer.lines[-30:])
    await call_process.line("over ended_well=True", count=3)
    edge.program.terminate()
    await edge.program.wait()
    recordings = list((installation / "records").rglob("call.flac"))
    assert len(recordings) == 3
    for file in recordings:
        heard, said, _ = read_stereo_flac(file)
        assert strength(heard[4000:12000], TONE_HZ) > 0.9
        assert strength(said[4000:12000], TONE_HZ) > 0.9


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def baresip_folder(folder: Path, control: int) -> Path:
    """A configuration whose microphone is a file with a tone."""
    modules = ["g711", "aufile", "sndfile", "account", "menu", "ctrl_tcp"]
    missing = [name for name in modules if not (BARESIP_MODULES / f"{name}.so").exists()]
    if missing:
        message = f"needs the baresip modules {missing}: apt-get install baresip-core"
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    folder.mkdir()
    write_wav(folder / "tone.wav", tone(TONE_HZ, 80000), 8000)
    lines = [f"module_path {BARESIP_MODULES}", *(f"module {name}.so" for name in modules[:3])]
    lines += [f"module_app {name}.so" for name in modules[3:]]
    lines += [
        "sip_listen 127.0.0.1:0",
        f"audio_source aufile,{folder}/tone.wav",
        "audio_player aufile,/dev/null",
        f"snd_path {folder}",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
    ]
    (folder / "config").write_text("\n".join(lines) + "\n")
    (folder / "accounts").write_text("<sip:peer@127.0.0.1>;regint=0;audio_codecs=PCMA/8000/1\n")
    return folder


class Control:
    """The connection to baresip's control port; messages are netstrings of JSON."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def tell(self, command: str, params: str = "") -> None:
        text = json.dumps({"command": command, "params": params, "token": command})
        self._writer.write(f"{len(text)}:{text},".encode())
        while True:
            length = await asyncio.wait_for(self._reader.readuntil(b":"), 5)
            message = json.loads((await self._reader.readexactly(int(length[:-1]) + 1))[:-1])
            if message.get("response"):
                assert message["ok"], message
                return


async def test_baresip_calls_with_audio_keys_and_hold(
    edge: EdgeProcess,
    call_process: Program,
    tmp_path: Path,
    require_peer: Callable[[str], str],
) -> None:
    port = free_port()
    folder = baresip_folder(tmp_path / "baresip", port)
    async with running([require_peer("baresip"), "-f", folder]) as peer:
        await peer.line("baresip is ready")
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        control = Control(reader, writer)
        await control.tell("dial", f"sip:echo@127.0.0.1:{edge.port}")
        await call_process.line("Answered()")
        await call_process.line("Played(", count=10)
        await control.tell("sndcode", "8")
        await call_process.line("Dtmf(digit='8')")
        await control.tell("hold")
        await call_process.line("Hold()")
        await control.tell("resume")
        await call_process.line("Resume()")
        await call_process.line("Played(", count=20)
        await control.tell("hangup")
        await call_process.line("over ended_well=True")
        writer.close()
        peer.terminate()
        await peer.wait()
    recorded = [read_wav(file)[0] for file in folder.glob("dump-*-dec.wav")]
    pcm = max(recorded, key=len)
    parts = [pcm[at : at + 1600] for at in range(0, len(pcm), 1600)]
    assert max(strength(part, TONE_HZ) for part in parts) > 0.9
