"""The card of a trained voice: what it is, where it comes from, how it was measured."""

from __future__ import annotations

from pathlib import Path

from training.voice.features import SAMPLE_RATE
from training.voice.measurement import Measured, section
from training.voice.teacher import Teacher

_CARD = """# Voice `{name}`

{accent}, {sex}, {rate} Hz, {size:.1f} MB. A Piper voice: `voice.onnx` and
`voice.onnx.json` load in an unmodified piper-tts, word timings (alignments) included.

| | |
| --- | --- |
| licence | GPL-3.0-or-later, as all of Voice |
| rate | {rate} Hz |
| made by | `{command}` |
| trained on | {sentences} generated sentences, {hours:.2f} h of the teacher's speech |
| teacher | {credit} |
| teacher's licence | {licence} |
| training | {steps} steps, {minutes:.0f} CPU minutes on one thread |
| phonemes | espeak-ng `{espeak}` through piper-tts |

The model {started} on speech that the teacher synthesizer spoke. No recording of a person was
used here; {origin}.

The sound comes from a source-filter vocoder without trained weights, so the timbre is clear but
synthetic.

{measured}
## Limits

- Symbols that {language} text never yields borrow the sound of a neighbour; foreign words are
  understandable at best.
- One speaker, one style; exclamation marks and questions differ little from statements.
"""


def write_card(
    folder: Path,
    name: str,
    teacher: Teacher,
    *,
    command: str,
    started: str,
    sentences: int,
    hours: float,
    steps: int,
    processor_minutes: float,
    measured: Measured,
) -> None:
    """Write `folder`/README.md; `started` says from what the model was trained."""
    text = _CARD.format(
        name=name,
        accent=teacher.accent.described,
        language=teacher.accent.english_name,
        espeak=teacher.accent.espeak,
        sex=teacher.sex,
        rate=SAMPLE_RATE,
        size=(folder / "voice.onnx").stat().st_size / 1e6,
        command=command,
        started=started,
        credit=teacher.credit,
        licence=teacher.licence,
        origin=teacher.origin,
        sentences=sentences,
        hours=hours,
        steps=steps,
        minutes=processor_minutes,
        measured=section(measured),
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
