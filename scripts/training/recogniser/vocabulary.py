"""The recogniser's word pieces, laid out as Whisper's loaders expect them."""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|translate|>", "<|transcribe|>",
    "<|startoflm|>", "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
_TIMESTAMPS = 1501


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer and the ids that training needs."""

    tokenizer: Tokenizer
    end: int
    prompt: tuple[int, ...]
    """startoftranscript, en, transcribe, notimestamps."""
    nobody: int
    """The id of nospeech."""

    @classmethod
    def of(cls, tokenizer: Tokenizer) -> Vocabulary:
        """Look up the special ids of a tokenizer."""

        def id_of(name: str) -> int:
            found = tokenizer.token_to_id(f"<|{name}|>")
            if found is None:
                raise ValueError(f"the tokenizer has no <|{name}|>")
            return found

        prompt = ("startoftranscript", "en", "transcribe", "notimestamps")
        return cls(tokenizer, id_of("endoftext"), tuple(map(id_of, prompt)), id_of("nospeech"))

    @classmethod
    def load(cls, folder: Path) -> Vocabulary:
        """From a checkpoint's tokenizer.json."""
        return cls.of(Tokenizer.from_file(str(folder / "tokenizer.json")))

    @classmethod
    def learned(cls, size: int, seed: int) -> Vocabulary:
        """Byte-pair pieces of the corpus' own sentences."""
        from training.speech_corpus import text

        choices = random.Random(seed)
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        # Every " " + letter must be one piece: loaders suppress the bare space.
        sentences = [f" {text.utterance(choices)}" for _ in range(25000)]
        sentences += [f" {letter}" for letter in string.ascii_lowercase] * 400
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        tokenizer.train_from_iterator(
            sentences,
            trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False),
        )
        description = json.loads(tokenizer.to_str())
        pieces = description["model"]["vocab"]
        pieces[""] = len(pieces)  # by this empty piece CTranslate2 knows a multilingual model
        tokenizer = Tokenizer.from_str(json.dumps(description))
        tokenizer.add_special_tokens(
            [AddedToken(name, special=True, normalized=False) for name in _SPECIAL]
        )
        times = [f"<|{index * 0.02:.2f}|>" for index in range(_TIMESTAMPS)]
        tokenizer.add_tokens([AddedToken(time, special=False, normalized=False) for time in times])
        return cls.of(tokenizer)

    def pieces(self, sentence: str) -> list[int]:
        """The ids of a sentence, without special ones; none for an empty sentence."""
        if not sentence:
            return []
        ids: list[int] = self.tokenizer.encode(f" {sentence}", add_special_tokens=False).ids
        return ids

    def begins(self, piece: int) -> bool:
        """Whether a word begins with this piece."""
        return self._written(piece).startswith("\u0120")

    def letters(self, piece: int) -> int:
        """How many letters a piece has, at least 1."""
        return max(1, len(self._written(piece).lstrip("\u0120")))

    def _written(self, piece: int) -> str:
        return self.tokenizer.id_to_token(piece) or ""

    def words(self, ids: list[int]) -> str:
        """The sentence of ids, special ones left out."""
        return str(self.tokenizer.decode([piece for piece in ids if piece < self.end])).strip()
