"""A clause as it was spoken: its samples and when each of its words sounds."""

from __future__ import annotations

from dataclasses import dataclass

from voice.audio import Pcm
from voice.speech.sound_to_come import SoundToCome


@dataclass(frozen=True)
class SpokenWord:
    """What belongs together in the written text (a word, an amount, a date) and when it sounds."""

    text: str
    start_ms: float
    end_ms: float

    def earlier(self, by_ms: float) -> SpokenWord:
        """The same so much earlier, but not before the clause."""
        return SpokenWord(self.text, max(0.0, self.start_ms - by_ms), max(0.0, self.end_ms - by_ms))


@dataclass(frozen=True, eq=False)
class SpokenClause:
    """Speech of one clause; `words` are parts of `text`, in order."""

    text: str
    spoken_text: str
    """The words that the voice said, figures spelled out."""
    pcm: Pcm
    sample_rate: int
    """Hertz."""
    words: tuple[SpokenWord, ...] = ()
    cached: bool = False
    """True when it came from the cache of fixed phrases."""
    pace: float = 1.0
    """How long it was to take, in parts of what the voice needs by itself."""
    to_come: SoundToCome | None = None
    """How far `pcm` is made; None: to its end."""

    async def made(self, samples: int) -> None:
        """Wait until so much of `pcm` is made; raises what kept the voice from it."""
        if self.to_come is not None:
            await self.to_come.until(samples)

    @property
    def duration_ms(self) -> float:
        """How long it sounds, closing silence included."""
        return 1000 * len(self.pcm) / self.sample_rate

    def heard(self, milliseconds: float) -> str:
        """The beginning of `text` that was heard after so many milliseconds of playing.

        A word counts as heard when at least half of it was played; of an amount or a date, that
        is half of the whole.
        """
        position = 0
        for word in self.words:
            if milliseconds < (word.start_ms + word.end_ms) / 2:
                break
            found = self.text.find(word.text, position)
            position = found + len(word.text) if found >= 0 else position
        else:
            return self.text if milliseconds > 0 or self.words else ""
        return self.text[:position]
