"""The voices of a process: a speaker for each language that callers may speak."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from voice.speech.speaker import Speaker


class Voices:
    """Speakers by the tag of their language, loaded once and shared by all calls.

    Each keeps its own cache, so that a phrase is kept for each voice and language.
    """

    def __init__(self, speakers: Mapping[str, Speaker]) -> None:
        """`speakers` share one queue: threads and places in line are those of the engine."""
        self._speakers = dict(speakers)

    @property
    def languages(self) -> tuple[str, ...]:
        """The tags of the languages that are spoken."""
        return tuple(self._speakers)

    @property
    def depth(self) -> int:
        """How many portions of text wait, in whatever language."""
        return max(speaker.depth for speaker in self._speakers.values())

    def speaker_for(self, language: str) -> Speaker:
        """Who speaks the language with that tag; raises KeyError where nobody does."""
        return self._speakers[language]

    def replaced(self, by: Callable[[str, Speaker], Speaker]) -> Voices:
        """Voices that do the same in another way; `by` is given each language and its speaker."""
        return Voices({tag: by(tag, speaker) for tag, speaker in self._speakers.items()})

    def forget(self) -> None:
        """Empty the caches, as they are in a new process; what was kept for good stays."""
        for speaker in self._speakers.values():
            speaker.forget()

    def close(self) -> None:
        """End the engine's threads; what waits is cancelled."""
        for speaker in self._speakers.values():
            speaker.close()
