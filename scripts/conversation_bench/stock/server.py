"""`python -m conversation_bench.stock.server --settings FILE`: stock pipecat as a call process.

It listens where our own call process would, so that our edge brings it the calls. The pause by
which it takes a caller to be silent is in the number that is dialled: `pause-350` is 350 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from pathlib import Path

from voice.errors import VoiceError
from voice.logs import configure_logging
from voice.network import isolate
from voice.ready_line import say_failed, say_ready
from voice.settings import Settings, load_settings

DIALLED = "pause-"
DEFAULT_PAUSE_MS = 200
"""Pipecat's own."""


def main() -> int:
    """Run until SIGTERM; the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", type=Path, required=True)
    try:
        settings = load_settings(parser.parse_args().settings)
        isolate(os.environ, settings.network.allow)
        configure_logging(settings.log_level, "stock")

        import uvloop

        uvloop.run(_serve(settings))
    except VoiceError as error:
        say_failed(error)
        return 2
    return 0


async def _serve(settings: Settings) -> None:
    # Loaded only now: pipecat prints a banner unless its logging was set before.
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    from conversation_bench.stock.pipeline import StockSettings, hold
    from conversation_bench.stock.response_endpoint import ResponseEndpoint, Serving
    from voice.identity import Caller, IdentityLevel
    from voice.model_folders import find_model
    from voice.piper_files import find_voice
    from voice.response import load_responder
    from voice.telephony.leg import Leg, LegServer, Offer, Ring
    from voice.tools import load_tools

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tools, identity = await load_tools(settings)
    responder = load_responder(settings)
    endpoint = ResponseEndpoint(responder, tools)
    serving = Serving(endpoint)
    answering = asyncio.create_task(serving.serve())
    await serving.listening.wait()
    stock = StockSettings(
        Path(find_model("asr_models", settings.recognition.model)),
        find_voice(settings.speech.voice).model,
        serving.url,
        settings.recognition.compute_type,
    )

    async def on_leg(leg: Leg, offer: Offer) -> None:
        leg.send(Ring())
        await asyncio.sleep(0)
        caller = Caller(offer.caller_number, None, IdentityLevel.CLAIMED)
        customer = await identity.knows(caller)
        try:
            await hold(leg, offer, stock, _pause_seconds(offer.called), customer or "")
        finally:
            endpoint.forget(offer.caller_number or "")

    settings.runtime.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with LegServer(settings.runtime.call_socket(0), on_leg):
        say_ready("\t".join(stock.lines()))
        await stopped.wait()
    serving.should_exit = True
    await answering
    responder.close()
    await tools.aclose()


def _pause_seconds(called: str) -> float:
    milliseconds = called.removeprefix(DIALLED)
    return int(milliseconds if milliseconds.isdigit() else DEFAULT_PAUSE_MS) / 1000


if __name__ == "__main__":
    raise SystemExit(main())
