"""A variant as a training leaves it, and the bundle that it is packed to."""

from __future__ import annotations

import hashlib
from pathlib import Path

import yaml

from tests.models.loopback_sources import Told
from tests.models.small_variants import DIALECT, EMBEDDED, ENTRY, in_the_decoder
from voice.models import ModelStore, Origins, install
from voice.models.variant import write_variant

NAME = "base-en-KE"
WHOLE = {**DIALECT, "shares_encoder": False}
CONTENTS = {
    "README.md", "LICENSE", "DATA.md", "fairness.md", "fairness.json", "variant.yaml",
    "difference.safetensors", "SHA256SUMS",
}  # fmt: skip


def write(folder: Path, base: Path = EMBEDDED / "model.bin", **more: object) -> Path:
    entry = {**ENTRY, "dialect": DIALECT, "copyright": "Copyright (c) 2026 Us", **more}
    write_variant(folder, entry, base, in_the_decoder())
    return folder


def installed(bundle: Path, store: ModelStore) -> Path:
    return install(bundle, store, Origins(), Told())


def seal(bundle: Path) -> None:
    """Hash the files anew, as someone would who changes a bundle."""
    sums = bundle / "SHA256SUMS"
    files = [file for file in sorted(bundle.iterdir()) if file != sums]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    lines = [f"{sha256}  {file.name}\n" for sha256, file in zip(hashes, files, strict=True)]
    sums.write_text("".join(lines))


def change_entry(bundle: Path, **changes: object) -> None:
    file = bundle / "variant.yaml"
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **changes}))
    seal(bundle)
