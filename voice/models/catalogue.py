"""The catalogue of models: `catalogue.yaml`, the shipped variants, the installed bundles."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

import yaml
from pydantic import ValidationError

from voice.errors import ModelError
from voice.model_folders import VARIANT, installed_variants, shipped_variants
from voice.models.difference import DIFFERENCE
from voice.models.entries import CatalogueModel, Kind, ShippedSource


class Catalogue:
    """All models by name."""

    def __init__(self, models: list[CatalogueModel]) -> None:
        self.models = {model.name: model for model in models}
        if len(self.models) < len(models):
            [(twice, _)] = Counter(model.name for model in models).most_common(1)
            raise ModelError(f"catalogue: {twice} stands there twice")

    @classmethod
    def load(cls, text: str) -> Catalogue:
        """Read YAML; raises ModelError with the place of a mistake."""
        with _mistakes_of("catalogue"):
            entries = list(yaml.safe_load(text))
        models = []
        for entry in entries:
            name = entry.get("name", "?") if isinstance(entry, dict) else entry
            with _mistakes_of(f"catalogue: {str(name)[:80]}"):
                models.append(CatalogueModel(**entry))
        return cls(models)

    @classmethod
    @cache
    def shipped(cls) -> Catalogue:
        """The catalogue that comes with this version, and the variants beside the code."""
        text = (resources.files(__package__) / "catalogue.yaml").read_text("utf-8")
        return cls([*cls.load(text).models.values(), *map(read_variant, shipped_variants())])

    @classmethod
    def known(cls) -> Catalogue:
        """What is shipped, and what was installed from bundles; raises ModelError."""
        shipped = cls.shipped()
        installed = [read_entry(folder) for folder in installed_variants()]
        others = [model for model in installed if model.name not in shipped.models]
        return cls([*shipped.models.values(), *others])

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
    model = read_entry(folder)
    if model.name != folder.name or not model.is_difference:
        raise ModelError(f"{folder / VARIANT}: not the variant {folder.name} with a {DIFFERENCE}")
    return model.model_copy(update={"sources": [ShippedSource(folder=folder)]})


def read_entry(folder: Path) -> CatalogueModel:
    """What the folder of a variant says of it; raises ModelError with a mistake's place."""
    file = folder / VARIANT
    try:
        text = file.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise ModelError(f"{file}: {error}") from None
    return parse_entry(text, str(file))


def parse_entry(text: str, place: str) -> CatalogueModel:
    """An entry without sources, as it lies beside its files; raises ModelError with the place."""
    with _mistakes_of(place):
        model = CatalogueModel(**yaml.safe_load(text))
    if model.sources:
        raise ModelError(f"{place}: sources: the files lie beside it")
    return model


@contextmanager
def _mistakes_of(place: str) -> Iterator[None]:
    """Turns what is wrong with an entry into one line."""
    try:
        yield
    except ValidationError as error:
        mistake = error.errors()[0]
        where = [".".join(map(str, mistake["loc"]))] if mistake["loc"] else []
        reason = mistake["msg"].removeprefix("Value error, ")
        raise ModelError(": ".join([place, *where, reason])) from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}:" if error.problem_mark else ""
        raise ModelError(f"{place}:{line} {error.problem or error.context}") from None
    except RecursionError:
        raise ModelError(f"{place}: nested too deeply") from None
    except (yaml.YAMLError, TypeError) as error:
        raise ModelError(f"{place}: {str(error).splitlines()[0]}") from None
