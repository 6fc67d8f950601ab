"""Ours beside stock: each at five pauses, its latency against how often it cuts in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conversation_bench.sides import SideName
from conversation_bench.wire_turns import JudgedTurn
from voice.evaluation.intervals import Figure, percentile, rate


@dataclass(frozen=True)
class Point:
    """One side at one pause."""

    side: SideName
    pause_ms: int
    turns: tuple[JudgedTurn, ...]

    def latency(self, kinds: frozenset[str] | None = None) -> Figure:
        """The median voice-to-voice, of turns of these kinds (None: of all), in ms."""
        counted = [
            turn.voice_to_voice_ms
            for turn in self.turns
            if turn.counts
            and turn.voice_to_voice_ms is not None
            and (kinds is None or turn.intent in kinds)
        ]
        return percentile(counted, 50)

    @property
    def cut_ins(self) -> Figure:
        """The share of turns that were answered before they were over."""
        return rate(sum(turn.cut_in for turn in self.turns), len(self.turns))


@dataclass(frozen=True)
class Match:
    """Stock at one pause, and the quickest of ours that cuts in no more often."""

    stock: Point
    ours: Point | None
    speedup: float | None


def kinds_of_both(points: Iterable[Point]) -> frozenset[str]:
    """Kinds of turns with a latency on each side: what ours says from its cache is left out."""
    by_side: dict[SideName, set[str]] = {"ours": set(), "stock": set()}
    for point in points:
        by_side[point.side] |= {turn.intent for turn in point.turns if turn.counts}
    return frozenset(by_side["ours"] & by_side["stock"])


def matches(points: Sequence[Point]) -> list[Match]:
    """For each pause of stock; without a counterpart where all of ours cut in more often."""
    kinds = kinds_of_both(points)
    measured = [point for point in points if point.latency(kinds).n]
    ours = [point for point in measured if point.side == "ours"]
    found = []
    for stock in (point for point in measured if point.side == "stock"):
        as_polite = [point for point in ours if point.cut_ins.value <= stock.cut_ins.value]
        best = min(as_polite, key=lambda point: point.latency(kinds).value, default=None)
        times = stock.latency(kinds).value / best.latency(kinds).value if best else None
        found.append(Match(stock, best, times))
    return found


def speedup(found: Sequence[Match]) -> Figure | None:
    """How many times quicker ours is at the same or fewer cut-ins, at the pause that suits stock
    best; the bounds are the least and the most over its pauses. None while there is no match.
    """
    ratios = [match.speedup for match in found if match.speedup is not None]
    if not ratios:
        return None
    counted = sum(match.stock.latency().n for match in found if match.speedup is not None)
    return Figure(min(ratios), min(ratios), max(ratios), counted)


def rows(points: Sequence[Point]) -> list[dict[str, object]]:
    """One row for each point, and for each pause of stock the one that ours is compared at."""
    kinds = kinds_of_both(points)
    told: list[dict[str, object]] = []
    for point in points:
        latency = point.latency(kinds)
        told.append(
            {
                "side": point.side,
                "pause_ms": point.pause_ms,
                "turns": len(point.turns),
                "cut_ins": sum(turn.cut_in for turn in point.turns),
                "misses": sum(turn.missed for turn in point.turns),
                "voice_to_voice_median_ms": round(latency.value) if latency.n else None,
                "n": latency.n,
            }
        )
    told += [
        {
            "stock_pause_ms": match.stock.pause_ms,
            "ours_pause_ms": match.ours and match.ours.pause_ms,
            "speedup": match.speedup and round(match.speedup, 2),
        }
        for match in matches(points)
    ]
    return told


def draw(points: Sequence[Point], title: str, file: Path) -> None:
    """The picture: latency against cut-ins, a line a side, a dot a pause."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    kinds = kinds_of_both(points)
    figure, axes = pyplot.subplots(figsize=(6.4, 4.0), layout="constrained")
    for side, colour, marker in (("ours", "#1b6ca8", "o"), ("stock", "#b5541c", "s")):
        own = [point for point in points if point.side == side and point.latency(kinds).n]
        own.sort(key=lambda point: point.pause_ms)
        name = "Voice" if side == "ours" else "pipecat 1.14, stock"
        across = [point.cut_ins.value * 100 for point in own]
        up = [point.latency(kinds).value for point in own]
        axes.plot(across, up, marker=marker, color=colour, label=name)
        for point, x, y in zip(own, across, up, strict=True):
            axes.annotate(
                f"{point.pause_ms} ms", (x, y), textcoords="offset points", xytext=(5, 5), size=8
            )
    axes.set(xlabel="turns cut into (%)", ylabel="voice-to-voice, median (ms)", title=title)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=-0.5)
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=120)
    pyplot.close(figure)
