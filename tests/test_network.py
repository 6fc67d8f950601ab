"""Nothing leaves: libraries are told so before they load, whoever loads them first."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from voice.network import _TELEMETRY_OFF


def test_no_library_is_loaded_before_it_is_told_to_report_to_nobody() -> None:
    told = {name: value for name, value in os.environ.items() if name not in _TELEMETRY_OFF}
    seen = "import json, os, sys, voice; print(json.dumps([dict(os.environ), list(sys.modules)]))"
    done = subprocess.run(
        [sys.executable, "-c", seen],
        env=told,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    environment, loaded = json.loads(done.stdout)
    assert _TELEMETRY_OFF.items() <= environment.items()
    assert not {"onnxruntime", "huggingface_hub", "pipecat"} & set(loaded)
