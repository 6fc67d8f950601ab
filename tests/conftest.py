"""What all tests share: the embedded models and the peers that whole calls need."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# No test writes into the developer's own state, for instance the accounts of supervisors.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="voice-tests-")

import pytest

from voice.errors import ModelError
from voice.models import Catalogue, ModelsAtHand, ModelStore, Origins, pull
from voice.settings import EMBEDDED_ONLY, REAL_RECOGNISER, REAL_VOICE
from voice.settings.embedding import REQUESTS
from voice.settings.network import NetworkAccess
from voice.settings.response import BY_EXAMPLES

# Tests use the small models that come along, and fetch nothing; tests with the real models ask for
# the fixture `real_models`.
os.environ.update(EMBEDDED_ONLY)
os.environ["VOICE_NETWORK__ALLOW"] = "[]"

# A shell's background job ignores Ctrl-C, and so would every process that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parent.parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The Makefile finds the files of these tests by the mark that stands in them."""
    marked = {
        (name, item.path)
        for item in items
        for name in ("calls", "real_models")
        if item.get_closest_marker(name)
    }
    for name, file in sorted(marked):
        if f"mark.{name}" not in file.read_text("utf-8"):
            raise pytest.UsageError(f"{file}: write pytest.mark.{name} in the file of its tests")


DEBIAN_PACKAGES = {
    "sipp": "sip-tester",
    "baresip": "baresip-core",
    "promtool": "prometheus",
    "systemd-analyze": "systemd",
}
"""Of programs that are called otherwise than their package."""


@pytest.fixture(scope="session")
def embedded_recogniser_path() -> Path:
    return ROOT / "asr_models" / "embedded-en"


@pytest.fixture(scope="session")
def embedded_responder_path() -> Path:
    return ROOT / "response_models" / "embedded-en"


@pytest.fixture(scope="session")
def embedded_voice_path() -> Path:
    return ROOT / "tts_voices" / "embedded-en"


@pytest.fixture(scope="session")
def embedded_caller_voice_path() -> Path:
    return ROOT / "tts_voices" / "embedded-caller-en"


@pytest.fixture(scope="session")
def tasks_path() -> Path:
    return ROOT / "tasks"


@pytest.fixture(scope="session")
def require_peer() -> Callable[[str], str]:
    """The path of a peer program; without it the test is skipped, in CI it fails."""

    def require(program: str) -> str:
        path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
        if path:
            return path
        message = f"needs {program}: apt-get install {DEBIAN_PACKAGES.get(program, program)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)

    return require


class _Silent:
    """A pull that nobody watches."""

    def source(self, name: str, size: int | None) -> None:
        pass

    def advance(self, size: int) -> None:
        pass

    def unavailable(self, name: str, reason: str) -> None:
        pass


@pytest.fixture(scope="session")
def real_models() -> ModelsAtHand:
    """Whisper base, a recorded voice, and the embedding by which requests are found."""
    for name in (REAL_RECOGNISER, REAL_VOICE, REQUESTS):
        fetched(name)
    return ModelsAtHand(REAL_RECOGNISER, REAL_VOICE, BY_EXAMPLES)


def fetched(name: str) -> Path:
    """A real model's folder, fetched once for this user; CI fails without it."""
    origins = Origins([*NetworkAccess().allow, "registry.npmjs.org"])
    try:
        return pull(Catalogue.shipped().find(name), ModelStore(), origins, _Silent())
    except ModelError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"needs the real models: {error}")
        pytest.skip(f"needs the real models: {error}")


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """Recorded speech and protocol messages that are not part of the project."""
    folder = os.environ.get("VOICE_TEST_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("VOICE_TEST_DATA does not name a folder of recorded data")
    return Path(folder)
