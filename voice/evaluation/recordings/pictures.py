"""The geometry of a report's pictures; the page draws them as inline SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, LEFT, RIGHT = 360.0, 4.0, 56.0
"""Units of the SVG, a pixel each on a telephone; between LEFT and WIDTH - RIGHT is the plot."""
ROW_HEIGHT = 40.0
"""A label above, what it names below."""
_LABEL_HEIGHT = 18.0
_BAR_HEIGHT = 14.0
MOST_ROWS = 40
"""Groups in one picture; report.json has all."""


@dataclass(frozen=True)
class IntervalRow:
    """A group's rate as a dot on its 95 % interval."""

    label: str
    shown: str
    y: float
    x: float
    low: float
    high: float


@dataclass(frozen=True)
class Tick:
    """A mark on the horizontal axis."""

    x: float
    shown: str


@dataclass(frozen=True)
class IntervalPicture:
    """Word error rate by group."""

    title: str
    rows: tuple[IntervalRow, ...]
    ticks: tuple[Tick, ...]
    height: float


@dataclass(frozen=True)
class Bar:
    """A rectangle with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    shown: str


@dataclass(frozen=True)
class BarPicture:
    """Bars over a horizontal axis."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    height: float


def intervals_by_group(title: str, groups: Mapping[str, Mapping[str, Any]]) -> IntervalPicture:
    """Groups with references, the worst first."""
    measured = [(name, group["wer"]) for name, group in groups.items() if group["wer"]["n"]]
    measured.sort(key=lambda entry: (-entry[1]["value"], entry[0]))
    measured = measured[:MOST_ROWS]
    most = _nice(max((figure["high"] for _, figure in measured), default=0.0) or 0.01)
    rows = tuple(
        IntervalRow(
            name or "(none)",
            f"{figure['value']:.1%}",
            ROW_HEIGHT * number + _LABEL_HEIGHT + _BAR_HEIGHT / 2,
            *(_across(figure[key], most) for key in ("value", "low", "high")),
        )
        for number, (name, figure) in enumerate(measured)
    )
    ticks = tuple(
        Tick(_across(most * part / 4, most), f"{most * part / 4:.0%}") for part in range(5)
    )
    return IntervalPicture(title, rows, ticks, ROW_HEIGHT * len(rows) + 24)


def latency_bars(histogram: Sequence[Sequence[int]], step_ms: int) -> BarPicture:
    """How many answers took how long."""
    if not histogram:
        return BarPicture((), (), 0)
    height, first = 180.0, min(0, histogram[0][0])
    last = histogram[-1][0] + step_ms
    unit = (WIDTH - LEFT - RIGHT) / (last - first)
    tallest = max(count for _, count in histogram)
    bars = tuple(
        Bar(
            LEFT + (start - first) * unit,
            height - count / tallest * (height - 10),
            max(1.0, step_ms * unit - 1),
            count / tallest * (height - 10),
            f"{start} to {start + step_ms} ms",
            str(count),
        )
        for start, count in histogram
    )
    apart = max(step_ms, math.ceil((last - first) / 4 / step_ms) * step_ms)
    ticks = [Tick(LEFT + (at - first) * unit, f"{at} ms") for at in range(first, last + 1, apart)]
    return BarPicture(bars, tuple(ticks), height + 24)


def waterfall_bars(stages_ms: Mapping[str, float]) -> BarPicture:
    """Where the median of each stage lies, one after the other."""
    stages = {name: max(0.0, value) for name, value in stages_ms.items()}
    most = _nice_ms(sum(stages.values()))
    bars, at = [], 0.0
    for number, (name, value) in enumerate(stages.items()):
        x = _across(at, most)
        width = max(1.0, _across(at + value, most) - x)
        label = name.replace("_", " ")
        bars.append(
            Bar(
                x,
                ROW_HEIGHT * number + _LABEL_HEIGHT,
                width,
                _BAR_HEIGHT,
                label,
                f"{value:.0f} ms",
            )
        )
        at += value
    ticks = [Tick(_across(most * part / 4, most), f"{most * part / 4:.0f} ms") for part in range(5)]
    return BarPicture(tuple(bars), tuple(ticks), ROW_HEIGHT * len(bars) + 24)


def _across(value: float, most: float) -> float:
    return round(LEFT + min(value / most, 1.0) * (WIDTH - LEFT - RIGHT), 1)


def _nice(value: float) -> float:
    """The end of a percentage axis: a multiple of 4 % or 20 %."""
    step = 0.04 if value <= 0.4 else 0.2
    return math.ceil(value / step - 1e-9) * step


def _nice_ms(value: float) -> float:
    return max(100.0, math.ceil(value / 100) * 100.0)
