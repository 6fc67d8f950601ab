"""The engines that a process offers to others, and how a request is asked of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property

from wyoming.event import Event
from wyoming.tts import SynthesizeVoice

from voice.engine_services.connection import SoundChunks
from voice.engine_services.description import Served, info
from voice.engine_services.own_terms import AskedSpeech, ServedReading, WantedReading
from voice.errors import VoiceError
from voice.recognition import LanguageBelief, WhisperRecogniser
from voice.speech import SpokenClause, Voices

_USUAL_HZ = 22_050
"""At which others than ours are answered: the rate of most Piper voices."""


class NotOffered(VoiceError):
    """What was asked for is not to be had here."""


@dataclass(frozen=True)
class ServedEngines:
    """One recogniser and some voices, each with what it is."""

    recogniser: WhisperRecogniser
    model: Served
    voices: Voices
    spoken: Mapping[str, Served]
    """What each voice is, by the tag of its language."""

    @cached_property
    def description(self) -> Event:
        """What a client is told that asks what there is."""
        return info(self.model, self.spoken.values()).event()

    def close(self) -> None:
        """End the engines' threads; what waits is cancelled."""
        with ExitStack() as both:
            both.callback(self.voices.close)
            both.callback(self.recogniser.close)

    async def read(self, sound: SoundChunks, asked: WantedReading) -> ServedReading:
        """The words of a turn; raises NotOffered, EngineBusy."""
        belief = asked.belief
        if belief is not None:
            known = {*self.recogniser.offered, *self.recogniser.dialects}
            if unknown := set(belief.before) - known:
                raise NotOffered(f"{len(unknown)} languages or dialects that are not read here")
        transcript = await self.recogniser.transcribe(
            sound.pcm,
            sound.sample_rate or _USUAL_HZ,
            priority=asked.priority,
            expect=asked.expect,
            belief=belief,
        )
        return ServedReading(transcript, self.model.sha256)

    def reading_in(self, language: str | None) -> WantedReading:
        """How to read for one of the field, who says no more than that."""
        tag = _language(language)
        known = tag in self.recogniser.offered
        return WantedReading(belief=LanguageBelief.of([tag]) if known else None)

    async def speak(
        self, text: str, voice: SynthesizeVoice | None, asked: AskedSpeech | None
    ) -> tuple[SpokenClause, str]:
        """A text as sound, and the hash of the voice; raises NotOffered, EngineBusy.

        `asked`: how, where one of ours asks; to others each voice is offered at one usual rate.
        """
        tag = self._tag(voice)
        how = asked or AskedSpeech(_USUAL_HZ)
        speaker = self.voices.speaker_for(tag)
        clause = await speaker.synthesise(text, how.sample_rate, how.priority, how.pace)
        return clause, self.spoken[tag].sha256

    def _tag(self, voice: SynthesizeVoice | None) -> str:
        """By the name of a voice, else by its language, else the first."""
        tags: Sequence[str] = list(self.spoken)
        if voice is not None and voice.name is not None:
            tags = [tag for tag, one in self.spoken.items() if one.name == voice.name]
        elif voice is not None and voice.language is not None:
            tags = [tag for tag in tags if tag == _language(voice.language)]
        if not tags:
            raise NotOffered("no such voice")
        return tags[0]


def _language(tag: str | None) -> str:
    """en for en-GB and en_GB."""
    return (tag or "").replace("_", "-").partition("-")[0].lower()
