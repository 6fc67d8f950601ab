"""Values of settings that name languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from voice.errors import ConfigError
from voice.languages import language


def _tag(wanted: str) -> str:
    try:
        return language(wanted).tag
    except ConfigError as error:
        raise ValueError(str(error)) from None


def _by_tag(values: dict[str, str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for wanted, value in values.items():
        tag = _tag(wanted)
        if tag in known:
            raise ValueError(f"{tag} is there twice")
        known[tag] = value
    return known


LanguageTag = Annotated[str, AfterValidator(_tag)]
"""BCP 47, as the folder of the language is named: en for en-GB as well."""
ByLanguage = Annotated[dict[str, str], AfterValidator(_by_tag)]
"""A value for each of some languages, by such tags."""
