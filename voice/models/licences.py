"""What the catalogue's licences let one do, and the texts of those that come along."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml

from voice.errors import ModelError

_FOLDER = resources.files(__package__)


def licence_terms(licence: str) -> str:
    """What a licence (SPDX identifier) lets one do, in a sentence."""
    return _terms().get(licence, "See its text.")


def licence_text(licence: str, notices: list[str]) -> str:
    """The whole text, behind the copyright notices; raises ModelError where it is not here."""
    texts = {file.name: file for file in (_FOLDER / "licence_texts").iterdir()}
    if f"{licence}.txt" not in texts:
        raise ModelError(f"the text of the licence {licence} does not come along")
    return "\n".join([*notices, "", texts[f"{licence}.txt"].read_text("utf-8")])


@cache
def _terms() -> dict[str, str]:
    terms: dict[str, str] = yaml.safe_load((_FOLDER / "licences.yaml").read_text("utf-8"))
    return terms
