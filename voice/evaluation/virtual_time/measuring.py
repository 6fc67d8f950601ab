"""`python -m voice.evaluation.virtual_time.measuring FILE ROUNDS`: calibration in its own process.

The settings come on standard input, as JSON. A process of its own, because the engines' libraries
read their offline switches when they load, and because nothing else should use its CPU time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from voice.errors import VoiceError
from voice.evaluation.virtual_time.costs import CostTable
from voice.logs import configure_logging
from voice.network import isolate
from voice.settings import Settings


def measured_table(settings: Settings, rounds: int) -> CostTable:
    """Measure with the engines of these settings; raises VoiceError with what is wrong."""
    environment = dict(os.environ)
    isolate(environment, settings.network.allow)
    with tempfile.TemporaryDirectory(prefix="voice-evaluation-") as scratch:
        file = Path(scratch) / "costs.json"
        done = subprocess.run(
            [sys.executable, "-m", __name__, str(file), str(rounds)],
            input=settings.model_dump_json(),
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            lines = done.stderr.strip().splitlines() or ["the measuring process failed"]
            raise VoiceError(lines[-1].removeprefix("voice: "))
        return CostTable.load(file)


def main() -> int:
    """Measure and write the table; the exit status."""
    file, rounds = Path(sys.argv[1]), int(sys.argv[2])
    settings = Settings.model_validate_json(sys.stdin.read())
    configure_logging("error", "calibrate")
    from voice.calls.quiet import quiet_pipecat

    quiet_pipecat()
    from voice.calls.engines import load_engines
    from voice.evaluation.virtual_time import VirtualQueues, run_virtually
    from voice.evaluation.virtual_time.calibration import calibrate
    from voice.evaluation.virtual_time.surroundings import settings_for

    queues = VirtualQueues()
    used = settings_for(settings, file.parent)
    try:
        engines = run_virtually(load_engines(used, queues))
        run_virtually(calibrate(used, engines, queues, rounds)).save(file)
    except VoiceError as error:
        print(f"voice: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
