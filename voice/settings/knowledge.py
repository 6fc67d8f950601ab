"""The settings of the operator's documents: what `[knowledge]` may say."""

from __future__ import annotations

from voice.settings.values import FilePath, Section


class Documents(Section):
    """The operator's documents, from which questions are answered that no task is for."""

    store: FilePath | None = None
    """What `voice knowledge build` makes of them; without one no documents are asked."""
