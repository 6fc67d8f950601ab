"""Trains an identifier, judges it by sources that it was not trained on, and writes its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voice.evaluation.recordings.manifest import ManifestError
from voice.models.download import hash_of
from voice.recognition import Identifier, IdentifierCard
from voice.recognition import folder as recogniser_folder
from voice.recognition.encoding import Encoder
from voice.tuning.identification.cross_test import CrossTest, cross_tested
from voice.tuning.identification.examples import Examples, examples_of
from voice.tuning.identification.labelled_speech import LabelledSpeech
from voice.tuning.identification.linear_model import (
    LearningWay,
    OfHead,
    OfStates,
    surprise,
    temperature_of,
)

_WAYS: tuple[LearningWay, ...] = (OfHead(), *map(OfStates, (0.1, 0.4)))
_COPIES = 1
_CARD = "README.md"


@dataclass(frozen=True)
class Trained:
    """What came of it."""

    identifier: Identifier
    test: CrossTest
    temperature: float


def train(
    speech: Sequence[LabelledSpeech],
    base: Path,
    folder: Path,
    *,
    base_name: str,
    data: str,
    done: Callable[[int], None] = lambda count: None,
) -> Trained:
    """Make an identifier for the encoder of the model in the folder `base`, and write it.

    `data`: on what it is trained, for its card; `done` is told of every recording. Raises
    ModelError, AudioFileError.
    """
    loaded = recogniser_folder.load(base, workers=1, compute_type="int8")
    encoder = Encoder(loaded)
    examples = examples_of(speech, encoder, _COPIES, done)
    card = IdentifierCard((), base_name, hash_of(base / "model.bin"), data=data)
    trained = fitted(examples, card)
    trained.identifier.save(folder)
    (folder / _CARD).write_text(card_of(trained, folder.name), "utf-8")
    return trained


def fitted(examples: Examples, card: IdentifierCard) -> Trained:
    """The model of all examples; what it listens to, and how sure it is, other sources decide.

    `card` has all but labels and figures.
    """
    ways = [way for way in _WAYS if way.listens_to == "states" or examples.heads[0]]
    tests = [cross_tested(examples, way) for way in ways]
    if not len(tests[0].logits):
        raise ManifestError(
            "each language or dialect is there from one source alone: nothing shows whether"
            " its speech is known, or its line"
        )
    temperatures = [
        temperature_of(test.logits, test.labels, test.examples) if way.listens_to == "states" else 1
        for way, test in zip(ways, tests, strict=True)
    ]
    losses = [_loss(*each) for each in zip(tests, temperatures, strict=True)]
    best = int(np.argmin(losses))
    way, test, temperature = ways[best], tests[best], temperatures[best]
    model = way.fit(examples)
    figures = {
        "recordings": len(examples.labels),
        "accuracy_on_sources_unheard": test.overall().rounded(),
        **{
            f"{label}, {source}": figure.rounded()
            for (label, source), figure in test.accuracy().items()
        },
    }
    made = Identifier(
        replace(card, labels=model.labels, listens_to=way.listens_to, figures=figures),
        (model.weight / temperature).astype(np.float32),
        (model.bias / temperature).astype(np.float32),
    )
    return Trained(made, test, temperature)


def _loss(test: CrossTest, temperature: float) -> float:
    return surprise(test.logits / temperature, test.labels, test.examples)


def card_of(trained: Trained, name: str) -> str:
    """The model's README.md."""
    card, test = trained.identifier.card, trained.test
    rows = "\n".join(
        f"| {label} | {source} | {figure.n} | {figure.value:.1%} |"
        f" {figure.low:.1%} to {figure.high:.1%} |"
        for (label, source), figure in test.accuracy().items()
    )
    untested = ", ".join(test.untested)
    alone = f"\nFrom one source alone, and so not judged: {untested}.\n" if untested else ""
    return _CARD_TEXT.format(
        name=name, base=card.base, labels=", ".join(card.labels), data=card.data.strip(),
        heard=_HEARD[card.listens_to], temperature=trained.temperature, rows=rows, alone=alone,
    )  # fmt: skip


_HEARD = {
    "head": "what the language head hears, with a cautious offset for each language,",
    "states": "a linear discriminant of mean and deviation, over the speech, of the encoder states",
}
_CARD_TEXT = """# {name}

Tells languages and dialects apart ({labels}; `und` is none of these) by {heard} of {base}.

## What it was trained on

{data}

A telephone line (band limits, G.711, noise, babble, rooms) was laid over each recording, or over a
piece of 1.5 to 6 s of it. Languages count alike, and in each its sources.

## How well it tells

Each source was judged by a model of all the others: what that knows is the speech, and not the
line, the speaker or the synthesizer. The same judgement chose what it listens to, and, of states,
the temperature that makes it as sure as it is right ({temperature:.2g}).

| what is spoken | source | recordings | right | 95 % |
|---|---|---|---|---|
{rows}
{alone}"""
