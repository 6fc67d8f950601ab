"""One way to write what English writes in several: contractions, spellings, figures, fillers.

Applied to what was said and to what was heard alike, so that only what sounds different counts.
"""

from __future__ import annotations

import re

from voice.languages.numbers import NumberWords
from voice.languages.scoring import LONGEST_NUMBER, whole_or_digits

_CURRENCIES = {"€": "euros", "$": "dollars", "£": "pounds"}

_CONTRACTIONS = tuple(
    (re.compile(pattern), full)
    for pattern, full in (
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"\b(?:can't|cannot)\b", "can not"),
        (r"\blet's\b", "let us"),
        (r"\by'all\b", "you all"),
        (r"\bgonna\b", "going to"),
        (r"\bwanna\b", "want to"),
        (r"\bgotta\b", "got to"),
        (r"n't\b", " not"),
        (r"'ll\b", " will"),
        (r"'re\b", " are"),
        (r"'ve\b", " have"),
        (r"\bi'm\b", "i am"),
        (r"'d\b", " would"),
        (r"\b(it|that|what|who|he|she|there|here|where|how|when)'s\b", r"\1 is"),
    )
)
_ONE_WORD = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\be[- ]mail", "email"),
        (r"\bwi[- ]fi\b", "wifi"),
        (r"\bper cent\b", "percent"),
        (r"\balright\b", "all right"),
        (r"\b(?:ok|o\.k\.)(?!\w)", "okay"),
        (r"\bmr\b\.?", "mister"),
        (r"\bmrs\b\.?", "missus"),
    )
)
_FILLER = re.compile(r"\b(?:u+h+|u+m+|e+rm*|hm+|mm+)\b(?![- ]huh)")

_OUR = (
    "arm|behavi|cand|clam|col|demean|endeav|fav|ferv|flav|harb|hon|hum|lab|misdemean|neighb|od"
    "|parl|rig|rum|sav|savi|splend|succ|tum|val|vap|vig"
)
"""Stems of colour, favour and the like; so for the others below."""
_ISE = (
    "apolog|author|capital|categor|central|character|civil|crystall|critic|custom|digit|emphas"
    "|equal|familiar|fertil|final|general|global|harmon|hospital|initial|jeopard|legal|local"
    "|maxim|memor|minim|mobil|modern|monopol|neutral|normal|optim|organ|penal|personal|priorit"
    "|privat|real|recogn|scrutin|social|special|stabil|standard|subsid|summar|symbol|sympath"
    "|synchron|util|visual"
)
_RE = "calib|cent|fib|kilomet|centimet|lit|lust|met|millimet|spect|theat"
_DOUBLED = (
    "cancel|channel|control|counsel|dial|enrol|equal|fuel|fulfil|initial|label|level|marvel|model"
    "|panel|quarrel|rival|signal|total|towel|travel|tunnel"
)
_SPELLINGS = tuple(
    (re.compile(rf"\b{pattern}"), american)
    for pattern, american in (
        (rf"({_OUR})our", r"\1or"),
        (rf"((?:un|re)?(?:{_ISE}))is(e|es|ed|er|ers|ing|ation|ations)\b", r"\1iz\2"),
        (r"(anal|catal|paral)ys(e|ed|er|ers|ing)\b", r"\1yz\2"),
        (rf"({_RE})re(s?)\b", r"\1er\2"),
        (rf"({_DOUBLED})l(ed|er|ers|ing)\b", r"\1\2"),
        (r"(defen|offen|preten|licen)ce", r"\1se"),
        (r"practis", "practic"),
        (r"programme(s?)\b", r"program\1"),
        (r"(catal|dial|anal)ogue(s?)\b", r"\1og\2"),
        (r"grey", "gray"),
        (r"cheque(s?)\b", r"check\1"),
        (r"tyre(s?)\b", r"tire\1"),
        (r"kerb(s?)\b", r"curb\1"),
        (r"plough", "plow"),
        (r"(enrol|fulfil|instal)(s|ment|ments)?\b", r"\1l\2"),
        (r"jewellery\b", "jewelry"),
        (r"judgement", "judgment"),
        (r"ageing\b", "aging"),
        (r"mould", "mold"),
        (r"pyjamas\b", "pajamas"),
        (r"sceptic", "skeptic"),
    )
)


def one_spelling(text: str, numbers: NumberWords) -> str:
    """English (lower case, plain apostrophes) with contractions, figures and signs in words."""
    spelled = text
    for pattern, replacement in (*_CONTRACTIONS, *_ONE_WORD):
        spelled = pattern.sub(replacement, spelled)
    spelled = _FILLER.sub(" ", _figures_in_words(spelled, numbers))
    for pattern, replacement in _SPELLINGS:
        spelled = pattern.sub(replacement, spelled)
    return spelled


def _figures_in_words(text: str, numbers: NumberWords) -> str:
    """`$1,500` as fifteen hundred is not read, but as one thousand five hundred dollars."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(
        r"([€$£])\s?(\d+)(?:\.(\d\d)\b)?",
        lambda found: _amount(found[2], _CURRENCIES[found[1]], found[3]),
        text,
    )
    text = re.sub(
        r"\b(\d+)\.(\d\d) (euros?|dollars?|pounds?)\b",
        lambda found: _amount(found[1], found[3], found[2]),
        text,
    )
    text = re.sub(r"(?<=\d):00\b", " ", text).replace("%", " percent ")
    text = re.sub(r"(\d+)(?:st|nd|rd|th)\b", lambda found: _ordinal(found[1], numbers), text)
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    return re.sub(r"\d+", lambda found: f" {whole_or_digits(found[0], numbers)} ", text)


def _amount(whole: str, unit: str, cents: str | None) -> str:
    return f" {whole} {unit} {int(cents) if cents and int(cents) else ''} "


def _ordinal(digits: str, numbers: NumberWords) -> str:
    return digits if len(digits) > LONGEST_NUMBER else numbers.ordinal(int(digits))
