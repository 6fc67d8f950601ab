"""What the folder of a dialect variant says of the speech that it understands."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

from voice.errors import ConfigError, ModelError
from voice.languages import language

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True)
class Dialect:
    """Key `dialect` of a variant's `voice.json`; what else stands there is for its card."""

    tag: str
    """BCP 47: sw-KE, en-IN, wo."""
    language: str
    """Tag of the folder in `voice/languages/` that a call in this dialect uses."""
    token: str
    """Whisper's code that the decoder is prompted with: languages that it lacks borrow one."""
    shares_encoder: bool = False
    """Its encoder is that of its base: what that makes of a window need not be made again."""
    base: str = ""
    """The base's name in the catalogue, or its sha256."""


def read_dialect(told: object, place: Path) -> Dialect:
    """Read the key's value; raises ModelError that names the file `place`."""
    if not isinstance(told, dict):
        raise ModelError(f"{place}: dialect: a table of keys was expected")
    known = {field.name: told[field.name] for field in fields(Dialect) if field.name in told}
    for key in ("tag", "language", "token"):
        if not isinstance(known.get(key), str) or not known[key]:
            raise ModelError(f"{place}: dialect.{key}: a text was expected")
    dialect = Dialect(**known)
    if not _TAG.fullmatch(dialect.tag):
        raise ModelError(f"{place}: dialect.tag: {dialect.tag!r} is no BCP 47 tag, such as sw-KE")
    try:
        language(dialect.language)
    except ConfigError as error:
        raise ModelError(f"{place}: dialect.language: {error}") from None
    return dialect
