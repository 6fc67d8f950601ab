"""A model is installed from a folder or an archive of its files, whatever else that holds."""

from __future__ import annotations

import io
import random
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest

from tests.models.loopback_sources import CONFIG, WEIGHTS, Told, model, wheel
from voice.errors import ModelError
from voice.models import ModelStore, Origins, pull


def nothing_installed(store: ModelStore) -> bool:
    return not store.has("small") and not (store.root / "small").exists()


@pytest.mark.parametrize("kind", ["folder", "zip", "tar"])
def test_a_model_is_installed_from_a_place_without_any_connection(
    store: ModelStore, told: Told, tmp_path: Path, kind: str
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    (folder / "config.json").write_bytes(CONFIG)
    (folder / "model.bin").write_bytes(WEIGHTS)
    place = folder
    if kind == "zip":
        place = tmp_path / "model.zip"
        place.write_bytes(wheel({"deep/config.json": CONFIG, "deep/model.bin": WEIGHTS}))
    elif kind == "tar":
        place = tmp_path / "model.tar.gz"
        with tarfile.open(place, "w:gz") as tar:
            tar.add(folder, "deep")

    pull(model(), store, Origins(), told, place)

    store.verify("small")
    assert told.bytes == len(CONFIG) + len(WEIGHTS)


def test_paths_of_an_archive_lead_nowhere(store: ModelStore, told: Told, tmp_path: Path) -> None:
    place = tmp_path / "model.zip"
    place.write_bytes(
        wheel({"../../config.json": CONFIG, "/tmp/model.bin": WEIGHTS, "../evil": b"x"})
    )

    folder = pull(model(), store, Origins(), told, place)

    assert {file.name for file in folder.iterdir()} >= {"config.json", "model.bin"}
    assert not (tmp_path / "evil").exists() and not (tmp_path / "config.json").exists()


def test_links_and_paths_of_a_tar_file_lead_nowhere(
    store: ModelStore, told: Told, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(WEIGHTS)
    place = tmp_path / "model.tar"
    with tarfile.open(place, "w") as tar:
        (tmp_path / "there").write_bytes(CONFIG)
        tar.add(tmp_path / "there", "../../config.json")
        for kind, name in ((tarfile.SYMTYPE, "model.bin"), (tarfile.LNKTYPE, "a/model.bin")):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, str(secret)
            tar.addfile(link)

    with pytest.raises(ModelError, match=r"small needs model\.bin, which is not in it"):
        pull(model(), store, Origins(), told, place)

    assert nothing_installed(store)
    assert not (tmp_path / "config.json").exists() and not (store.root / "config.json").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (wheel({"config.json": CONFIG}), "small needs model.bin, which is not in it"),
        (wheel({"config.json": CONFIG, "model.bin": b"x"}), "model.bin from .*: sha256 is not"),
        (b"no archive", "neither a folder nor a zip, wheel or tar file"),
    ],
    ids=["incomplete", "another", "no archive"],  # the archives' bytes tell the time
)
def test_a_place_without_the_model_is_refused(
    store: ModelStore, told: Told, tmp_path: Path, content: bytes, says: str
) -> None:
    place = tmp_path / "place"
    place.write_bytes(content)

    with pytest.raises(ModelError, match=says):
        pull(model(), store, Origins(), told, place)

    assert nothing_installed(store)


def packed(compression: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as archive:
        archive.writestr("config.json", CONFIG)
        archive.writestr("model.bin", WEIGHTS)
    return data.getvalue()


def in_tar(form: Literal["w:gz", "w:bz2", "w:xz"]) -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=form) as tar:
        for name, content in (("config.json", CONFIG), ("model.bin", random.randbytes(400_000))):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return data.getvalue()


def spoiled(archive: bytes) -> bytes:
    """With a stretch in its middle that says something else."""
    middle = len(archive) // 2
    return archive[:middle] + b"\xff" * 64 + archive[middle + 64 :]


def with_flags(archive: bytes, at: int, flags: int) -> bytes:
    """A zip file with another value in the heads of all members, here and in its directory."""
    changed = bytearray(archive)
    for mark, offset in ((b"PK\x03\x04", at), (b"PK\x01\x02", at + 2)):
        for found in re.finditer(re.escape(mark), archive):
            changed[found.start() + offset] = flags
    return bytes(changed)


@pytest.mark.parametrize(
    "content",
    [
        spoiled(packed(zipfile.ZIP_DEFLATED)),
        spoiled(packed(zipfile.ZIP_BZIP2)),
        spoiled(packed(zipfile.ZIP_LZMA)),
        spoiled(in_tar("w:gz")),
        spoiled(in_tar("w:bz2")),
        spoiled(in_tar("w:xz")),
        with_flags(packed(zipfile.ZIP_STORED), at=6, flags=1),
        with_flags(packed(zipfile.ZIP_STORED), at=8, flags=97),
    ],
    ids=["deflate", "bzip2", "lzma", "tar.gz", "tar.bz2", "tar.xz", "encrypted", "method"],
)
def test_a_damaged_or_unreadable_archive_is_one_clear_line(
    store: ModelStore, told: Told, tmp_path: Path, content: bytes
) -> None:
    place = tmp_path / "place"
    place.write_bytes(content)

    with pytest.raises(ModelError) as error:
        pull(model(), store, Origins(), told, place)

    assert "place" in str(error.value) or "small" in str(error.value)
    assert "\n" not in str(error.value) and nothing_installed(store)
