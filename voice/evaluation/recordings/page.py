"""report.html: one file that needs no other, with the sound of the worst calls in it."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
import soundfile
from jinja2 import Environment, PackageLoader, StrictUndefined

from voice.audio import AudioFileError
from voice.evaluation.recordings.call_result import CallResult
from voice.evaluation.recordings.figure_names import FIGURES, written
from voice.evaluation.recordings.pictures import intervals_by_group, latency_bars, waterfall_bars
from voice.evaluation.recordings.sound_files import FRAME_SECONDS, open_sound
from voice.evaluation.recordings.stores import StoreError, on_this_machine
from voice.evaluation.recordings.summary import HISTOGRAM_STEP_MS
from voice.evaluation.recordings.verdict import verdict_of

SOUND_SECONDS = 60
"""Of each of the worst calls; a page holds at most ten such pieces."""
_RATE = 8000


def page_of(report: dict[str, Any], calls: Iterable[CallResult]) -> Iterator[str]:
    """The report as a page, piece by piece; all text from outside is escaped."""
    environment = Environment(
        loader=PackageLoader("voice.evaluation.recordings", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    groups = [
        intervals_by_group(column, values)
        for column, values in report["groups"].items()
        if len(values) > 1
    ]
    headline, sentences = verdict_of(report)
    return environment.get_template("report.html.j2").generate(
        title="Evaluation of recorded calls",
        report=report,
        headline=headline,
        sentences=sentences,
        names=FIGURES,
        written=written,
        at=_at,
        every=calls,
        groups=groups,
        latency=latency_bars(report["latency_histogram"], HISTOGRAM_STEP_MS),
        waterfall=waterfall_bars(report["stages_ms"]),
        worst=[{**call, **_sound(call)} for call in report["worst_calls"]],
    )


def _at(milliseconds: int) -> str:
    """Minutes and seconds of the recording."""
    return f"{milliseconds // 60_000}:{milliseconds // 1000 % 60:02d}"


def _sound(call: dict[str, Any]) -> dict[str, str]:
    """The caller's side as FLAC in base64, or why there is none."""
    try:
        with on_this_machine(call["path"]) as file:
            frames = open_sound(file).frames(call["side"], _RATE)
            pieces = list(islice(frames, round(SOUND_SECONDS / FRAME_SECONDS)))
    except (AudioFileError, StoreError) as error:
        return {"audio": "", "silent_because": str(error)}
    flac = io.BytesIO()
    soundfile.write(flac, np.concatenate(pieces), _RATE, format="FLAC", subtype="PCM_16")
    return {"audio": base64.b64encode(flac.getvalue()).decode(), "silent_because": ""}
