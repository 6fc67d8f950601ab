"""The card of a voice: what it is, where it comes from, how it was measured."""

from __future__ import annotations

from pathlib import Path

from training.voice.intelligibility import Figures
from training.voice.teachers import Teacher

_CARD = """# Voice `{name}`

English (US pronunciation), {sex}, 16 kHz, {size:.1f} MB. A Piper voice: `voice.onnx` and
`voice.onnx.json` load in an unmodified piper-tts, word timings (alignments) included.

| | |
| --- | --- |
| made by | `{command}` |
| teacher | {credit} |
| teacher's licence | {licence} |
| material | {sentences} generated sentences, {hours:.2f} h of the teacher's speech |
| training | {steps} steps, {minutes:.0f} CPU minutes on one thread |
| phonemes | espeak-ng `en-us` through piper-tts |

The model {origin} on speech that the teacher synthesizer spoke. No
recording of a person was used here; the teacher itself was built at Carnegie Mellon University
from a speaker's recordings (CMU ARCTIC), whose voice it resembles.

The sound comes from a source-filter vocoder without trained weights, so the timbre is clear but
synthetic, as the teacher's is.

## Measured

By `scripts/train_voice.py` at the end of training: {words} words in hand-written sentences that no
training text holds, recognised by pocketsphinx with its bundled US English models. Its errors
compare the voice with its teacher; they are no measure of how pleasant it is. No listening test
was held. One word is {word:.1%}.

| | voice | teacher |
| --- | --- | --- |
| word error rate, 16 kHz | {f.voice_wer:.1%} | {f.teacher_wer:.1%} |
| character error rate, 16 kHz | {f.voice_cer:.1%} | {f.teacher_cer:.1%} |
| word error rate, 8 kHz mu-law (wide-band recogniser: compare only) | {f.voice_narrow_wer:.1%} \
| {f.teacher_narrow_wer:.1%} |

Whole sentences take {f.first_audio_ms:.0f} ms (median), {f.real_time_factor:.4f} of their length,
on one thread of a shared machine.

## Limits

- Symbols that English text never yields borrow the sound of a neighbour; foreign words are
  understandable at best.
- One speaker, one style; exclamation marks and questions differ little from statements.
"""


def write_card(
    folder: Path,
    teacher: Teacher,
    *,
    command: str,
    origin: str,
    sentences: int,
    hours: float,
    steps: int,
    processor_minutes: float,
    figures: Figures,
) -> None:
    """Write `folder`/README.md; `origin` says from what the model was trained."""
    text = _CARD.format(
        name=folder.name,
        sex=teacher.sex,
        size=(folder / "voice.onnx").stat().st_size / 1e6,
        command=command,
        origin=origin,
        credit=teacher.credit,
        licence=teacher.licence,
        sentences=sentences,
        hours=hours,
        steps=steps,
        minutes=processor_minutes,
        words=figures.words,
        word=1 / figures.words,
        f=figures,
    )
    (folder / "README.md").write_text(text, encoding="utf-8")
