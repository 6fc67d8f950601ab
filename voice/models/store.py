"""Where pulled models lie: a folder each below the user's data folder, shared by all projects."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from voice.errors import ModelError
from voice.model_folders import pulled_models
from voice.models.download import disk_error, hash_of
from voice.models.entries import CatalogueModel, ModelName
from voice.models.errors import WrongHash

_RECORD = "installed.json"
_PINS = "pins.json"
_NAME = TypeAdapter[str](ModelName)
_HASHES = TypeAdapter(dict[str, dict[str, str]])


@dataclass(frozen=True)
class InstalledModel:
    """What is kept beside a model's files about where they came from."""

    name: str
    kind: str
    licence: str
    source: str
    files: dict[str, str]
    """The sha256 of each file."""
    used_up: dict[str, str] = field(default_factory=dict)
    """The same of files that came, and in whose place others were made of them."""


_INSTALLED = TypeAdapter(InstalledModel)


class ModelStore:
    """The installed models; safe for several processes at once."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or pulled_models()

    def path(self, name: str) -> Path:
        """The folder of an installed model; raises ModelError when it is not installed."""
        if not self.has(name):
            raise ModelError(f"{name} is not installed: voice models pull {name}")
        return self.root / name

    def has(self, name: str) -> bool:
        """Whether the model is installed as a whole; raises ModelError for what is no name.

        A path would lead out of the store, and whatever it leads to could be removed.
        """
        try:
            _NAME.validate_python(name)
        except ValidationError:
            raise ModelError(f"{name!r} is no model's name: see `voice models list`") from None
        record = self.root / name / _RECORD
        try:
            return record.is_file()
        except OSError as error:
            raise disk_error(record, error) from None

    def has_as_in(self, model: CatalogueModel) -> bool:
        """Whether the model is installed with the very files that the catalogue pins."""
        if not self.has(model.name):
            return False
        record = self.record(model.name)
        files = {**record.files, **record.used_up}
        return all(file.sha256 in (None, files.get(file.path)) for file in model.files)

    def installed(self) -> list[InstalledModel]:
        """All installed models, by name; raises ModelError when one has a damaged record."""
        return [self.record(name) for name in self.names()]

    def names(self) -> list[str]:
        """The names of all installed models, sorted."""
        return sorted(file.parent.name for file in self.root.glob(f"[!.]*/{_RECORD}"))

    def record(self, name: str) -> InstalledModel:
        """What is known of an installed model; raises ModelError."""
        file = self.path(name) / _RECORD
        try:
            return _INSTALLED.validate_json(file.read_bytes())
        except OSError as error:
            raise disk_error(file, error) from None
        except ValidationError:
            raise ModelError(f"{file}: damaged: remove {name} and pull it again") from None

    def verify(self, name: str) -> None:
        """Raises WrongHash when a file is not what was installed, ModelError when it is gone."""
        folder = self.path(name)
        for path, sha256 in self.record(name).files.items():
            try:
                found = hash_of(folder / path)
            except OSError as error:
                raise disk_error(folder / path, error) from None
            if found != sha256:
                raise WrongHash(f"{folder / path}: changed since it was installed")

    def remove(self, name: str) -> None:
        """Delete an installed model and what an unfinished pull left of it."""
        known = self.has(name)
        with self._locked(name):
            self._delete(name)
            shutil.rmtree(self.root / f".{name}.part", ignore_errors=True)
        if not known:
            self.path(name)

    def _delete(self, name: str) -> None:
        """Out of sight first: nobody loads a folder that is half deleted."""
        gone = self.root / f".{name}.gone"
        if (self.root / name).is_dir():
            (self.root / name).replace(gone)
        shutil.rmtree(gone, ignore_errors=True)

    @contextmanager
    def installing(self, model: CatalogueModel) -> Iterator[Path]:
        """A folder to put the model's files into; they are installed as a whole at the end.

        Waits while another process installs the same model. What is in the folder when an error
        ends the block stays for the next try.
        """
        with self._locked(model.name):
            staging = self.root / f".{model.name}.part"
            staging.mkdir(exist_ok=True)
            yield staging

    def check(self, model: CatalogueModel, staging: Path, source: str) -> dict[str, str]:
        """The sha256 of each file that came; raises WrongHash, and throws away what is wrong."""
        pins = self._pins().get(model.name, {})
        hashes = {}
        for file in model.files:
            found = hash_of(staging / file.path)
            wanted = file.sha256 or pins.get(file.path, found)
            if found != wanted:
                (staging / file.path).unlink()
                raise WrongHash(f"{model.name}: {file.path} from {source}: sha256 is not {wanted}")
            hashes[file.path] = found
        return hashes

    def complete(
        self,
        model: CatalogueModel,
        staging: Path,
        source: str,
        came: Mapping[str, str],
        made: Sequence[str] = (),
    ) -> Path:
        """Put what is in `staging` in its place.

        `came` are the hashes that `check` found, `made` the files that were made since, which are
        kept with their hashes, too; raises ModelError.
        """
        self._pin(model.name, came)
        now = {path: hash_of(staging / path) for path in made}
        kept = {path: sha256 for path, sha256 in came.items() if (staging / path).exists()}
        files = {**kept, **now}
        used_up = {path: sha256 for path, sha256 in came.items() if files.get(path) != sha256}
        record = InstalledModel(model.name, model.kind, model.licence, source, files, used_up)
        (staging / _RECORD).write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")
        self._delete(model.name)
        folder = self.root / model.name
        os.replace(staging, folder)
        return folder

    def _pins(self) -> dict[str, dict[str, str]]:
        """The hashes of earlier pulls, which outlive the models' removal; raises ModelError."""
        file = self.root / _PINS
        try:
            return _HASHES.validate_json(file.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise disk_error(file, error) from None
        except ValidationError:
            raise ModelError(
                f"{file}: damaged; without it nobody knows what earlier pulls had: delete it if "
                "what comes now may count as right"
            ) from None

    def _pin(self, name: str, hashes: Mapping[str, str]) -> None:
        with self._locked(_PINS):
            file = self.root / _PINS
            part = file.with_suffix(".part")
            pins = {**self._pins(), name: dict(hashes)}
            part.write_text(json.dumps(pins, indent=1) + "\n", "utf-8")
            part.replace(file)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = (self.root / f".{name}.lock").open("w")
        except OSError as error:
            raise disk_error(self.root, error) from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
