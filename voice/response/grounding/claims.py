"""Claims: that something was done, is being done or is so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from voice.languages import plain
from voice.response.grounding.mentions import ClaimMention
from voice.response.grounding.numbers import Numbers
from voice.response.grounding.tokens import MeaningPhrases, Row, phrases_of

_FAR = 5
"""Words between an auxiliary verb and its participle."""
_BESIDE = 2
"""Words behind a verb in which "nothing" denies it."""
NOTHING = "nothing"
"""Before the root of what is said not to be there at all."""
_BREAKS = frozenset(",;:.!?\u2013\u2014()")


@dataclass(frozen=True)
class _Word:
    """A word of a statement, contractions resolved, or a mark between statements."""

    text: str
    plain: str
    token: int


@dataclass(frozen=True)
class _Place:
    """A word that may be the verb or adjective of a claim."""

    row: Row
    words: list[_Word]
    at: int
    root: str
    is_learned: bool


class ClaimReader:
    """Finds them in one language."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._statements = numbers.statements
        self._words = numbers.statements.claims
        self._hypothetical = self._words.hypothetical
        self._not_participles = (
            self._words.between | numbers.statements.function_words | numbers.reader.number_words
        )

    @cached_property
    def acts(self) -> frozenset[str]:
        """The roots of what companies do for their customers."""
        return frozenset(map(self._statements.root, self._words.acts))

    @cached_property
    def generic(self) -> frozenset[str]:
        """The roots of verbs that say that whatever was asked for is done."""
        return frozenset(map(self._statements.root, self._words.generic))

    @cached_property
    def harmless(self) -> frozenset[str]:
        """The roots of verbs of what changes nothing."""
        return frozenset(map(self._statements.root, self._words.harmless))

    @cached_property
    def _whole(self) -> dict[str, MeaningPhrases[None]]:
        language = self._numbers.language
        return {verb: phrases_of(all_, language) for verb, all_ in self._words.phrases.items()}

    def of(self, row: Row, learned: Collection[str] | None) -> list[ClaimMention]:
        """What a sentence claims; a question claims nothing.

        `learned`: the roots that say how something is with the company; None: any word may.
        """
        if row.plain[-1:] == ["?"]:
            return []
        words = list(self._resolved(row))
        found: list[ClaimMention] = []
        for at in range(len(words)):
            root = self._statements.root(words[at].text)
            is_learned = learned is None or root in learned
            far = learned is not None and is_learned
            place = _Place(row, words, at, root, is_learned)
            claim = self._helped(place, far) or self._told(place) or self._alone(place)
            claim = claim or self._nothing(place, learned)
            found += [claim] if claim else []
        phrases = list(self._phrases(row))
        beside = (one for one in found if not any(one.end == phrase.end for phrase in phrases))
        return [*beside, *phrases]

    def _resolved(self, row: Row) -> Iterator[_Word]:
        for number, token in enumerate(row.tokens):
            for word in token.full.split():
                yield _Word(word, plain(word), number)

    def _helped(self, place: _Place, far: bool) -> ClaimMention | None:
        """ "I have blocked it", "it is blocked", "I am blocking it"."""
        words, at, root = place.words, place.at, place.root
        is_act, participle = root in self.acts, self._is_participle(words[at])
        helper = self._helper(words, at, far or (is_act and participle))
        if helper is None:
            return None
        between = {word.text for word in words[helper + 1 : at]}
        have, passive = words[helper].text in self._words.have, bool(between & self._words.been)
        own = self._is_own(words, helper)
        is_fact = place.is_learned or is_act
        doing = own and not have and words[at].text.endswith(tuple(self._words.doing))
        if participle and (have or passive):
            said = is_fact or ((own or passive) and root not in self.harmless)
        elif doing:
            said = is_fact
        else:
            usual = place.is_learned and self._may_be_predicate(words[at])
            said = not have and (usual or (participle and is_act))
        deed = doing or (participle and (have or passive))
        return self._claim(place, helper, deed=deed) if said else None

    def _told(self, place: _Place) -> ClaimMention | None:
        """ "I blocked it", "je bloque", and what comes behind "managed to"."""
        words, at, root = place.words, place.at, place.root
        own, word = self._behind_own(words, at), words[at].text
        endings = tuple(self._words.past)
        past = bool(endings) and (word in self._words.irregular or word.endswith(endings))
        did = own and past and root not in self.harmless and self._is_participle(words[at])
        does = own and self._words.present_is_doing and root in self.acts
        if root in self.acts and self._is_recent(words, at):
            return self._claim(place, at, deed=True)
        return self._claim(place, at, deed=True) if did or does else None

    def _alone(self, place: _Place) -> ClaimMention | None:
        """ "Blocked." """
        words, at = place.words, place.at
        ends = at + 1 == len(words) or words[at + 1].text in _BREAKS
        begins = at == 0 or words[at - 1].text in _BREAKS
        usual = words[at].plain in self._statements.openers and place.root not in self.acts
        if not (begins and ends and self._is_participle(words[at])) or usual:
            return None
        return self._claim(place, at, deed=True)

    def _nothing(self, place: _Place, learned: Collection[str] | None) -> ClaimMention | None:
        """ "You owe nothing", "nothing to pay": roots with "nothing" before them."""
        words, at = place.words, place.at
        begin, end = self._begin_of_part(words, at), at
        while end < len(words) and not self._parts(words, end):
            end += 1
        near = words[max(at - _BESIDE - 1, begin) : min(at + 1 + _BESIDE, end)]
        root = f"{NOTHING} {place.root}"
        denied = any(word.text in self._words.nothing for word in near)
        usual = words[at].plain.isalpha() and words[at].plain not in self._not_participles
        if not denied or not usual:
            return None
        span = place.row.span(words[at].token, words[at].token + 1)
        known = learned is None or root in learned
        return ClaimMention(root=root, negative=True, **span) if known else None

    def _claim(self, place: _Place, helper: int, *, deed: bool) -> ClaimMention | None:
        words, at = place.words, place.at
        begin = self._begin_of_part(words, helper)
        before = [word.text for word in words[begin:at]]
        near = {word.text for word in words[max(begin, helper - _BESIDE) : at]}
        possible = near & self._words.modal and not self._is_recent(words, at)
        if possible or self._words.hypothetical.intersection(before):
            return None
        end = next((n for n in range(at, len(words)) if self._parts(words, n)), len(words))
        behind = [word.text for word in words[at + 1 : min(at + 1 + _BESIDE, end)]]
        negative = bool(
            (self._words.not_ | self._words.nothing).intersection(before)
            or self._words.nothing.intersection(behind)
        )
        own = self._is_own(words, helper) or self._behind_own(words, at)
        span = place.row.span(words[min(helper, at)].token, words[at].token + 1)
        return ClaimMention(root=place.root, negative=negative, is_own=own, is_deed=deed, **span)

    def _helper(self, words: list[_Word], at: int, far: bool) -> int | None:
        """The auxiliary verb before this word; with `far`, an object may stand between."""
        for here in range(at - 1, max(at - 2 - _FAR, -1), -1):
            word = words[here].text
            if word in self._words.have or word in self._words.be:
                return here
            passed = word in self._words.between or word in self._words.not_
            if word in _BREAKS or not (passed or (far and word not in self._words.modal)):
                return None
        return None

    def _is_participle(self, word: _Word) -> bool:
        text = word.text
        if word.plain in self._not_participles or text in self._not_participles:
            return False
        return text in self._words.irregular or text.endswith(tuple(self._words.participles))

    def _may_be_predicate(self, word: _Word) -> bool:
        """Whether a word can be what something is."""
        usual = word.plain not in self._statements.function_words and word.plain.isalpha()
        others = self._words.between | self._words.not_ | self._words.be | self._words.have
        is_verb = word.text.endswith(tuple(self._words.infinitives))
        return usual and word.text not in others and not is_verb

    def _is_own(self, words: list[_Word], helper: int) -> bool:
        begin = self._begin_of_part(words, helper)
        near = words[max(begin, helper - _FAR + 1) : helper + 2]
        return any(word.text in self._words.own for word in near)

    def _behind_own(self, words: list[_Word], at: int) -> bool:
        """Whether the word stands right behind "I", but for adverbs and pronouns."""
        for word in reversed(words[max(at - _FAR, 0) : at]):
            if word.text in self._words.own:
                return True
            if word.text not in self._words.between and word.text not in self._words.not_:
                return False
        return False

    def _is_recent(self, words: list[_Word], at: int) -> bool:
        before = " ".join(word.text for word in words[max(at - _FAR, 0) : at])
        return any(before.endswith(phrase) for phrase in self._words.recent)

    def _begin_of_part(self, words: list[_Word], at: int) -> int:
        """Where the statement begins in which this word stands."""
        while at > 0 and not self._parts(words, at - 1):
            at -= 1
        return at

    def _parts(self, words: list[_Word], at: int) -> bool:
        return words[at].text in _BREAKS or words[at].plain in self._statements.joints

    def _phrases(self, row: Row) -> Iterator[ClaimMention]:
        for verb, table in self._whole.items():
            for at in range(len(row)):
                length = row.longest(at, table)
                begins = at == 0 or row.word(at - 1) in _BREAKS
                alone = begins and (at + length == len(row) or row.word(at + length) in _BREAKS)
                if length > 1 or (length and alone):
                    negative = bool(self._words.not_.intersection(row.plain[max(0, at - 3) : at]))
                    root, span = self._statements.root(verb), row.span(at, at + length)
                    if not self._hypothetical.intersection(row.plain[max(0, at - _FAR) : at]):
                        yield ClaimMention(root=root, negative=negative, is_deed=True, **span)
