"""The most likely answer among those that were expected, and whether it is likely enough.

What was said is read freely first. Then the model is asked how probable the expected answers are:
by a search that may write nothing else, or one by one where they can be counted. An answer is
taken when it is nearly as probable as the free reading and stands out among the other answers;
when it does not stand out, it is doubtful, and the caller is asked again rather than misread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ctranslate2
import numpy as np
from faster_whisper.tokenizer import Tokenizer

from voice.languages import Language
from voice.recognition.expectation import Expectation

_LEAST_MARGIN = 1.0
"""Nepers between an answer and the next one; e times as probable."""
_LEAST_LENGTH_MARGIN = -1.0
"""The same towards more or fewer digits, which the number that was asked for makes less likely."""
_MOST_LOSS = 4.0
"""Nepers that an answer may be below the free reading: a word half heard, not another sentence."""
_MOST_LOSS_OF_LISTENERS = 2.5
"""The same of a back-channel, which anybody may say at any time."""
_WORDS_BESIDE = 1
"""Beside an answer, as 'well, yes': a longer saying is taken as it was read."""
_MOST_STRANGE = 4
"""Words of a date or an amount that may be misread; more are another sentence."""
_BEAM = 10
_PIECES_A_DIGIT = 2
_MOST_PIECES = 40
_BATCH = 16
"""Answers that are scored at once; each has encoder states of its own, about 1 MB."""
_IMPOSSIBLE = -50.0
"""A log-probability that stands for none."""


@dataclass(frozen=True)
class LikelyAnswer:
    """An expected answer in the words in which it was most likely said."""

    pieces: list[int]
    log_probability: float
    """Sum over the pieces and the end, among the answers that were expected."""
    doubtful: bool


@dataclass(frozen=True)
class _Wording:
    pieces: list[int]
    log_probability: float
    meaning: str


class ExpectedAnswers:
    """Finds expected answers with one model; may be used by several threads at once."""

    def __init__(
        self, model: ctranslate2.models.Whisper, tokenizer: Tokenizer, language: Language
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._language = language
        self._prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        self._others: dict[str, list[int]] = {}
        """By kind: the pieces that no answer holds."""

    def find(
        self,
        encoded: ctranslate2.StorageView,
        expect: Expectation,
        free: Sequence[int],
        free_log_probability: float,
    ) -> LikelyAnswer | None:
        """The answer in a window that was read freely as `free`; None when it is no such answer."""
        said = self._tokenizer.decode(list(free))
        answers = expect.answers(self._language)
        if not expect.needs_search(said, self._language) or self._is_long(said, expect, answers):
            return None
        states = np.array(encoded.to_device(ctranslate2.Device.cpu))
        if not free:  # how probable it is that nothing was said
            free_log_probability = self._log_probabilities(states, [[]])[0]
        wordings = self._scored(states, answers) if answers else self._searched(encoded, expect)
        if not wordings:
            return None
        best = max(wordings, key=lambda one: one.log_probability)
        chosen, margin, length_margin = _compared(wordings, expect)
        if not answers and expect.meaning(said, self._language) is None:
            asked = [best.pieces] if chosen in (None, best) else [best.pieces, chosen.pieces]
            probability = max(self._log_probabilities(states, asked))
        else:
            probability = best.log_probability if answers else free_log_probability
        most = _MOST_LOSS_OF_LISTENERS if expect.kind == "listening" else _MOST_LOSS
        if probability < free_log_probability - most:
            return None
        if answers and self._says_more(free, best.pieces):
            return None
        if chosen is None:
            return LikelyAnswer(best.pieces, best.log_probability, doubtful=True)
        doubtful = margin < _LEAST_MARGIN or length_margin < _LEAST_LENGTH_MARGIN
        return LikelyAnswer(chosen.pieces, chosen.log_probability, doubtful and expect.decides)

    def _is_long(self, said: str, expect: Expectation, answers: Mapping[str, str]) -> bool:
        """Whether so much was said that no answer explains it: the search would take longer than
        the reading, and find nothing.
        """
        if answers:
            longest = max(len(answer.split()) for answer in answers)
            return len(said.split()) > longest + _WORDS_BESIDE
        return expect.words_beside(said, self._language) > _MOST_STRANGE

    def _says_more(self, free: Sequence[int], answer: Sequence[int]) -> bool:
        """Whether something was said besides the answer: 'yes, but not today' is no plain yes."""
        said, answered = (self._tokenizer.decode(list(pieces)) for pieces in (free, answer))
        return len(said.split()) > len(answered.split()) + _WORDS_BESIDE

    def _searched(self, encoded: ctranslate2.StorageView, expect: Expectation) -> list[_Wording]:
        """The likeliest wordings of which nothing but the answer's parts may be made."""
        most = _PIECES_A_DIGIT * expect.digits + 2 if expect.digits else _MOST_PIECES
        found = self._model.generate(
            encoded,
            [self._prompt],
            beam_size=_BEAM,
            num_hypotheses=_BEAM,
            length_penalty=0,
            max_length=max(2 * most, len(self._prompt) + most),
            return_scores=True,
            suppress_blank=False,
            suppress_tokens=self._no_parts(encoded, expect),
        )[0]
        wordings = []
        for pieces, score in zip(found.sequences_ids, found.scores, strict=True):
            said = [piece for piece in pieces if piece < self._tokenizer.eot]
            meaning = expect.meaning(self._tokenizer.decode(said), self._language)
            if meaning is not None and score > _IMPOSSIBLE:
                wordings.append(_Wording(said, score, meaning))
        return wordings

    def _scored(self, states: np.ndarray, answers: dict[str, str]) -> list[_Wording]:
        """Every answer in the ways in which a model may write it."""
        asked = [
            (self._tokenizer.encode(f" {form}"), meaning)
            for said, meaning in answers.items()
            for form in dict.fromkeys(
                written + end
                for written in (said, said[:1].upper() + said[1:])
                for end in ("", ".")
            )
        ]
        scores = self._log_probabilities(states, [pieces for pieces, _ in asked])
        return [
            _Wording(pieces, score, meaning)
            for (pieces, meaning), score in zip(asked, scores, strict=True)
        ]

    def _log_probabilities(self, states: np.ndarray, asked: Sequence[list[int]]) -> list[float]:
        """Of each text and its end, as the model sees it that may write anything."""
        scores: list[float] = []
        for first in range(0, len(asked), _BATCH):
            texts = asked[first : first + _BATCH]
            longest = max(map(len, texts)) + 1
            results = self._model.generate(
                ctranslate2.StorageView.from_array(np.repeat(states, len(texts), axis=0)),
                [[*self._prompt, *pieces] for pieces in texts],
                beam_size=1,
                max_length=max(2 * longest, len(self._prompt) + longest),
                return_logits_vocab=True,
                suppress_blank=False,
                suppress_tokens=[-1],
            )
            for pieces, result in zip(texts, results, strict=True):
                steps = zip([*pieces, self._tokenizer.eot], result.logits[0], strict=False)
                scores.append(sum(_log_probability(logits, piece) for piece, logits in steps))
        return scores

    def _no_parts(self, encoded: ctranslate2.StorageView, expect: Expectation) -> list[int]:
        if expect.kind not in self._others:
            encode = self._tokenizer.encode
            allowed = {
                piece
                for part in expect.parts(self._language)
                for form in (part, f" {part}")
                for piece in encode(form)
            }
            allowed.add(self._tokenizer.eot)
            pieces = range(self._vocabulary_size(encoded))
            self._others[expect.kind] = [piece for piece in pieces if piece not in allowed]
        return self._others[expect.kind]

    def _vocabulary_size(self, encoded: ctranslate2.StorageView) -> int:
        """The tokenizer does not know all pieces: it lacks the model's timestamps."""
        result = self._model.generate(
            encoded,
            [self._prompt],
            beam_size=1,
            max_length=len(self._prompt),
            return_logits_vocab=True,
        )[0]
        size: int = result.logits[0][0].shape[-1]
        return size


def _compared(
    wordings: Sequence[_Wording], expect: Expectation
) -> tuple[_Wording | None, float, float]:
    """The likeliest whole answer, and its margins to the next one and to those of other length."""
    scores: dict[str, float] = defaultdict(lambda: _IMPOSSIBLE)
    for one in wordings:
        scores[one.meaning] = float(np.logaddexp(scores[one.meaning], one.log_probability))
    whole = sorted(filter(expect.is_whole, scores), key=scores.__getitem__)
    if not whole:
        return None, 0.0, 0.0
    others = [score for meaning, score in scores.items() if not expect.is_whole(meaning)]
    best = scores[whole[-1]]
    margin = best - (scores[whole[-2]] if len(whole) > 1 else _IMPOSSIBLE)
    chosen = max(
        (one for one in wordings if one.meaning == whole[-1]), key=lambda one: one.log_probability
    )
    return chosen, margin, best - max(others, default=_IMPOSSIBLE)


def _log_probability(logits: ctranslate2.StorageView, piece: int) -> float:
    values = np.array(logits, dtype=np.float32).reshape(-1)
    highest = values.max()
    return float(values[piece] - highest - np.log(np.exp(values - highest).sum()))
