"""A caller's dialect decides who reads what they say: by their number, or by what is heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.calls.conftest import SETTINGS, Say, Serve
from tests.calls.event_log import EventLog
from tests.calls.leg_caller import greeted
from tests.recognition.variants import write_as
from voice.calls.engines import load_recogniser
from voice.errors import ConfigError, ModelError
from voice.events import FinalTranscript, PartialTranscript
from voice.recognition import WhisperRecogniser
from voice.settings import Recognition, Settings
from voice.settings.languages import Callers

IRISH = "en-IE"


@pytest.fixture(scope="module")
def variant(embedded_recogniser_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It writes "plan" where the embedded model writes "bill"."""
    folder = tmp_path_factory.mktemp("variants") / "irish"
    return write_as(folder, embedded_recogniser_path, IRISH, "plan")


def offering(variant: Path, *rows: Callers) -> Settings:
    recognition = Recognition(model="embedded-en", variants=[str(variant)], callers=list(rows))
    return SETTINGS.model_copy(update={"recognition": recognition})


@pytest.fixture
def settings(variant: Path) -> Settings:
    return offering(
        variant,
        Callers(number="+353", dialect=IRISH, share=0.95),
        Callers(number="+44", language="en", share=0.95),
    )


@pytest.fixture
def recogniser(settings: Settings) -> Iterator[WhisperRecogniser]:
    with closing(load_recogniser(settings)) as engine:
        yield engine


@pytest.mark.calls
async def test_who_calls_from_there_is_read_by_the_variant(
    serve: Serve, log: EventLog, say: Say, settings: Settings, recogniser: WhisperRecogniser
) -> None:
    socket = await serve(settings, recogniser=recogniser)
    async with greeted(socket, log, "irish", number="35315550100") as caller:
        await caller.say(say("How much is my bill?"))
        heard = await log.wait(FinalTranscript)
    assert (heard.text.lower(), heard.dialect, heard.language) == (
        "how much is my plan", IRISH, "en"
    )  # fmt: skip
    (at_the_pause,) = log.of(PartialTranscript)
    assert "plan" in at_the_pause.text.lower(), "what is read ahead is read by it too"


def test_a_dialect_that_nobody_tells_apart_is_refused_with_those_there_are(variant: Path) -> None:
    wanted = offering(variant, Callers(number="+44", dialect="en-SC"))
    with pytest.raises(ConfigError) as error:
        load_recogniser(wanted)
    assert str(error.value) == (
        "recognition.callers: en-SC is no dialect that is told apart: en-IE"
    )


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"variants": ["embedded-en"]}, r"^recognition\.variants: .*no dialect variant"),
        ({"variants": ["/nowhere"]}, r"^recognition\.variants: .*/nowhere: neither a folder"),
        ({"identification": "/nowhere"}, r"^recognition\.identification: /nowhere: no ident"),
    ],
)
def test_the_setting_that_has_to_be_mended_is_named(
    variant: Path, wrong: dict[str, object], complaint: str
) -> None:
    settings = offering(variant)
    recognition = settings.recognition.model_copy(update=wrong)
    with pytest.raises(ModelError, match=complaint):
        load_recogniser(settings.model_copy(update={"recognition": recognition}))
