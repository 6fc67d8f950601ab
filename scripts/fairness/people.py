"""Recorded people in groups: first languages and regions of English, Swahili, two prompts' voices.

No variant that is judged here learned from these recordings, or, of Swahili, from these sentences.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from fairness.reading import Utterance
from voice.audio import AudioFileError
from voice.errors import VoiceError
from voice.evaluation.people.speech import (
    PASSAGES,
    RecordedSpeech,
    data_folder,
    over_the_telephone,
    read_speech,
)
from voice.evaluation.recordings.sound_files import open_sound
from voice.languages import language
from voice.tuning.speech_data import check, divided, read_corpus

SWAHILI = "Swahili, Kenya, the speaker of the training, other sentences"
NATIVE = "English, native"
REGION = "English, African first languages"
AFRICAN = (
    "amharic", "afrikaans", "akan", "amazigh", "bafang", "bambara", "bari", "ewe",
    "fang", "ga", "gusii", "hausa",
    "igbo", "kikuyu", "kikongo", "lingala", "luo", "mende", "oromo", "sesotho", "shona", "somali",
    "sotho", "swahili", "tigrigna", "twi", "wolof", "xhosa", "yoruba", "zulu",
)  # fmt: skip
"""First languages."""
PROMPTS = {
    "fr": ("fr_CA_f_June", "French, Quebec, prompts of one speaker"),
    "es": ("es_MX_f_Allison", "Spanish, Mexico, prompts of one speaker"),
}
"""By Whisper's code: the folder of Asterisk's prompts, and the group."""
_LEAST_SPEAKERS = 8
"""Of a first language with a row of its own."""
_LEAST_WORDS, _LEAST_SECONDS = 4, 1.5
"""Of a prompt: what is shorter is no sentence."""


def swahili() -> list[Utterance]:
    """The sentences that `voice tune dialect` does not learn from; raises VoiceError."""
    spoken = read_corpus(data_folder() / "speech" / "swahili").utterances
    checked = check(spoken, known_text=language("sw").phrases.goodbye)
    return [
        Utterance((SWAHILI,), one.text, partial(over_the_telephone, one.path))
        for one in divided(checked.good).test
    ]


def english() -> list[Utterance]:
    """One passage by each speaker; raises VoiceError."""
    every = read_speech(data_folder(), PASSAGES)
    speakers = Counter(speech.group for speech in every)
    return [
        Utterance(_groups(speech, speakers[speech.group]), speech.text, speech.sound)
        for speech in every
    ]


def _groups(speech: RecordedSpeech, speakers: int) -> tuple[str, ...]:
    if speech.native:
        country = speech.group.partition("(")[2].rstrip(")")
        return NATIVE, f"{NATIVE}, {country.upper() if len(country) < 4 else country.title()}"
    name = f"English, first language {speech.group.title()}"
    own = name if speakers >= _LEAST_SPEAKERS else "English, other first languages"
    return (own, REGION) if speech.group in AFRICAN else (own,)


def prompts(folder: Path, documents: Path, code: str) -> list[Utterance]:
    """The sentences among Asterisk's prompts of a language; raises VoiceError."""
    name, group = PROMPTS[code]
    found = [
        Utterance((group,), text, partial(over_the_telephone, file))
        for file, text in _scripted(folder / name, documents, code)
        if len(text.split()) >= _LEAST_WORDS and _seconds(file) >= _LEAST_SECONDS
    ]
    if not found:
        raise VoiceError(
            f"{folder / name}: no prompts: apt-get install asterisk-core-sounds-{code}-wav"
        )
    return found


def _scripted(sounds: Path, documents: Path, code: str) -> Iterator[tuple[Path, str]]:
    """Files, and what is said in them; [tones] and the like are left out."""
    package = f"asterisk-core-sounds-{code}"
    script = documents / package / f"core-sounds-{code}.txt.gz"
    try:
        lines = gzip.decompress(script.read_bytes()).decode("utf-8", "replace").splitlines()
    except OSError as error:
        raise VoiceError(f"{script}: {error.strerror}: apt-get install {package}-wav") from None
    for line in lines:
        name, separator, text = line.partition(":")
        file = sounds / f"{name.strip()}.wav"
        if separator and not set("[]()<>") & set(text) and file.is_file():
            yield file, text.strip()


def _seconds(file: Path) -> float:
    try:
        return open_sound(file).seconds
    except AudioFileError:
        return 0.0
