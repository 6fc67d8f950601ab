"""Trains an identifier, judges it by sources that it was not trained on, and writes its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from voice.evaluation.intervals import Figure
from voice.evaluation.recordings.manifest import ManifestError
from voice.models.download import hash_of
from voice.recognition import Identifier, IdentifierCard
from voice.recognition import folder as recogniser_folder
from voice.recognition.encoding import Encoder
from voice.recognition.features import RATE_HZ
from voice.tuning.identification.cross_test import CrossTest, cross_tested
from voice.tuning.identification.examples import Examples, examples_of
from voice.tuning.identification.labelled_speech import LabelledSpeech
from voice.tuning.identification.linear_model import fit, surprise, temperature_of

_SHRINKAGES = (0.02, 0.05, 0.1, 0.2, 0.4)
_COPIES = 2
_CARD = "README.md"


@dataclass(frozen=True)
class Trained:
    """What came of it."""

    identifier: Identifier
    test: CrossTest
    shrinkage: float
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
    codes = _codes(encoder)
    examples = examples_of(speech, encoder, codes, _COPIES, done)
    card = IdentifierCard((), base_name, hash_of(base / "model.bin"), codes, data)
    trained = fitted(examples, card)
    trained.identifier.save(folder)
    (folder / _CARD).write_text(card_of(trained, folder.name), "utf-8")
    return trained


def _codes(encoder: Encoder) -> tuple[str, ...]:
    """The languages of the model's own head."""
    if not encoder.identifies:
        return ()
    noise = np.random.default_rng(0).normal(0, 300, RATE_HZ).astype(np.int16)
    return tuple(sorted(encoder.languages(encoder.encode(noise))))


def fitted(examples: Examples, card: IdentifierCard) -> Trained:
    """The model of all examples; how firm and how sure it is, other sources than its own decide.

    `card` has all but labels and figures.
    """
    tests = {shrinkage: cross_tested(examples, shrinkage) for shrinkage in _SHRINKAGES}
    if not len(next(iter(tests.values())).logits):
        raise ManifestError(
            "each language or dialect is there from one source alone: nothing shows whether"
            " its speech is known, or its line"
        )
    temperatures = {
        key: temperature_of(test.logits, test.labels, test.examples) for key, test in tests.items()
    }
    shrinkage = min(tests, key=lambda key: _loss(tests[key], temperatures[key]))
    test, temperature = tests[shrinkage], temperatures[shrinkage]
    model = fit(examples, shrinkage)
    figures = {
        "recordings": len(examples.labels),
        "accuracy_on_sources_unheard": _written(test.overall()),
        **{
            f"{label}, {source}": _written(figure)
            for (label, source), figure in test.accuracy().items()
        },
    }
    made = Identifier(
        replace(card, labels=model.labels, figures=figures),
        (model.weight / temperature).astype(np.float32),
        (model.bias / temperature).astype(np.float32),
    )
    return Trained(made, test, shrinkage, temperature)


def _loss(test: CrossTest, temperature: float) -> float:
    return surprise(test.logits / temperature, test.labels, test.examples)


def _written(figure: Figure) -> dict[str, float]:
    return {
        "value": round(figure.value, 4), "low": round(figure.low, 4),
        "high": round(figure.high, 4), "n": figure.n,
    }  # fmt: skip


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
        shrinkage=trained.shrinkage, temperature=trained.temperature, rows=rows, alone=alone,
    )  # fmt: skip


_CARD_TEXT = """# {name}

Tells languages and dialects apart ({labels}; `und` is none of these) by what the encoder of
{base} makes of the speech. A linear discriminant of the mean and the deviation of the encoder's
states over the speech, and of what the model's own language head says where it has one.

## What it was trained on

{data}

Each recording was laid over two telephone lines (band limits, G.711, noise, babble, rooms) in
pieces of 1.5 to 6 s. Languages count alike, and in each its sources.

## How well it tells

Each source was judged by a model of all the others: what that knows is the speech, and not the
line, the speaker or the synthesizer. The same judgement chose the shrinkage ({shrinkage:g}) and
the temperature ({temperature:.2g}) that makes it as sure as it is right.

| what is spoken | source | recordings | right | 95 % |
|---|---|---|---|---|
{rows}
{alone}"""
