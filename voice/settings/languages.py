"""What settings say of languages: tags, values by language, and what callers probably speak."""

from __future__ import annotations

import re
from typing import Annotated, Self, cast

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from voice.errors import ConfigError
from voice.languages import DEFAULT, language
from voice.settings.values import Greeting, Name, Section

_DIALECT = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_NUMBER = re.compile(r"(?:\+|00)?([0-9][0-9 .-]*)")


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


def _several(given: object) -> object:
    return [given] if isinstance(given, str) else given


def _each_once(tags: list[str]) -> list[str]:
    twice = next((tag for tag in tags if tags.count(tag) > 1), None)
    if twice is not None:
        raise ValueError(f"{twice} is there twice")
    return tags


def _dialect(value: str) -> str:
    if _DIALECT.fullmatch(value) is None:
        raise ValueError(f"{value!r}: expected a tag (BCP 47), for instance sw-KE")
    return value


def _number(value: str) -> str:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r}: expected a number or how it begins, for instance +33")
    return "".join(character for character in match[1] if character.isdigit())


LanguageTag = Annotated[str, AfterValidator(_tag)]
"""BCP 47, as the folder of the language is named: en for en-GB as well."""
DialectTag = Annotated[str, AfterValidator(_dialect)]
"""BCP 47, as a model names it: sw-KE, en-IN."""
ByLanguage = Annotated[dict[str, str], AfterValidator(_by_tag)]
"""A value for each of some languages, by such tags."""
GreetingByLanguage = Annotated[dict[str, Greeting], AfterValidator(_by_tag)]
"""The same for what is said to callers."""
LanguageTags = Annotated[list[LanguageTag], BeforeValidator(_several), AfterValidator(_each_once)]
"""Several of them, each once; one may stand by itself."""
ModelNames = Annotated[list[str], AfterValidator(_each_once)]
NumberPrefix = Annotated[str, AfterValidator(_number)]
"""How an international number begins, or the whole of it; kept as digits without +."""


class Callers(Section):
    """Some callers, and what they probably speak; they are known by one of the first four."""

    number: NumberPrefix | None = None
    """Where they call from."""
    called: NumberPrefix | None = None
    """Which of our numbers they dialled."""
    trunk: Name | None = None
    """By which trunk or SIP user the call came."""
    customer: str | None = Field(None, min_length=1)
    """Who they are, where the calling number can be relied on."""
    language: LanguageTag | None = None
    """What they speak; or ..."""
    dialect: DialectTag | None = None
    """... the dialect, of those of `variants` and `identification`."""
    share: float = Field(0.9, gt=0, lt=1)
    """How many of them speak it."""

    @property
    def speak(self) -> str:
        """The tag of the language or dialect."""
        return self.language or self.dialect or ""

    @property
    def known_by(self) -> tuple[str, str]:
        """The key by which they are known, and its value."""
        ((key, value),) = self._named()
        return key, value

    def _named(self) -> list[tuple[str, str]]:
        keys = ("number", "called", "trunk", "customer")
        return [(key, value) for key in keys if (value := getattr(self, key)) is not None]

    @model_validator(mode="after")
    def _known_by_one(self) -> Self:
        if len(self._named()) != 1:
            raise ValueError("expected one of number, called, trunk and customer")
        return self

    @model_validator(mode="after")
    def _speak_one(self) -> Self:
        if (self.language is None) == (self.dialect is None):
            raise ValueError("expected either language or dialect")
        return self


def _require_offered(tag: str, others: ValidationInfo) -> None:
    _require_one_of(others.data.get("languages") or [others.data.get("language", tag)], tag)


def _require_one_of(offered: list[str], tag: str, place: str = "") -> None:
    if tag not in offered:
        raise ValueError(f"{place}{tag} is none of recognition.languages, {', '.join(offered)}")


class CallersLanguages(Section):
    """Which languages are offered, and who probably speaks which."""

    languages: LanguageTags = Field([])
    """All that callers may speak (docs/languages.md); without them `language` alone."""
    language: LanguageTag = Field(cast(str, None), validate_default=True)
    """In which a call begins where nothing is known of the caller; without it the first of them."""
    variants: ModelNames = Field([])
    """Dialect variants of the recogniser: names of models, or folders."""
    identification: str | None = None
    """What tells languages and dialects apart by their sound: a name or a folder; None: what comes
    along for the model; `none`: what the model itself hears."""
    callers: list[Callers] = Field([])
    """What callers probably speak."""

    @property
    def offered(self) -> list[str]:
        """The tags of all languages that are offered, `language` first."""
        return list(dict.fromkeys([self.language, *self.languages]))

    def require_beside_main(self, kind: str, by_language: dict[str, str]) -> None:
        """Raises ValueError where the main language has what its own key `kind` says."""
        if self.language in by_language:
            raise ValueError(
                f"{kind}s: {self.language} is recognition.language, whose {kind} is `{kind}`"
            )

    def require_offered_beside_main(self, kind: str, by_language: dict[str, str]) -> None:
        """The same, and where a language is not offered."""
        self.require_beside_main(kind, by_language)
        for tag in by_language:
            _require_one_of(self.offered, tag, f"{kind}s: ")

    @field_validator("language", mode="before")
    @classmethod
    def _first_of_several(cls, tag: object, others: ValidationInfo) -> object:
        return next(iter(others.data.get("languages", ())), DEFAULT) if tag is None else tag

    @field_validator("language")
    @classmethod
    def _one_of_several(cls, tag: str, others: ValidationInfo) -> str:
        _require_offered(tag, others)
        return tag

    @field_validator("callers")
    @classmethod
    def _speak_what_is_offered(
        cls, callers: list[Callers], others: ValidationInfo
    ) -> list[Callers]:
        for one in callers:
            if one.language is not None:
                _require_offered(one.language, others)
        known = [one.known_by for one in callers]
        twice = next((each for each in known if known.count(each) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice[0]} {twice[1]} is there twice")
        return callers
