"""What a tuned response model says of itself: its table of figures, its card, its entry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from voice.evaluation.intervals import Figure
from voice.tuning.response.judging import Judgement
from voice.tuning.response.lessons import DialogueParts
from voice.tuning.response.plan import ResponsePlan

CARD = "README.md"
_WIDTH = 100
_CARD = """# Response model `{name}`

{what} Licence: {licence}. Made by `voice tune response` in {minutes:.0f} minutes.

## Use

```toml
[response]
engine = "ctranslate2"
model = "{name}"        # this folder
```

## Data

{data}

## How well it does

On dialogues that nothing was learned from, over the tokens that the assistant writes, with 95 %
bounds by bootstrap over dialogues. {explained}

{table}

It knows the kinds of calls that are in its dialogues. Try it with `voice evaluate` before callers
do.
"""
_WITH_TEACHER = (
    "KL: how far the next token's probabilities are from the original's. Same: how often the first"
    " choice is the original's. Loss: the cross entropy of what was said in the dialogues."
)
_WITHOUT = (
    "Same: how often the first choice is what was said in the dialogues. Loss: its cross entropy."
)


@dataclass(frozen=True)
class MadeStudent:
    """One student."""

    experts: int
    rank: int
    """0: all weights were tuned."""
    megabytes: float
    tokens_per_second: float
    """Of one call alone."""
    before: Judgement
    """Untuned."""
    after: Judgement
    """As it is loaded in calls, in int8."""
    minutes: float

    @property
    def figures(self) -> dict[str, float]:
        """For programs, in `voice.json`."""
        found = {"same": self.after.same, "loss": self.after.loss}
        if self.after.divergence:
            found["divergence"] = self.after.divergence
        return {name: round(figure.value, 4) for name, figure in found.items()}

    def save(self, file: Path) -> None:
        """Write JSON."""
        told = {**vars(self), "before": self.before.as_json(), "after": self.after.as_json()}
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")

    @classmethod
    def load(cls, file: Path) -> MadeStudent:
        """Read what `save` wrote."""
        told = json.loads(file.read_text("utf-8"))
        judgements = {name: Judgement.from_json(told[name]) for name in ("before", "after")}
        return cls(**{**told, **judgements})


def table(made: Sequence[MadeStudent]) -> str:
    """Markdown: experts, size, speed, agreement; a line each."""
    with_teacher = made[0].after.divergence is not None
    names = ["K", "MB", "tokens/s", *(["KL before", "KL after"] if with_teacher else []),
             "same before", "same after", "loss before", "loss after"]  # fmt: skip
    lines = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}"]
    for one in made:
        cells = [str(one.experts), f"{one.megabytes:.1f}", f"{one.tokens_per_second:.0f}"]
        if one.before.divergence and one.after.divergence:
            cells += [_number(one.before.divergence), _number(one.after.divergence)]
        cells += [_percent(one.before.same), _percent(one.after.same)]
        cells += [_number(one.before.loss), _number(one.after.loss)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def card(plan: ResponsePlan, made: MadeStudent, parts: DialogueParts) -> str:
    """Markdown, for people."""
    source = plan.base or plan.source.name
    share = f"in rank {made.rank}" if made.rank else "in all its weights"
    distilled = made.after.divergence is not None
    kind = (
        f"A dense sub-model of {source} with {made.experts} of its experts a layer, tuned {share}"
        " to answer as the original does."
        if distilled
        else f"{source}, tuned {share} on dialogues."
    )
    return _CARD.format(
        name=plan.folder(made.experts).name,
        what=fill(kind, _WIDTH),
        licence=plan.licence,
        minutes=made.minutes,
        data=fill(data(plan, parts), _WIDTH),
        explained=_WITH_TEACHER if distilled else _WITHOUT,
        table=table([made]),
    )


def data(plan: ResponsePlan, parts: DialogueParts) -> str:
    """What it was tuned on."""
    return (
        f"Tuned on {len(parts.train)} dialogues in {plan.language.name}, chosen by"
        f" {len(parts.development)} and judged by {len(parts.test)} others. {plan.statement}"
    ).strip()


def entry(plan: ResponsePlan, parts: DialogueParts) -> Mapping[str, Any]:
    """What the catalogue says of the difference from a base that it has."""
    return {
        "name": plan.out.name,
        "kind": "response model",
        "about": f"{plan.base}, tuned on dialogues in {plan.language.name}.",
        "languages": [plan.language.tag],
        "licence": plan.licence,
        "licence_url": plan.licence_url,
        "base": plan.base,
        "data": data(plan, parts),
    }


def _number(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _percent(figure: Figure) -> str:
    value, low, high = (f"{100 * part:.1f}" for part in (figure.value, figure.low, figure.high))
    return f"{value} % ({low} to {high})"
