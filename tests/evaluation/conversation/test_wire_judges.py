"""Latency, cut-ins and interruptions as the packets of a caller tell them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from conversation_bench.comparison import Point, draw, kinds_of_both, matches, rows, speedup
from conversation_bench.interruptions import gave_way
from conversation_bench.sides import DEFAULT_PAUSE_MS, PAUSES_MS
from conversation_bench.wire_caller import WireCall
from conversation_bench.wire_parts import _blocks
from conversation_bench.wire_turns import JudgedTurn, by_packets
from voice.evaluation.callers import CallReport, SpokenTurn
from voice.evaluation.latency import HeardPacket, audible_runs

PACKET = 0.02


def packets(*spans: tuple[float, float, float]) -> list[HeardPacket]:
    """Packets of (start, end, level): seconds and dBFS, silence between them."""
    found = []
    for start, end, level in spans:
        for number in range(round((end - start) / PACKET)):
            at = start + number * PACKET
            found.append(HeardPacket(at, round(at * 1000), 20, level))
    return found


def call(heard: list[HeardPacket], *turns: SpokenTurn, ended: float = 30.0) -> WireCall:
    report = CallReport("wire", 0, "1", turns=list(turns), audible=audible_runs(heard))
    report.ended = ended
    return WireCall(report, heard, [0] * len(turns))


def turn(start: float, end: float, interrupts: bool = False) -> SpokenTurn:
    return SpokenTurn("plan", "what is my plan", start, end, interrupts=interrupts)


def test_the_answer_is_timed_from_the_last_sample_to_the_first_packet() -> None:
    (judged,) = by_packets(call(packets((1.4, 3.0, -20.0)), turn(0.0, 1.0)))
    assert judged.voice_to_voice_ms == pytest.approx(400)
    assert not judged.cut_in and not judged.missed


def test_the_tail_of_the_answer_before_is_not_this_answer() -> None:
    heard = packets((1.4, 3.0, -20.0), (5.6, 6.5, -20.0))
    judged = by_packets(call(heard, turn(0.0, 1.0), turn(4.0, 5.0)))
    assert [one.voice_to_voice_ms for one in judged] == [pytest.approx(400), pytest.approx(600)]


@pytest.mark.parametrize(("sound_ms", "cut_in"), [(40, False), (80, True), (400, True)])
def test_sound_inside_a_turn_is_a_cut_in_even_when_it_stops_at_once(
    sound_ms: int, cut_in: bool
) -> None:
    heard = packets((1.0, 1.0 + sound_ms / 1000, -20.0), (2.5, 4.0, -20.0))
    (judged,) = by_packets(call(heard, turn(0.0, 2.0)))
    assert judged.cut_in == cut_in
    assert (judged.voice_to_voice_ms is None) == cut_in


def test_a_click_is_no_answer_and_silence_for_ten_seconds_is_a_miss() -> None:
    (clicked,) = by_packets(call(packets((1.4, 1.5, -20.0)), turn(0.0, 1.0)))
    (late,) = by_packets(call(packets((11.5, 13.0, -20.0)), turn(0.0, 1.0)))
    assert clicked.missed and late.missed
    assert clicked.voice_to_voice_ms is None and late.voice_to_voice_ms is None


def test_what_is_said_into_an_answer_is_no_turn_to_be_timed() -> None:
    heard = packets((1.4, 3.0, -20.0))
    assert len(by_packets(call(heard, turn(0.0, 1.0), turn(2.0, 3.5, interrupts=True)))) == 1


def test_ducking_counts_from_the_first_softer_packet_and_silence_to_the_last() -> None:
    heard = packets((0.0, 2.08, -20.0), (2.08, 2.46, -32.0), (5.0, 6.0, -20.0))
    gave = gave_way(heard, answer_began=0.0, spoke=2.0)
    assert gave is not None
    assert gave.duck_ms == pytest.approx(80)
    assert gave.stop_ms == pytest.approx(460)


def test_an_assistant_that_stops_without_ducking_is_ducked_when_it_is_silent() -> None:
    gave = gave_way(packets((0.0, 2.3, -20.0)), answer_began=0.0, spoke=2.0)
    assert gave is not None
    assert gave.duck_ms == gave.stop_ms == pytest.approx(300)


def test_one_that_goes_on_to_its_end_is_timed_to_its_end() -> None:
    gave = gave_way(packets((0.0, 6.0, -20.0)), answer_began=0.0, spoke=2.0)
    assert gave is not None and gave.stop_ms == pytest.approx(4000)


def test_nothing_is_measured_of_an_answer_that_was_over() -> None:
    assert gave_way(packets((0.0, 1.0, -20.0)), answer_began=0.0, spoke=2.5) is None


# Beside stock


def answered(milliseconds: float, intent: str = "plan", cached: bool = False) -> JudgedTurn:
    return JudgedTurn(intent, "", 0, milliseconds, False, False, cached)


def cut(intent: str = "plan") -> JudgedTurn:
    return JudgedTurn(intent, "", 0, None, True, False)


def point(side: str, pause: int, latency: float, cut_ins: int) -> Point:
    name = "ours" if side == "ours" else "stock"
    turns = [answered(latency)] * (10 - cut_ins) + [cut()] * cut_ins
    return Point(name, pause, tuple(turns))  # type: ignore[arg-type]


def test_each_pause_of_stock_meets_the_quickest_of_ours_that_is_as_polite() -> None:
    points = [
        point("ours", 260, 300, 4),
        point("ours", 520, 500, 1),
        point("stock", 200, 900, 2),
        point("stock", 800, 1500, 5),
    ]
    found = matches(points)
    assert [match.ours and match.ours.pause_ms for match in found] == [520, 260]
    assert [match.speedup for match in found] == [pytest.approx(1.8), pytest.approx(5.0)]
    figure = speedup(found)
    assert figure is not None
    assert [figure.value, figure.high] == pytest.approx([1.8, 5.0])


def test_stock_that_cuts_in_less_than_all_of_ours_has_no_counterpart() -> None:
    (match,) = matches([point("ours", 260, 300, 4), point("stock", 200, 900, 1)])
    assert match.ours is None and match.speedup is None
    assert speedup([match]) is None


def test_kinds_that_one_side_says_from_its_cache_are_not_compared() -> None:
    ours = Point("ours", 520, (answered(500), answered(100, "repeat", cached=True)))
    stock = Point("stock", 200, (answered(900), answered(5000, "repeat")))
    assert kinds_of_both([ours, stock]) == {"plan"}
    (match,) = matches([ours, stock])
    assert match.speedup == pytest.approx(1.8)
    assert rows([ours, stock])[1]["voice_to_voice_median_ms"] == 900


def test_both_sides_are_swept_over_five_pauses_with_their_defaults_among_them() -> None:
    for side, pauses in PAUSES_MS.items():
        assert len(pauses) == 5 and DEFAULT_PAUSE_MS[side] in pauses


@pytest.mark.parametrize("whole", [False, True])
def test_ours_and_stock_take_turns(whole: bool) -> None:
    blocks = _blocks(whole)
    pairs = [blocks[start : start + 2] for start in range(0, len(blocks), 2)]
    assert all({name for name, *_ in pair} == {"ours", "stock"} for pair in pairs)
    if whole:
        firsts = [pair[0][0] for pair in pairs]
        assert all(one != other for one, other in pairwise(firsts)), "who begins alternates"


def test_the_picture_shows_both_sides(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    draw([point("ours", 520, 500, 1), point("stock", 200, 900, 2)], "Both", file)
    assert file.read_bytes().startswith(b"\x89PNG")
