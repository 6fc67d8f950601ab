"""What the natural voices of a suite may have to say, spoken before the calls and kept.

Kokoro takes longer for a sentence than it lasts: thousands of calls do not wait for it. Pauses of
callers who hesitate part sentences by chance; their parts are spoken when they are first needed.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from voice.audio import from_bytes, to_bytes
from voice.evaluation.batch import Assignment, BatchTask, RunOutcome, Workers, hashes_of, run_batch
from voice.evaluation.callers import Goal, Persona, Phrasings
from voice.evaluation.callers.mouth import Synthesiser
from voice.evaluation.callers.policy import wrong_pin
from voice.evaluation.callers.wording import with_digits
from voice.evaluation.demo_operator import KnownCustomer, caller_of
from voice.evaluation.suites.kept_speech import RATE, KeptSpeech, key_of
from voice.evaluation.suites.natural_voices import NaturalVoice
from voice.evaluation.suites.suite_file import Suite, SuiteCaller

EXAMINER = "voice.evaluation.suites.said_ahead:sentence_speaker"
_ALWAYS = ("yes", "no", "goodbye")


@dataclass(frozen=True)
class Saying:
    """Something to be said by a voice, and under which key it is kept."""

    voice: NaturalVoice
    text: str
    key: str


def sentences_of(
    suite: Suite, seeds: int, phrasings: Phrasings, customers: Sequence[KnownCustomer]
) -> list[Saying]:
    """What natural voices may say in this suite; raises ModelError where one is not installed."""
    found: dict[tuple[NaturalVoice, str], None] = {}
    for caller in suite.callers:
        voice = caller.dialect.natural
        if voice is not None:
            voice.require_installed()
            who = _personas(caller, seeds, customers)
            found.update(dict.fromkeys((voice, text) for text in _texts(caller, who, phrasings)))
    made_of = {voice: voice.made_of for voice, _ in found}
    return [Saying(voice, text, key_of(made_of[voice], text)) for voice, text in found]


def _personas(caller: SuiteCaller, seeds: int, customers: Sequence[KnownCustomer]) -> list[Persona]:
    chosen = caller.persona.customer
    if chosen is not None:
        return [customers[chosen % len(customers)].persona]
    return [
        caller_of([*customers], seed).persona for seed in range(1, min(seeds, len(customers)) + 1)
    ]


def _texts(caller: SuiteCaller, who: Sequence[Persona], phrasings: Phrasings) -> Iterator[str]:
    goals: list[Goal] = [one.want for one in caller.goal]
    for intent in dict.fromkeys([*goals, *_ALWAYS]):
        yield from phrasings.of(intent)
    for persona in who:
        pin = persona.pin if caller.persona.knows_pin else wrong_pin(persona.pin)
        said = {"customer_number": persona.customer_number}
        if "keys" not in caller.behaviour:
            said["pin"] = pin
        for intent, digits in said.items():
            yield from (with_digits(phrase, digits) for phrase in phrasings.of(intent))


def missing(sentences: Sequence[Saying], kept: KeptSpeech) -> list[Saying]:
    """Those that nobody has spoken yet."""
    return [one for one in sentences if kept.find(one.key) is None]


async def speak_ahead(
    sentences: Sequence[Saying],
    kept: KeptSpeech,
    workers: Workers,
    advance: Callable[[], None],
) -> RunOutcome:
    """Have workers speak them, and keep what they say; `advance` is called for each.

    Raises VoiceError when no worker can be started.
    """
    models = [model for voice in {one.voice for one in sentences} for model in voice.models]
    tasks = (
        BatchTask(index, json.dumps({"voice": asdict(one.voice), "text": one.text}))
        for index, one in enumerate(sentences)
    )
    return await run_batch(
        Assignment(EXAMINER, "", hashes_of(models)),
        tasks,
        _Keeping(sentences, kept),
        workers,
        advance,
        lambda task, reason: "",
    )


class _Keeping:
    """Results that are sounds."""

    def __init__(self, sentences: Sequence[Saying], kept: KeptSpeech) -> None:
        self._sentences, self._kept = sentences, kept

    def has(self, index: int) -> bool:
        """See batch.Results."""
        return self._kept.find(self._sentences[index].key) is not None

    def write(self, index: int, result: str) -> None:
        """See batch.Results; a sentence that ended its workers is left to the calls."""
        if result:
            pcm = from_bytes(base64.b64decode(json.loads(result)))
            self._kept.keep(self._sentences[index].key, pcm)


def sentence_speaker(plan: str, scratch: Path) -> SentenceSpeaker:
    """What a worker becomes."""
    return SentenceSpeaker(KeptSpeech(scratch / "spoken"))


class SentenceSpeaker:
    """Speaks one sentence after the other; each voice is loaded when it is first needed."""

    def __init__(self, kept: KeptSpeech) -> None:
        self._kept = kept
        self._mouths: dict[NaturalVoice, Synthesiser] = {}

    def examine(self, task: str) -> str:
        """See batch.Examiner."""
        # Loaded only by workers: this module is one of the command line, too.
        from voice.evaluation.suites.kept_mouth import KeptMouth

        told = json.loads(task)
        voice = NaturalVoice(**told["voice"])
        if voice not in self._mouths:
            self._mouths[voice] = KeptMouth(voice, self._kept)
        pcm = asyncio.run(self._mouths[voice].speak(told["text"], RATE))
        return json.dumps(base64.b64encode(to_bytes(pcm)).decode())

    def close(self) -> None:
        """See batch.Examiner: the voices end with the process."""
