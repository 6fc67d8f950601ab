"""The arguments of a tool: what kind of value each is, and which values are of it.

A value comes from a caller's words (`voice.understanding` reads them) or from a model, as JSON has
it. `checked` makes it the argument's own type, which is what the tool gets.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from voice.languages import Language
from voice.settings.languages import LanguageTag

ArgumentValue = str | int | Decimal | datetime.date | datetime.time
"""A number is an int, an amount a Decimal, a date and a time their own; all else is a str."""

_SEPARATORS = re.compile(r"[\s.,/()-]+")
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"\+?[0-9]{3,15}")
"""As long as ITU-T E.164 has them; short codes are numbers, too."""
_MOST = 10**12
_LONGEST_DIGITS, _LONGEST_NAME, _LONGEST_TEXT = 64, 100, 1000


class _Argument(BaseModel):
    """What all kinds have."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = ""
    """For general models."""
    ask: str = ""
    """The act that asks for it; without one the language's own words do."""
    read_back: bool = False
    """It is repeated to the caller, who may correct it, before the tool runs."""
    optional: bool = False
    """The tool runs without it, and nobody is asked for it."""
    unless: str = ""
    """Another argument: nobody is asked for this one where that one is known."""
    secret: bool = False
    """It reaches the tool, and no event, log or model."""

    def checked(self, value: object) -> ArgumentValue:
        """The value as the argument's own type; raises ValueError with what was expected.

        The message quotes nothing of the value.
        """
        raise NotImplementedError

    def written(self, value: ArgumentValue, language: Language) -> str:
        """A checked value as it stands in a sentence."""
        return str(value)

    def _schema(self) -> dict[str, Any]:
        return {"type": "string"}

    def json_schema(self) -> dict[str, Any]:
        """Its JSON Schema, for general models."""
        return self._schema() | ({"description": self.description} if self.description else {})


class Digits(_Argument):
    """Figures that are said one by one: an order, a meter, a customer number."""

    type: Literal["digits"] = "digits"
    length: int | tuple[int, int] = (1, _LONGEST_DIGITS)
    """How many: exactly, or at least and at most."""

    @property
    def bounds(self) -> tuple[int, int]:
        """The fewest and the most figures."""
        return (self.length, self.length) if isinstance(self.length, int) else self.length

    @field_validator("length")
    @classmethod
    def _is_a_length(cls, length: int | tuple[int, int]) -> int | tuple[int, int]:
        least, most = (length, length) if isinstance(length, int) else length
        if not 1 <= least <= most <= _LONGEST_DIGITS:
            raise ValueError(f"expected 1 to {_LONGEST_DIGITS} digits, or [least, most]")
        return length

    def checked(self, value: object) -> str:
        """See _Argument; spaces and separators between the figures do not count."""
        figures = _SEPARATORS.sub("", str(value)) if _is(value, str, int) else ""
        least, most = self.bounds
        if not (figures.isascii() and figures.isdecimal() and least <= len(figures) <= most):
            raise ValueError(f"expected {_count(least, most)} digits")
        return figures

    def written(self, value: ArgumentValue, language: Language) -> str:
        """Figure by figure, so that it is said so."""
        return " ".join(str(value))

    def _schema(self) -> dict[str, Any]:
        least, most = self.bounds
        return {"type": "string", "pattern": f"^[0-9]{{{least},{most}}}$"}


class _Bounded(_Argument):
    """What has a least and a most."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        least, most = getattr(self, "least", 0), getattr(self, "most", 0)
        if least > most:
            raise ValueError(f"least: {least} is more than most, {most}")
        return self


class Number(_Bounded):
    """A count or a reading, without decimals."""

    type: Literal["number"] = "number"
    least: int = 0
    most: int = _MOST

    def checked(self, value: object) -> int:
        """See _Argument."""
        number = _decimal(value)
        if number is None or number != int(number) or not self.least <= number <= self.most:
            raise ValueError(f"expected a whole number from {self.least} to {self.most}")
        return int(number)

    def _schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Amount(_Bounded):
    """A sum of money; at most two decimals."""

    type: Literal["amount"] = "amount"
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(_MOST)

    def checked(self, value: object) -> Decimal:
        """See _Argument."""
        amount = _decimal(value)
        if amount is None or amount != round(amount, 2) or not self.least <= amount <= self.most:
            raise ValueError(f"expected an amount from {self.least} to {self.most}")
        return round(amount, 2)

    def written(self, value: ArgumentValue, language: Language) -> str:
        """With two decimals, or none."""
        amount = Decimal(str(value))
        return str(int(amount)) if amount == int(amount) else language.written_money(amount)

    def _schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": float(self.least), "maximum": float(self.most)}


class Date(_Argument):
    """A day."""

    type: Literal["date"] = "date"

    def checked(self, value: object) -> datetime.date:
        """See _Argument; text is in ISO 8601's form."""
        try:
            if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
                return value
            return datetime.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise ValueError("expected a date as 2026-12-14") from None

    def written(self, value: ArgumentValue, language: Language) -> str:
        """14 December."""
        return language.written_date(self.checked(value))

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


class Time(_Argument):
    """A time of the day, to the minute."""

    type: Literal["time"] = "time"

    def checked(self, value: object) -> datetime.time:
        """See _Argument; text is in ISO 8601's form."""
        try:
            if not isinstance(value, datetime.time):
                value = datetime.time.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise ValueError("expected a time as 14:30") from None
        return datetime.time(value.hour, value.minute)

    def written(self, value: ArgumentValue, language: Language) -> str:
        """14:30."""
        return f"{self.checked(value):%H:%M}"

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}


class Email(_Argument):
    """An e-mail address, without a name before it."""

    type: Literal["email"] = "email"

    def checked(self, value: object) -> str:
        """See _Argument."""
        address = "".join(value.split()).lower() if isinstance(value, str) else ""
        if not _EMAIL.fullmatch(address):
            raise ValueError("expected an e-mail address")
        return address

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "email"}


class Phone(_Argument):
    """A telephone number: figures, a plus before those with a country code."""

    type: Literal["phone"] = "phone"

    def checked(self, value: object) -> str:
        """See _Argument."""
        number = _SEPARATORS.sub("", str(value)) if _is(value, str, int) else ""
        number = f"+{number[2:]}" if number.startswith("00") else number
        if not (number.isascii() and _PHONE.fullmatch(number)):
            raise ValueError("expected a telephone number")
        return number

    def written(self, value: ArgumentValue, language: Language) -> str:
        """A number with its country code as it is; another figure by figure."""
        number = str(value)
        return number if number.startswith("+") else " ".join(number)

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\+?[0-9]{3,15}$"}


class Name(_Argument):
    """The name of a person, a street, a place."""

    type: Literal["name"] = "name"

    def checked(self, value: object) -> str:
        """See _Argument."""
        return _plain_text(value, _LONGEST_NAME, "a name")

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": _LONGEST_NAME}


class Choice(_Argument):
    """One of some values, each with the words by which callers mean it."""

    type: Literal["choice"] = "choice"
    of: dict[str, dict[LanguageTag, tuple[str, ...]]] = Field(min_length=1)
    """The values; the first word of a language is the one that is said."""

    @model_validator(mode="before")
    @classmethod
    def _names_alone(cls, content: Any) -> Any:
        """A list is of values that are their own words in every language."""
        names = content.get("of") if isinstance(content, dict) else None
        if not isinstance(names, list):
            return content
        if any(isinstance(name, bool) or not isinstance(name, str | int) for name in names):
            # YAML takes yes, no, on and off for something else than words.
            raise ValueError("of: expected names: put them between quotes")
        return {**content, "of": {str(name): {} for name in names}}

    def words(self, language: Language) -> dict[str, tuple[str, ...]]:
        """By value, how it is said in a language; what has no words is said as it is named."""
        return {value: words.get(language.tag) or (value,) for value, words in self.of.items()}

    def checked(self, value: object) -> str:
        """See _Argument."""
        known = {name.casefold(): name for name in self.of}
        name = value.strip().casefold() if isinstance(value, str) else ""
        if name not in known:
            raise ValueError(f"expected one of {', '.join(self.of)}")
        return known[name]

    def written(self, value: ArgumentValue, language: Language) -> str:
        """The first of its words."""
        return self.words(language)[str(value)][0]

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.of)}


class Text(_Argument):
    """What the caller says, as it was said."""

    type: Literal["text"] = "text"

    def checked(self, value: object) -> str:
        """See _Argument."""
        return _plain_text(value, _LONGEST_TEXT, "a text")

    def _schema(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": _LONGEST_TEXT}


Argument = Annotated[
    Digits | Number | Amount | Date | Time | Email | Phone | Name | Choice | Text,
    Field(discriminator="type"),
]


def parameters(arguments: Mapping[str, Argument]) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments. Models are not told of those that are secret.

    None is required: what a caller has not said yet, they are asked for.
    """
    told = {name: one.json_schema() for name, one in arguments.items() if not one.secret}
    return {"type": "object", "properties": told, "additionalProperties": False}


def _is(value: object, *types: type) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _decimal(value: object) -> Decimal | None:
    """A finite number as JSON has it, or as text; None for anything else."""
    if not _is(value, str, int, float, Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) <= _MOST else None


def _plain_text(value: object, longest: int, what: str) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text or len(text) > longest or not text.isprintable():
        raise ValueError(f"expected {what} of 1 to {longest} characters")
    return text


def _count(least: int, most: int) -> str:
    return str(least) if least == most else f"{least} to {most}"
