"""JSON Schemas within a document: what they say of a value, and whether a value is as they say."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from jsonschema.exceptions import SchemaError
from jsonschema.validators import Draft202012Validator, validator_for
from openapi_schema_validator import (
    OAS30ReadValidator,
    OAS30WriteValidator,
    OAS31Validator,
    oas30_format_checker,
    oas31_format_checker,
)
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

_DOCUMENT = "urn:voice:document"
_MOST_REFERENCES = 50
_COMPOSED = ("allOf", "anyOf", "oneOf")


class NotAsDocumented(Exception):
    """A value is not as its schema says; the message holds nothing of the value."""


@dataclass(frozen=True)
class SchemaPlace:
    """A part of a document, by its JSON pointer (RFC 6901)."""

    document: Mapping[str, Any]
    pointer: str
    content: Any

    def to(self, *keys: str) -> SchemaPlace | None:
        """What stands further in, references followed; None where nothing does."""
        place: SchemaPlace | None = self
        for key in keys:
            if place is None:
                return None
            place = place._step(key)
        return place

    def _step(self, key: str) -> SchemaPlace | None:
        content = self.content
        if isinstance(content, list) and key.isdecimal() and int(key) < len(content):
            inner = content[int(key)]
        elif isinstance(content, dict) and key in content:
            inner = content[key]
        else:
            return None
        return SchemaPlace(self.document, f"{self.pointer}/{escaped(key)}", inner).followed()

    def followed(self) -> SchemaPlace | None:
        """The part that a reference within the document names; itself where it is none."""
        place: SchemaPlace = self
        for _ in range(_MOST_REFERENCES):
            content = place.content
            reference = content.get("$ref") if isinstance(content, dict) else None
            if not isinstance(reference, str):
                return place
            if not reference.startswith("#/"):
                return None
            target = _at(self.document, reference[1:])
            if target is None:
                return None
            place = SchemaPlace(self.document, reference[1:], target[0])
        return None


def whole(document: Mapping[str, Any]) -> SchemaPlace:
    """All of a document."""
    return SchemaPlace(document, "", document)


def escaped(key: str) -> str:
    """A key as a JSON pointer has it."""
    return key.replace("~", "~0").replace("/", "~1")


def keys_of(pointer: str) -> list[str]:
    """The keys of a JSON pointer, outermost first."""
    return [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")[1:]]


def found_at(pointer: str, value: object) -> object:
    """What stands at a pointer in a JSON value; None where nothing does."""
    found = _at(value, pointer)
    return found[0] if found else None


def _at(value: Any, pointer: str) -> tuple[Any] | None:
    for key in keys_of(pointer):
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return None
    return (value,)


class Schema:
    """A schema and the document that its references are of."""

    def __init__(self, place: SchemaPlace, validator: type[Any], formats: Any) -> None:
        """Raises ValueError where it is no schema."""
        self._place = place
        self._class, self._formats = validator, formats
        try:
            validator.check_schema(place.content)
        except SchemaError:
            raise ValueError(f"no schema: {place.pointer or 'the whole'}") from None
        document = DRAFT202012.create_resource(place.document)
        registry: Registry[Any] = Registry().with_resource(_DOCUMENT, document)
        self._validator = validator(
            {"$ref": f"{_DOCUMENT}#{quote(place.pointer)}"},
            registry=registry,
            format_checker=formats,
        )

    def check(self, value: object) -> None:
        """Raises NotAsDocumented, with the keyword that a value is against."""
        try:
            error = next(self._validator.iter_errors(value), None)
        except (Unresolvable, RecursionError):
            raise NotAsDocumented("the schema cannot be followed") from None
        if error is not None:
            raise NotAsDocumented(f"not as documented ({error.validator})")

    def of(self, *keys: str) -> Schema | None:
        """That of a property further in; None where the document names no such one."""
        found: SchemaPlace | None = self._place
        for key in keys:
            inner = (part.to("properties", key) for part in _parts(found))
            found = next((place for place in inner if place), None)
            if found is None:
                return None
        assert found is not None
        return Schema(found, self._class, self._formats)

    @property
    def required(self) -> frozenset[str]:
        """The properties that have to be there."""
        return frozenset(
            name
            for part in _parts(self._place, ("allOf",))
            for name in part.content.get("required", ())
            if isinstance(name, str)
        )

    @property
    def types(self) -> frozenset[str]:
        """The types that a value may have, as far as they are named."""
        named = (part.content.get("type", ()) for part in _parts(self._place))
        return frozenset(
            kind for kinds in named for kind in ([kinds] if isinstance(kinds, str) else kinds)
        )

    def as_json(self, value: object) -> object:
        """A value of ours as the schema wants it; raises NotAsDocumented when it cannot be so."""
        written = _as_json(value, self.types)
        self.check(written)
        return written


def openapi_schema(place: SchemaPlace, *, reads: bool) -> Schema:
    """A schema of an OpenAPI document, for what is read or for what is written.

    Raises ValueError where it is no schema.
    """
    if str(place.document.get("openapi", "")).startswith("3.0"):
        validator = OAS30ReadValidator if reads else OAS30WriteValidator
        return Schema(place, validator, oas30_format_checker)
    return Schema(place, OAS31Validator, oas31_format_checker)


def plain_schema(document: Mapping[str, Any]) -> Schema:
    """A JSON Schema of its own; raises ValueError where it is none."""
    return Schema(whole(document), validator_for(document, default=Draft202012Validator), None)


def _parts(place: SchemaPlace | None, ways: tuple[str, ...] = _COMPOSED) -> Iterator[SchemaPlace]:
    """A schema, and those that it is composed of."""
    waiting, seen = [place.followed() if place else None], 0
    while waiting and seen < _MOST_REFERENCES:
        part = waiting.pop(0)
        if part is None or not isinstance(part.content, dict):
            continue
        seen += 1
        yield part
        for way in ways:
            several = part.content.get(way)
            count = len(several) if isinstance(several, list) else 0
            waiting += [part.to(way, str(number)) for number in range(count)]


def _as_json(value: object, types: frozenset[str]) -> object:
    match value:
        case bool():
            return value
        case datetime.time():
            return f"{value:%H:%M}"
        case datetime.date():
            return value.isoformat()
        case Decimal() if "number" in types or not types:
            return float(value)
        case str() if "string" not in types:
            return _unquoted(value, types)
        case Decimal() | int() if types and "string" in types and not types & {"number", "integer"}:
            return str(value)
        case Decimal():
            return int(value) if value == int(value) else float(value)
    return value


def _unquoted(value: str, types: frozenset[str]) -> object:
    """Words as a number or a truth value, where only such a one will do."""
    try:
        if "integer" in types:
            return int(value)
        if "number" in types:
            return float(value)
    except ValueError:
        return value
    return {"true": True, "false": False}.get(value, value) if "boolean" in types else value
