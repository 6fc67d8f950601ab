"""What the call itself says beside the fixed phrases of its language: the greeting, and help.

All of it is synthesised when the process starts, so that it sounds at once, even when an engine
has failed.
"""

from __future__ import annotations

from voice.emergency import DistressWords, country
from voice.languages import Language
from voice.settings import Settings
from voice.speech import ClauseSplitter


def in_emergencies(settings: Settings, language: Language) -> tuple[str, str]:
    """What a caller in distress is told who is put through, and who cannot be."""
    place = country(settings.calls.country)
    words = DistressWords.load(language, place.code)
    return words.connecting, words.nobody(place.number)


def greeting(text: str | None, language: Language, recorded: bool) -> list[tuple[str, bool]]:
    """The clauses of a greeting, or of the language's own where `text` is None.

    True: it must be disclosed, and is heard to its end.
    """
    text = text or language.phrases.greeting
    splitter = ClauseSplitter(language)
    clauses = [*splitter.feed(text), *splitter.flush()]
    disclosing = [n for n, clause in enumerate(clauses) if language.discloses(clause)]
    last = max(disclosing, default=-1)
    if recorded:
        last += 1
        clauses.insert(last, language.phrases.recorded)
    return [(clause, number <= last) for number, clause in enumerate(clauses)]
