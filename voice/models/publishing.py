"""Packs a dialect variant, or a tuned response model, so that others can install it offline.

A bundle is a folder as the hub has them, or a zip file of one: `README.md` (the card, with YAML
front matter), `LICENSE`, `variant.yaml` (the entry), the model's files, `DATA.md` (what it was
tuned on), of a dialect `fairness.md` and `fairness.json` (errors by group), and `SHA256SUMS` of
them all.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

import yaml

from voice.errors import ModelError
from voice.model_folders import VARIANT, shipped_models
from voice.models.card import card_of, fairness, groups_table, with_front_matter
from voice.models.catalogue import Catalogue, read_entry
from voice.models.download import disk_error, hash_of
from voice.models.entries import CatalogueModel, ModelFile, ShippedSource
from voice.models.licences import licence_text
from voice.models.store import ModelStore
from voice.models.whisper_folders import WEIGHTS, whisper_files

SUMS = "SHA256SUMS"
CARD, LICENCE, DATA = "README.md", "LICENSE", "DATA.md"
FAIRNESS, FAIRNESS_JSON = "fairness.md", "fairness.json"

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of all files in a zip: the same variant is the same file, byte for byte."""
_READABLE = 0o644 << 16


def publish(variant: str, target: Path, store: ModelStore) -> Path:
    """Pack a variant into `target`, a .zip file or else a new folder; returns `target`.

    `variant` is a name of the catalogue or a folder with a `variant.yaml`. Raises ModelError when
    something is missing that others would need, or a file is not what its entry says.
    """
    entry, folder = _found(variant, store)
    if entry.dialect is None and not entry.is_tuned_response:
        raise ModelError(
            f"{variant}: has no dialect and is no tuned response model; only these are published"
        )
    if target.exists():
        raise ModelError(f"{target}: there is something already")
    entry = _with_files(entry, folder)
    require_new_name(entry)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=target.parent) as work:
            bundle = Path(work) / entry.name
            bundle.mkdir()
            _fill(bundle, entry, folder)
            zipped = target.suffix == ".zip"
            made = _zipped(bundle, Path(work) / target.name) if zipped else bundle
            made.replace(target)
    except OSError as error:
        raise disk_error(target, error) from None
    return target


def require_new_name(entry: CatalogueModel) -> None:
    """Raises ModelError where a bundle would take the place of a model that Voice knows."""
    known = Catalogue.shipped().models.get(entry.name)
    embedded = entry.name in {folder.name for folder in shipped_models("asr_models")}
    if (known.files != entry.files) if known else embedded:
        raise ModelError(
            f"{entry.name} comes with Voice, and is another model: give it a new name, its"
            f" folder's and the one in {VARIANT}"
        )


def _found(variant: str, store: ModelStore) -> tuple[CatalogueModel, Path]:
    """The entry, and the folder where its files lie; raises ModelError."""
    if (Path(variant) / VARIANT).is_file():
        return read_entry(Path(variant)), Path(variant)
    entry = Catalogue.known().find(variant)
    for source in entry.sources:
        if isinstance(source, ShippedSource):
            return entry, source.folder
    folder = store.path(entry.name)
    store.verify(entry.name)
    return (entry if entry.is_difference else entry.model_copy(update={"files": []})), folder


def _with_files(entry: CatalogueModel, folder: Path) -> CatalogueModel:
    """The entry with its files as they are; raises ModelError when they are not as it says.

    Of a whole model none need to be named.
    """
    pinned = {file.path: file.sha256 for file in entry.files}
    paths = list(pinned) if entry.is_difference else _whole_model(folder)
    files = []
    for path in paths:
        try:
            found = hash_of(folder / path)
            size = (folder / path).stat().st_size
        except OSError as error:
            raise disk_error(folder / path, error) from None
        if pinned.get(path) not in (None, found):
            raise ModelError(f"{folder / path}: its sha256 is not that of {VARIANT}")
        files.append(ModelFile(path=path, size=size, sha256=found))
    return entry.model_copy(update={"files": files, "sources": []})


def _whole_model(folder: Path) -> list[str]:
    """The files of a model in CTranslate2's form; raises ModelError for another one."""
    files = whisper_files(file.name for file in folder.iterdir() if file.is_file())
    if WEIGHTS not in files:
        raise ModelError(f"{folder}: has to be converted before: `voice models convert-whisper`")
    return files


def _fill(bundle: Path, entry: CatalogueModel, folder: Path) -> None:
    data = entry.dialect.data if entry.dialect else entry.data
    texts = {
        CARD: _card(entry, folder),
        LICENCE: _licence(entry, folder),
        DATA: f"# What {entry.name} was tuned on\n\n{data.strip()}\n",
        VARIANT: yaml.safe_dump(
            entry.model_dump(mode="json", exclude_defaults=True), sort_keys=False
        ),
    }
    if entry.dialect:
        groups = groups_table(entry.dialect.groups)
        texts[FAIRNESS] = f"# How {entry.name} understands\n\n{groups}\n"
        texts[FAIRNESS_JSON] = fairness(entry)
    for name, text in texts.items():
        (bundle / name).write_text(text, "utf-8")
    for file in entry.files:
        (bundle / file.path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / file.path, bundle / file.path)
    sums = {path: hash_of(bundle / path) for path in sorted([*texts, *_paths(entry)])}
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sums.items())
    (bundle / SUMS).write_text(lines, "utf-8")


def _paths(entry: CatalogueModel) -> list[str]:
    return [file.path for file in entry.files]


def _card(entry: CatalogueModel, folder: Path) -> str:
    """The folder's own card where it has one."""
    file = folder / CARD
    if entry.dialect is None:
        return _text_of(file)
    if not file.is_file():
        return card_of(entry)
    return with_front_matter(file.read_text("utf-8"), entry)


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise disk_error(file, error) from None


def _licence(entry: CatalogueModel, folder: Path) -> str:
    """The folder's own text where it has one, else that of a licence that comes along."""
    file = folder / LICENCE
    if file.is_file():
        return file.read_text("utf-8")
    base = Catalogue.known().models.get(entry.base or "")
    notices = [base.copyright if base else "", entry.copyright]
    try:
        return licence_text(entry.licence, [notice for notice in notices if notice])
    except ModelError as error:
        raise ModelError(f"{error}: put it as {LICENCE} into {folder}") from None


def _zipped(bundle: Path, file: Path) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(bundle.rglob("*")):
            if path.is_file():
                info = zipfile.ZipInfo(f"{bundle.name}/{path.relative_to(bundle)}", _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.file_size = path.stat().st_size
                info.external_attr = _READABLE
                with path.open("rb") as source, archive.open(info, "w") as member:
                    shutil.copyfileobj(source, member)
    return file
