"""Which model reads an utterance: the base or one of its dialect variants, by what is believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from voice.engine_queue import Priority
from voice.engine_steps import Steps, alone
from voice.errors import ConfigError
from voice.languages import Language, language
from voice.recognition.encoding import Encoder
from voice.recognition.errors import UnknownLanguage, UnusableVariant
from voice.recognition.expectation import ANYTHING, Expectation
from voice.recognition.folder import LoadedWhisper
from voice.recognition.identifier import Identifier
from voice.recognition.language_belief import LanguageBelief
from voice.recognition.reader import Reader, WindowedAudio
from voice.recognition.transcript import Transcript

_DOUBTED = 0.5
"""What a variant reads with less confidence than this is read by the base as well."""


class Router:
    """All ways of reading that a process has; may be used by several threads at once."""

    def __init__(
        self,
        base: LoadedWhisper,
        languages: Sequence[Language],
        beam_size: int,
        variants: Sequence[LoadedWhisper] = (),
        identifier: Identifier | None = None,
    ) -> None:
        """Raises UnknownLanguage for a language that no model reads, and UnusableVariant."""
        self.offered = tuple(spoken.tag for spoken in languages)
        """The tags of the languages."""
        self._encoder = Encoder(base)
        self._longest_seconds = base.description.longest_window_seconds
        self.longest_pause_seconds = base.description.longest_pause_seconds
        """Longer pauses are to be shortened in what is read; 0: none."""
        self._identifier = identifier
        self._variants = _variants_by_dialect(variants, self._encoder, self.offered, beam_size)
        self._bases: dict[str, Reader] = {}
        for spoken in languages:
            try:
                self._bases[spoken.tag] = Reader(base, self._encoder, spoken, beam_size)
            except UnknownLanguage:
                if self._variant_for(spoken.tag) is None:
                    raise
        self.dialects = self._dialects()
        """The language of each dialect that is told apart."""
        self.default = self._reader(self.offered[0])
        """Reads where nothing is known."""

    def read(
        self,
        recording: WindowedAudio,
        priority: Priority,
        expect: Expectation,
        belief: LanguageBelief,
    ) -> Steps[Transcript]:
        """The words in the language or dialect that is most probable, and what is believed then.

        While that is in doubt, the two likeliest are read and the surer one counts.
        """
        if not (self._encoder.identifies or self._identifier or len(belief.before) > 1):
            reader = self._reader(belief.variety)
            return (yield from reader.read(recording, priority, expect))
        sounds, seconds = self._sounds(recording)
        known = belief.after(sounds, seconds)
        if priority is Priority.PARTIAL:
            reader = self._reader(known.variety)
            return (yield from reader.read(recording, priority, expect))
        readers = {self._reader(tag): tag for tag in reversed(known.candidates)}
        readings = {}
        for one, tag in readers.items():
            readings[tag] = yield from one.read(recording, priority, expect)
        if len(readings) > 1:
            certainties = {tag: heard.certainty for tag, heard in readings.items()}
            known = belief.after(sounds, seconds, certainties)
        heard = readings[known.variety]
        if not heard.text:
            return heard
        base = self._bases.get(known.heard)
        if heard.confidence < _DOUBTED and base is not None and base not in readers:
            again = yield from base.read(recording, priority, expect)
            heard = max(heard, again, key=lambda one: one.certainty)
        return replace(heard, belief=known)

    def warm_up(self, recording: WindowedAudio) -> None:
        """Read once in every way that there is."""
        for reader in (*self._bases.values(), *self._variants.values()):
            alone(reader.read(recording, Priority.BATCH, ANYTHING))

    def _sounds(self, recording: WindowedAudio) -> tuple[Mapping[str, float], float]:
        """How probable each language or dialect is by the sound of the first window.

        With how many seconds that is.
        """
        first, window = next(recording.windows(self._longest_seconds))
        encoded = recording.encoded(self._encoder, first, window)
        head = self._encoder.languages(encoded) if self._encoder.identifies else {}
        if self._identifier is None:
            return head, encoded.seconds
        return self._identifier.sounds(encoded, window, head), encoded.seconds

    def _reader(self, tag: str) -> Reader:
        """What reads a dialect or language best."""
        spoken = self.dialects.get(tag, tag)
        found = self._variants.get(tag) or self._bases.get(spoken) or self._variant_for(spoken)
        assert found is not None, f"every language has a reader, {tag} too"
        return found

    def _variant_for(self, spoken: str) -> Reader | None:
        readers = self._variants.values()
        return next((reader for reader in readers if reader.language.tag == spoken), None)

    def _dialects(self) -> dict[str, str]:
        """Those of the variants, and of offered languages those that are identified by sound."""
        told = {tag: reader.language.tag for tag, reader in self._variants.items()}
        for label in self._identifier.card.labels if self._identifier else ():
            with suppress(ConfigError):
                told.setdefault(label, language(label).tag)
        return {
            tag: spoken
            for tag, spoken in told.items()
            if spoken in self.offered and tag not in self.offered
        }


def _variants_by_dialect(
    variants: Sequence[LoadedWhisper], encoder: Encoder, offered: Sequence[str], beam_size: int
) -> dict[str, Reader]:
    readers: dict[str, Reader] = {}
    names: dict[str, str] = {}
    for variant in variants:
        dialect = variant.description.dialect
        if dialect is None:
            raise UnusableVariant(f"{variant.name}: no dialect variant: its voice.json names none")
        if dialect.language not in offered:
            raise UnusableVariant(
                f"{variant.name}: understands {dialect.tag}, a dialect of {dialect.language}, which"
                f" is none of recognition.languages, {', '.join(offered)}"
            )
        if dialect.tag in names:
            raise UnusableVariant(
                f"{names[dialect.tag]} and {variant.name} both understand {dialect.tag}: use one"
            )
        names[dialect.tag] = variant.name
        own = Encoder(variant) if variant.encodes else encoder
        readers[dialect.tag] = Reader(variant, own, language(dialect.language), beam_size)
    return readers
