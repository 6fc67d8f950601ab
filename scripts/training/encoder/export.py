"""Writes what was learned as a variant: a difference from the base, its entry, and its card."""

from __future__ import annotations

from pathlib import Path

from training.encoder.tuning import Tuning
from voice.models.changes import in_int8
from voice.models.difference import DIFFERENCE
from voice.models.variant import write_variant

_SHARE = 0.5
"""Of what was learned: half way between the base and where the training ends, companies are read
best whose callers speak otherwise than those of the training (Wortsman et al. 2022, "Robust
fine-tuning of zero-shot models")."""

_CARD = """# Embedding `{name}`

{base}, tuned to tell requests apart by a few examples of each: for the engine of the examples
(`docs/understanding.md`). {size:.1f} MB (int8, low rank): a difference that
`voice models pull {name}` merges with {base}, and that the first start merges by itself.

Made by `scripts/train_encoder.py` in {steps} steps on {count} made-up companies with {phrasings:,}
phrasings in English and French (`scripts/training/encoder/companies/`), written for this and under
the project's licence. In each step one company is learnt from a few examples of its requests by the
classifier of the calls, and the loss is what that makes of its other phrasings, of misheard ones,
and of what asks for nothing. Of what was learned, {share:.0%} is in the difference. No text of a
real company, of a data set, or of the phrasings that Voice is judged by is among them.

Phrasings of {held_back} companies that were held back, with eight examples a request and language:
{judged}.

It is for short requests as callers speak them; documents are better searched by its base. Languages
other than English and French were not looked at. Licence of the weights: MIT, as {base}.
"""


def export(run: Tuning, base: Path, target: Path) -> None:
    """Fill the folder of a variant; it is merged with its base when it is installed."""
    run.network.keep(_SHARE)
    write_variant(target, entry(base.name), base / "model.bin", in_int8(run.network.difference()))
    card = _CARD.format(
        name=target.name,
        base=base.name,
        size=(target / DIFFERENCE).stat().st_size / 1e6,
        steps=run.steps,
        share=_SHARE,
        count=len(run.learned),
        phrasings=sum(1 for company in run.learned for _ in company.all()),
        held_back=len(run.held_back),
        judged=run.judged(),
    )
    (target / "README.md").write_text(card, encoding="utf-8")


def entry(base: str) -> dict[str, object]:
    """What the catalogue says of a variant of `base` that tells requests apart."""
    return {
        "kind": "embedding",
        "about": f"{base}, tuned to tell requests apart by a few examples of each.",
        "languages": ["en", "fr"],
        "licence": "MIT",
        "licence_url": "https://huggingface.co/intfloat/multilingual-e5-small",
        "base": base,
    }
