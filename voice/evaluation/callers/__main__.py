"""Place one simulated call: `python -m voice.evaluation.callers --to sip:... --report FILE`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import uvloop

from voice.errors import VoiceError
from voice.evaluation.callers.scenario import SCENARIOS, Persona, find_scenario
from voice.evaluation.callers.simulated_caller import SimulatedCaller
from voice.evaluation.callers.wording import OWN_PHRASINGS, Phrasings
from voice.model_folders import find_model
from voice.network import isolate
from voice.settings import EMBEDDED

USER_ERROR_STATUS = 2


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m voice.evaluation.callers")
    parser.add_argument("--to", required=True, help="SIP URI to dial")
    parser.add_argument("--scenario", default="mixed", help=", ".join(SCENARIOS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--persona", type=Path, required=True, help="JSON: number, pin, ...")
    parser.add_argument("--report", type=Path, required=True, help="where the report is written")
    parser.add_argument("--phrasings", type=Path, default=OWN_PHRASINGS, help="folder of YAML")
    parser.add_argument("--recogniser", default=EMBEDDED)
    parser.add_argument("--voice", default="embedded-caller-en")
    parser.add_argument("--seconds", type=float, help="how long an endless scenario goes on")
    return parser


async def place_call(options: argparse.Namespace) -> None:
    """Load the engines, say `ready`, call, and write the report."""
    isolate(os.environ)  # before the libraries load
    from voice.evaluation.callers.engines import EngineEars, EngineMouth

    caller = SimulatedCaller(
        find_scenario(options.scenario),
        Persona.load(options.persona),
        Phrasings.load(options.phrasings),
        options.seed,
        EngineEars(find_model("asr_models", options.recogniser)),
        EngineMouth(find_model("tts_voices", options.voice)),
    )
    print("ready", flush=True)
    report = await caller.call(options.to, seconds=options.seconds)
    report.save(options.report)


def main() -> None:
    """Run one call; a mistake of the user is one line and exit status 2."""
    try:
        uvloop.run(place_call(arguments().parse_args()))
    except VoiceError as error:
        print(f"caller: {error}", file=sys.stderr)
        sys.exit(USER_ERROR_STATUS)


if __name__ == "__main__":
    main()
