"""The examples of all requests, learnt as one: in every language that an embedder reads alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from voice.languages import Language
from voice.understanding.classifier import Classifier, Features
from voice.understanding.lexical import Vectors, lexical_vectors, unit
from voice.understanding.stance import manner
from voice.understanding.vectors import KeptVectors, TextEmbedder


class LearntExamples:
    """Learnt once, for the readers of all its languages; safe to use from several threads."""

    def __init__(
        self,
        examples: Mapping[Language, Mapping[str, Iterable[str]]],
        embedder: TextEmbedder,
        keep_in: Path | None = None,
        made_from: Mapping[str, str] | None = None,
    ) -> None:
        """Takes a second or so; `examples`, in normal form, by language and request.

        `embedder` takes those of one language for as good as those of another. `keep_in`: a folder
        for vectors. `made_from`: the example as it was written, of those texts that are it with
        some value in its slot.
        """
        self._embedder = embedder
        self._rows: dict[Language, range] = {}
        self.labels: list[str] = []
        """The request of each example."""
        self.examples: list[str] = []
        """As they were given."""
        for language, of_requests in examples.items():
            begin = len(self.examples)
            for name, texts in of_requests.items():
                own = list(dict.fromkeys(texts))
                self.examples += own
                self.labels += [name] * len(own)
            self._rows[language] = range(begin, len(self.examples))
        texts = [
            manner(language).shortened(self.examples[row])
            for language, rows in self._rows.items()
            for row in rows
        ]
        self.texts = frozenset(texts)
        """The examples without what only opens the talk."""
        vectors = KeptVectors(embedder, keep_in).embed(texts)
        self._middle = vectors.mean(axis=0)
        written = [(made_from or {}).get(text, text) for text in self.examples]
        # What an embedder loads for the first text of a script is loaded before the first call.
        embedder.embed([texts[rows.start] for rows in self._rows.values() if rows])
        features = self._centred(texts, vectors)
        self.classifier = Classifier(features, self.labels, written)

    def rows(self, language: Language) -> range:
        """Which of the examples are in a language."""
        return self._rows[language]

    def features(self, texts: Sequence[str]) -> Features:
        """Texts, without what only opens the talk, as the classifier compares them."""
        return self._centred(texts, self._embedder.embed(texts))

    def _centred(self, texts: Sequence[str], vectors: Vectors) -> Features:
        return Features(unit(vectors - self._middle), lexical_vectors(texts))
