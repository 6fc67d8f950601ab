"""With dialect variants loaded: music, a single word, and who goes on in another language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from tests.recognition.variants import write_as
from voice.audio import Pcm, silence
from voice.evaluation.people.noises import noises
from voice.languages import language
from voice.models.download import hash_of
from voice.recognition import (
    Identifier,
    IdentifierCard,
    LanguageBelief,
    Transcript,
    WhisperRecogniser,
)

RATE = 8000
IRISH, BELGIAN = "en-IE", "fr-BE"
SWITCHED = ("I want to pay my bill.", "How can I help you?")


@pytest.fixture(scope="module")
def recogniser(
    embedded_recogniser_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WhisperRecogniser]:
    """English, a dialect of it, and a dialect of French; by the sound it hears no difference."""
    folder, base = tmp_path_factory.mktemp("variants"), embedded_recogniser_path
    variants = [
        write_as(folder / "irish", base, IRISH, "plan"),
        write_as(folder / "belgian", base, BELGIAN, "account", language="fr"),
    ]
    card = IdentifierCard(("en", IRISH, BELGIAN), "embedded-en", hash_of(base / "model.bin"))
    deaf = np.zeros((2 * 192, 3), np.float32)
    Identifier(card, deaf, np.zeros(3, np.float32)).save(folder / "deaf")
    engine = WhisperRecogniser.load(
        base,
        variants=variants,
        identification=folder / "deaf",
        languages=[language("en"), language("fr")],
    )
    with closing(engine):
        yield engine


def believing(engine: WhisperRecogniser, tag: str) -> LanguageBelief:
    prior = {"en": 0.01, "fr": 0.01, IRISH: 0.01, BELGIAN: 0.01, tag: 0.97}
    return LanguageBelief.of(engine.offered, prior, engine.dialects)


async def heard(
    engine: WhisperRecogniser, sound: Pcm, belief: LanguageBelief | None = None
) -> Transcript:
    nothing_known = LanguageBelief.of(engine.offered, dialects=engine.dialects)
    return await engine.transcribe(sound, RATE, belief=belief or nothing_known)


@pytest.mark.parametrize("name", list(noises()))
async def test_music_and_noise_are_nobodys_dialect(
    recogniser: WhisperRecogniser, name: str
) -> None:
    sound = noises(3)[name][: 3 * RATE]
    settled = believing(recogniser, IRISH)

    found = await heard(recogniser, sound, settled)

    assert found.text == ""
    assert found.belief is None or found.belief.variety == IRISH, "what was believed is still"


async def test_a_call_of_one_word_is_read_once_or_twice_and_settles_nothing(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    found = await heard(recogniser, spoken("Yes."))

    assert found.text.lower().strip(".") == "yes"
    assert found.belief is not None and len(found.belief.candidates) == 2, "still in doubt"


async def test_who_switches_in_a_sentence_is_read_as_one_and_stays_who_he_was(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    frame, inlay = map(spoken, SWITCHED)
    sound = np.concatenate([frame, silence(RATE // 10), inlay])

    found = await heard(recogniser, sound, believing(recogniser, BELGIAN))

    assert found.language == "fr" and found.dialect == BELGIAN
    assert "account" in found.text and "help" in found.text, "all of it is read, by one model"
    assert found.belief is not None and found.belief.spoken == "fr"
