"""docs/architecture.md names every folder and every module of the package, once each."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NOT_OURS = {"docs", "build", "dist", "demo", "evaluation", "shared"}
"""The documents themselves, and what is made by building and running."""


def rows() -> list[str]:
    """What the left column of the table of folders names."""
    table = DOCUMENT.split("## The folders")[1].split("## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


def test_every_folder_has_one_row() -> None:
    folders = {path for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    wanted = {f"{path.name}/" for path in folders if path.name not in {*NOT_OURS, "voice"}}
    package = ROOT / "voice"
    inner = {path for path in package.iterdir() if path.is_dir() and path.name[0] != "_"}
    wanted |= {f"voice/{path.name}/" for path in inner if path.name != "shipped"}
    named = rows()
    assert sorted(name for name in named if name.endswith("/")) == sorted(wanted)


def test_every_module_of_the_package_is_named() -> None:
    modules = {path.name for path in (ROOT / "voice").glob("*.py") if path.name[0] != "_"}
    assert {name for name in modules if not re.search(rf"\b{re.escape(name)}`", DOCUMENT)} == set()
    files = [name for name in rows() if not name.endswith("/")]
    assert len(files) == len(set(files))
    assert all((ROOT / name).is_file() for name in files)


def test_every_document_is_linked() -> None:
    documents = {path.name for path in (ROOT / "docs").glob("*.md")}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    text += "".join(path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md"))
    assert {name for name in documents if not re.search(rf"\]\((docs/)?{name}", text)} == set()


def test_links_between_documents_lead_somewhere() -> None:
    for file in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        text = file.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            assert (file.parent / target).exists(), f"{file.name}: {target}"
