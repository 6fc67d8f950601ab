"""The transcript of a call in which several languages may be spoken."""

from __future__ import annotations

from tests.supervision.events_of_a_call import EventsOfACall
from tests.supervision.test_transcript import lines_of
from voice.events import FinalTranscript, LanguageChosen, LanguageNotOffered


def test_the_language_stands_with_what_was_said_where_there_are_several() -> None:
    make = EventsOfACall()
    said = make.next(FinalTranscript, text="Bonjour.", confidence=0.9, language="fr")
    (alone,) = lines_of(said)
    assert alone.language == ""
    chosen = make.next(LanguageChosen, language="fr", confidence=0.9)
    refused = make.next(LanguageNotOffered, language="de")
    note, line, told = lines_of(chosen, said, refused)
    assert (note.kind, note.text, line.language) == ("language", "fr", "fr")
    assert (told.kind, told.text) == ("language not offered", "de")


def test_a_dialect_that_was_heard_stands_with_what_was_said_in_it() -> None:
    make = EventsOfACall()
    said = {"text": "Habari.", "confidence": 0.9, "language": "sw"}
    heard = make.next(FinalTranscript, dialect="sw-KE", **said)
    (line,) = lines_of(heard)
    assert line.language == "sw-KE"
