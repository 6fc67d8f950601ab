"""What a tuned variant says of itself: its entry, and the card beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from voice.evaluation.intervals import Figure
from voice.recognition.folder import DESCRIPTION
from voice.tuning.low_rank import Difference, rank_of
from voice.tuning.plan import TuningPlan
from voice.tuning.scoring import GroupScores
from voice.tuning.speech_data import Parts, SpokenUtterance

CARD = "README.md"
_WIDTH = 100
_FEW = 30
"""Utterances; with fewer the bounds are wide, and it is said."""

_CARD = """# Recogniser `{name}`

{base}, tuned for {tag}: a difference of {size:.1f} MB (rank {rank}, int8), which is merged
with {base} where it is installed. {encoder}

| | |
|---|---|
| dialect | {tag} |
| language of the call | {language} |
| Whisper's token | {token} |
| licence | {licence} |
| made by | `voice tune dialect`, in {minutes:.0f} minutes |

## Data

{data}

## What it understands

Word error rate (WER) and character error rate (CER) at telephone quality (8 kHz, G.711), on
utterances that were not learned from, with 95 % bounds by bootstrap over utterances.

{groups}

## What the base must not lose

{others}
"""


@dataclass(frozen=True)
class Made:
    """The result of a tuning."""

    difference: Difference
    shares_encoder: bool
    confidence: Mapping[str, float]
    """How the recogniser's confidence is made: slope and offset."""
    groups: Sequence[GroupScores]
    """Of its own dialect."""
    others: Sequence[GroupScores]
    """Of the base's languages."""
    parts: Parts
    layout: str
    problems: int
    """Utterances that could not be used."""
    minutes: float


def entry(plan: TuningPlan, made: Made) -> dict[str, Any]:
    """What the catalogue says of it."""
    return {
        "kind": "recogniser",
        "about": f"{plan.base_name}, tuned for {plan.dialect}.",
        "languages": [plan.dialect],
        "licence": plan.licence,
        "licence_url": plan.licence_url,
        "base": plan.base_name,
        "description": {**_use_of(plan.base), **made.confidence},
        "dialect": {
            "tag": plan.dialect,
            "language": plan.call_language,
            "token": plan.token,
            "shares_encoder": made.shares_encoder,
            "data": " ".join(filter(None, [_data(made), made.parts.note, plan.statement])),
            "groups": [_row(group) for group in (*made.groups, *made.others)],
        },
    }


def _use_of(base: Path) -> dict[str, float]:
    """How the base wants to be used, and so its variant: what its `voice.json` says."""
    file = base / DESCRIPTION
    told = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return {key: value for key, value in told.items() if key != "dialect"}


def card(name: str, about: Mapping[str, Any], made: Made, size: int) -> str:
    """Markdown; `size` is that of the difference, in bytes."""
    dialect = about["dialect"]
    return _CARD.format(
        name=name,
        base=about["base"],
        tag=dialect["tag"],
        language=dialect["language"],
        token=dialect["token"],
        licence=about["licence"],
        size=size / 1e6,
        rank=rank_of(made.difference),
        encoder=(
            "Its encoder is its base's, bit for bit."
            if made.shares_encoder
            else "Its encoder is tuned, too."
        ),
        minutes=made.minutes,
        data=fill(dialect["data"], _WIDTH),
        groups=_table(made.groups),
        others=_table(made.others) if made.others else "Not measured.",
    )


def _data(made: Made) -> str:
    train = made.parts.train
    people = len({one.speaker for one in train} - {""})
    who = f" of {people} {'speaker' if people == 1 else 'speakers'}" if people else ""
    left_out = f", {made.problems} more left out" if made.problems else ""
    return (
        f"Tuned on {_minutes(train):.0f} minutes{who} ({made.layout}; {len(train)} utterances"
        f"{left_out}), through simulated telephone lines. Chosen by {len(made.parts.development)}"
        f" and judged by {len(made.parts.test)} other utterances."
    )


def _minutes(utterances: Sequence[SpokenUtterance]) -> float:
    return sum(one.seconds or 0.0 for one in utterances) / 60


def _row(group: GroupScores) -> dict[str, Any]:
    return {
        "name": group.name,
        "utterances": len(group.heard),
        "words": group.words,
        "before": round(group.words_before.value, 4),
        "after": round(group.words_after.value, 4),
        "before_bounds": _bounds(group.words_before),
        "after_bounds": _bounds(group.words_after),
    }


def _bounds(figure: Figure) -> list[float]:
    return [round(figure.low, 4), round(figure.high, 4)]


def _table(groups: Sequence[GroupScores]) -> str:
    names = ("group", "utterances", "words", "WER before", "WER after", "change", "CER before",
             "CER after")  # fmt: skip
    head = f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
    rows = [
        f"| {_cell(group.name)} | {len(group.heard)}{' (few)' if len(group.heard) < _FEW else ''}"
        f" | {group.words} | {_percent(group.words_before)} | {_percent(group.words_after)}"
        f" | {_percent(group.change, sign='+')} | {_percent(group.letters_before)}"
        f" | {_percent(group.letters_after)} |"
        for group in groups
    ]
    return head + "\n".join(rows)


def _percent(figure: Figure, sign: str = "") -> str:
    value, low, high = (
        f"{100 * part:{sign}.1f}" for part in (figure.value, figure.low, figure.high)
    )
    return f"{value} % ({low} to {high})"


def _cell(text: str) -> str:
    return text.replace("|", "/")
