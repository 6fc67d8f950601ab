"""Each utterance is read by the base or by the variant that fits what the caller speaks."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.recognition.variants import write_as
from voice.audio import Pcm
from voice.engine_queue import Priority
from voice.errors import ModelError
from voice.languages import language
from voice.models.download import hash_of
from voice.recognition import (
    Identifier,
    IdentifierCard,
    LanguageBelief,
    Transcript,
    UnusableIdentification,
    UnusableVariant,
    WhisperRecogniser,
)
from voice.recognition.encoding import Encoder
from voice.recognition.folder import DESCRIPTION

RATE = 8000
SAID = "I want to pay my bill."
IRISH, SCOTTISH = "en-IE", "en-SC"
BASE, BY_IRISH, BY_SCOTTISH = "my bill", "my plan", "my account"
"""Who read it shows in the last words."""

Load = Callable[..., WhisperRecogniser]


@pytest.fixture(scope="module")
def irish(embedded_recogniser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_as(tmp_path_factory.mktemp("a") / "irish", embedded_recogniser_path, IRISH, "plan")


@pytest.fixture(scope="module")
def scottish(embedded_recogniser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its encoder is its own."""
    folder = tmp_path_factory.mktemp("b") / "scottish"
    return write_as(folder, embedded_recogniser_path, SCOTTISH, "account", own_encoder=True)


@pytest.fixture(scope="module")
def recogniser(
    embedded_recogniser_path: Path, irish: Path, scottish: Path
) -> Iterator[WhisperRecogniser]:
    with closing(
        WhisperRecogniser.load(
            embedded_recogniser_path, variants=[irish, scottish], word_times=True
        )
    ) as engine:
        yield engine


def believing(engine: WhisperRecogniser, **shares: float) -> LanguageBelief:
    """`shares` by dialect, with _ for -; the rest is the base's."""
    told = {tag.replace("_", "-"): share for tag, share in shares.items()}
    prior = {tag: told.get(tag, 0.001) for tag in (*engine.offered, *engine.dialects)}
    prior["en"] = 1 - sum(prior.values()) + prior["en"]
    return LanguageBelief.of(engine.offered, prior, engine.dialects)


def ending(heard: Transcript) -> str:
    return " ".join(heard.text.lower().rstrip(".").split()[-2:])


@pytest.mark.parametrize(
    ("shares", "words", "dialect"),
    [
        ({}, BASE, None),
        ({"en_IE": 0.95}, BY_IRISH, IRISH),
        ({"en_SC": 0.95}, BY_SCOTTISH, SCOTTISH),
    ],
)
async def test_a_caller_of_whom_it_is_known_is_read_by_what_fits(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm],
    shares: Mapping[str, float], words: str, dialect: str | None,
) -> None:  # fmt: skip
    belief = believing(recogniser, **shares)
    heard = await recogniser.transcribe(spoken(SAID), RATE, belief=belief)
    assert (ending(heard), heard.dialect, heard.language) == (words, dialect, "en")
    assert heard.words[-1].text.rstrip(".") == words.split()[-1], "words have times as the base's"


async def test_partial_transcripts_are_read_by_it_too(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    belief = believing(recogniser, en_IE=0.95)
    heard = await recogniser.transcribe(
        spoken(SAID), RATE, belief=belief, priority=Priority.PARTIAL
    )
    assert ending(heard) == BY_IRISH


async def test_without_any_belief_the_base_reads(
    recogniser: WhisperRecogniser, spoken: Callable[[str], Pcm]
) -> None:
    heard = await recogniser.transcribe(spoken(SAID), RATE)
    assert (ending(heard), heard.dialect) == (BASE, None)


def less_sure(model: Path, folder: Path, share: float) -> Path:
    """A copy of the model that trusts what it reads less."""
    shutil.copytree(model, folder)
    told = json.loads((model / DESCRIPTION).read_text())
    offset = told["confidence_offset"] + math.log(share)
    (folder / DESCRIPTION).write_text(json.dumps({**told, "confidence_offset": offset}))
    return folder


@pytest.mark.parametrize(("doubted", "words"), [("base", BY_IRISH), ("variant", BASE)])
async def test_of_a_first_utterance_the_better_of_two_readings_is_kept(
    embedded_recogniser_path: Path, irish: Path, tmp_path: Path, spoken: Callable[[str], Pcm],
    doubted: str, words: str,
) -> None:  # fmt: skip
    models = {"base": embedded_recogniser_path, "variant": irish}
    models[doubted] = less_sure(models[doubted], tmp_path / "less sure", 0.7)
    engine = WhisperRecogniser.load(models["base"], variants=[models["variant"]])
    with closing(engine):
        belief = LanguageBelief.of(["en"], dialects=engine.dialects)
        heard = await engine.transcribe(spoken(SAID), RATE, belief=belief)
        assert (heard.dialect is None) == (words == BASE)
    assert ending(heard) == words


async def test_what_a_variant_reads_with_doubt_is_read_by_the_base_again(
    embedded_recogniser_path: Path, irish: Path, tmp_path: Path, spoken: Callable[[str], Pcm]
) -> None:
    doubtful = less_sure(irish, tmp_path / "doubtful", 0.2)
    with closing(WhisperRecogniser.load(embedded_recogniser_path, variants=[doubtful])) as engine:
        belief = believing(engine, en_IE=0.99)
        heard = await engine.transcribe(spoken(SAID), RATE, belief=belief)
    assert ending(heard) == BASE
    assert heard.dialect == IRISH, "one utterance does not tell what the caller speaks"


async def test_variants_with_the_encoder_of_their_base_use_what_it_makes(
    embedded_recogniser_path: Path, irish: Path, scottish: Path,
    spoken: Callable[[str], Pcm], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    encoded: list[Encoder] = []
    encode = Encoder.encode

    def counted(self: Encoder, window: Pcm) -> Any:
        encoded.append(self)
        return encode(self, window)

    monkeypatch.setattr(Encoder, "encode", counted)
    with closing(
        WhisperRecogniser.load(embedded_recogniser_path, variants=[irish, scottish])
    ) as engine:
        both = LanguageBelief.of(["en"], {"en": 0.5, IRISH: 0.49, SCOTTISH: 0.01}, engine.dialects)
        await engine.transcribe(spoken(SAID), RATE, belief=both)
        assert len(encoded) == 1, "read twice, encoded once"
        encoded.clear()
        await engine.transcribe(spoken(SAID), RATE, belief=believing(engine, en_SC=0.95))
        assert len(set(encoded)) == 2, "another encoder hears for itself"


class TestIdentification:
    """A model of the sound that hears one thing in everything."""

    @pytest.fixture
    def heard_as(self, embedded_recogniser_path: Path, tmp_path: Path) -> Callable[..., Path]:
        def make(tag: str, base: Path = embedded_recogniser_path) -> Path:
            card = IdentifierCard(
                ("en", IRISH, "en-IN"), "embedded-en", hash_of(base / "model.bin")
            )
            bias = np.array([5.0 * (label == tag) for label in card.labels], np.float32)
            folder = tmp_path / f"hears-{tag}"
            Identifier(card, np.zeros((2 * 192, 3), np.float32), bias).save(folder)
            return folder

        return make

    @pytest.mark.parametrize(
        ("tag", "words", "dialect"),
        [("en", BASE, None), (IRISH, BY_IRISH, IRISH), ("en-IN", BASE, "en-IN")],
    )
    async def test_the_sound_chooses_who_reads(
        self, embedded_recogniser_path: Path, irish: Path, heard_as: Callable[..., Path],
        spoken: Callable[[str], Pcm], tag: str, words: str, dialect: str | None,
    ) -> None:  # fmt: skip
        """A dialect without a variant is heard, and read by the base."""
        engine = WhisperRecogniser.load(
            embedded_recogniser_path, variants=[irish], identification=heard_as(tag)
        )
        with closing(engine):
            belief = LanguageBelief.of(engine.offered, dialects=engine.dialects)
            heard = await engine.transcribe(spoken(SAID), RATE, belief=belief)
        assert (ending(heard), heard.dialect) == (words, dialect)

    def test_it_has_to_be_made_for_this_model(
        self, embedded_recogniser_path: Path, irish: Path, heard_as: Callable[..., Path]
    ) -> None:
        with pytest.raises(UnusableIdentification, match="made for embedded-en with sha256"):
            WhisperRecogniser.load(
                embedded_recogniser_path, identification=heard_as("en", base=irish)
            )


async def test_a_language_that_the_base_lacks_is_read_by_its_variant_alone(
    embedded_recogniser_path: Path, tmp_path: Path, spoken: Callable[[str], Pcm]
) -> None:
    """One that borrows the token of another: the base knows English only."""
    variant = write_as(tmp_path / "v", embedded_recogniser_path, "fr-BE", "plan", language="fr")
    both = [language("en"), language("fr")]
    engine = WhisperRecogniser.load(embedded_recogniser_path, variants=[variant], languages=both)
    with closing(engine):
        prior = {"en": 0.02, "fr": 0.49, "fr-BE": 0.49}
        belief = LanguageBelief.of(engine.offered, prior, engine.dialects)
        heard = await engine.transcribe(spoken(SAID), RATE, belief=belief)
    assert (ending(heard), heard.language, heard.belief and heard.belief.heard) == (
        BY_IRISH, "fr", "fr"
    )  # fmt: skip


async def test_a_variant_is_a_whole_model_by_itself(
    irish: Path, spoken: Callable[[str], Pcm]
) -> None:
    with closing(WhisperRecogniser.load(irish)) as engine:
        assert ending(await engine.transcribe(spoken(SAID), RATE)) == BY_IRISH


def test_two_variants_for_one_dialect_are_refused(
    embedded_recogniser_path: Path, irish: Path, tmp_path: Path
) -> None:
    other = write_as(tmp_path / "other", embedded_recogniser_path, IRISH, "account")
    with pytest.raises(UnusableVariant, match=rf"irish and .*other both understand {IRISH}"):
        WhisperRecogniser.load(embedded_recogniser_path, variants=[irish, other])


def test_a_variant_of_a_language_that_is_not_offered_is_refused(
    embedded_recogniser_path: Path, tmp_path: Path
) -> None:
    swahili = write_as(tmp_path / "v", embedded_recogniser_path, "sw-KE", "plan", language="sw")
    with pytest.raises(UnusableVariant, match=r"sw-KE, a dialect of sw, .*languages, en"):
        WhisperRecogniser.load(embedded_recogniser_path, variants=[swahili])


def test_a_model_that_names_no_dialect_is_no_variant(embedded_recogniser_path: Path) -> None:
    with pytest.raises(UnusableVariant, match="no dialect variant"):
        WhisperRecogniser.load(embedded_recogniser_path, variants=[embedded_recogniser_path])


@pytest.mark.parametrize(
    ("dialect", "complaint"),
    [
        ("en-IE", "dialect: a table"),
        ({"language": "en", "token": "en"}, r"dialect\.tag: a text"),
        ({"tag": "Irish English", "language": "en", "token": "en"}, "no BCP 47 tag, such as"),
        ({"tag": "en-IE", "language": "irish", "token": "en"}, r"dialect\.language: 'irish' is no"),
    ],
)
def test_what_a_folder_says_of_its_dialect_is_checked(
    irish: Path, tmp_path: Path, dialect: object, complaint: str
) -> None:
    folder = tmp_path / "variant"
    folder.mkdir()
    for file in irish.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "voice.json").unlink()
    (folder / "voice.json").write_text(json.dumps({"dialect": dialect}))
    with pytest.raises(ModelError, match=complaint) as error:
        WhisperRecogniser.load(folder)
    assert "voice.json" in str(error.value)
