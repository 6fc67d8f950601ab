"""The rule of turns: what a sequence of 20 ms decisions means."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from voice.settings.turns import Turns
from voice.turns import (
    EndOfTurn,
    FalseStart,
    ShortPause,
    SpeechOnset,
    SpeechResumed,
    TurnDetector,
    TurnSignal,
    TurnTooLong,
)
from voice.turns.detector import ANSWERED_MS

SETTINGS = Turns(start_ms=80, speculate_ms=200, end_ms=520, end_ms_digits=1100, max_seconds=5.0)
Timeline = list[tuple[int, TurnSignal]]


def signals(*stretches: tuple[bool, int], detector: TurnDetector | None = None) -> Timeline:
    """What follows from stretches of (voiced, ms), each signal with its time in ms."""
    detector = detector or TurnDetector(SETTINGS)
    decisions = [voiced for voiced, length in stretches for _ in range(length // 20)]
    found = ((20 * (index + 1), detector.push(voiced)) for index, voiced in enumerate(decisions))
    return [(ms, signal) for ms, signal in found if signal is not None]


def kinds(timeline: Iterable[tuple[int, TurnSignal]]) -> list[type]:
    return [type(signal) for _, signal in timeline]


def test_a_turn_begins_pauses_and_ends() -> None:
    timeline = signals((False, 400), (True, 1000), (False, 1000))
    assert timeline == [
        (480, SpeechOnset(onset_ms=80)),
        (1600, ShortPause(pause_ms=200)),
        (1920, EndOfTurn(pause_ms=520, voiced_ms=1000)),
    ]


def test_going_on_after_a_pause_voids_what_was_prepared() -> None:
    timeline = signals((True, 500), (False, 300), (True, 500), (False, 600))
    assert kinds(timeline) == [SpeechOnset, ShortPause, SpeechResumed, ShortPause, EndOfTurn]
    assert isinstance(timeline[-1][1], EndOfTurn)
    assert timeline[-1][1].voiced_ms >= 940


def test_no_turn_is_ended_in_the_first_voice_of_what_goes_on() -> None:
    goes_on = signals((True, 500), (False, 500), (True, 500))
    assert kinds(goes_on) == [SpeechOnset, ShortPause, SpeechResumed]
    clicks = signals((True, 500), (False, 500), (True, 40), (False, 60))
    assert clicks[-1] == (1080, EndOfTurn(pause_ms=580, voiced_ms=500))


def test_a_click_never_starts_a_turn() -> None:
    assert signals(*[(True, 40), (False, 400)] * 10) == []


def test_a_cough_starts_one_that_counts_for_nothing() -> None:
    assert kinds(signals((True, 100), (False, 600)))[-1] is FalseStart


@given(st.lists(st.booleans(), max_size=200))
def test_a_turn_that_is_certain_is_no_false_start(decisions: list[bool]) -> None:
    detector, certain = TurnDetector(SETTINGS), False
    for voiced in decisions:
        signal = detector.push(voiced)
        assert not (certain and isinstance(signal, FalseStart))
        certain = detector.certain


def test_a_turn_is_certain_once_it_is_no_cough() -> None:
    detector = TurnDetector(SETTINGS)
    signals((True, 100), detector=detector)
    assert detector.speaking and not detector.certain
    signals((True, 20), detector=detector)
    assert detector.certain
    signals((False, 600), detector=detector)
    assert not detector.certain


def test_clicks_in_a_pause_do_not_hold_the_turn_open() -> None:
    timeline = signals((True, 600), *[(False, 80), (True, 20)] * 10)
    assert kinds(timeline) == [SpeechOnset, ShortPause, EndOfTurn]
    assert timeline[-1][0] <= 600 + 520 + 120


def test_digits_are_given_more_time() -> None:
    detector = TurnDetector(SETTINGS)
    detector.expects_digits = True
    timeline = signals((True, 400), (False, 800), (True, 400), (False, 1200), detector=detector)
    assert kinds(timeline) == [SpeechOnset, ShortPause, SpeechResumed, ShortPause, EndOfTurn]
    assert isinstance(timeline[-1][1], EndOfTurn)
    assert timeline[-1][1].pause_ms == 1100


def test_a_turn_whose_end_is_known_is_over_with_the_next_frame() -> None:
    detector = TurnDetector(SETTINGS)
    assert kinds(signals((True, 400), (False, 200), detector=detector))[-1] is ShortPause
    assert detector.paused
    detector.wait(0)
    assert kinds(signals((False, 20), detector=detector)) == [EndOfTurn]
    assert not (detector.speaking or detector.paused)


def test_what_is_known_of_a_pause_counts_for_that_pause_alone() -> None:
    detector = TurnDetector(SETTINGS)
    signals((True, 400), (False, 200), detector=detector)
    detector.wait(2000)
    timeline = signals((False, 1500), (True, 400), (False, 600), detector=detector)
    assert kinds(timeline) == [SpeechResumed, ShortPause, EndOfTurn]
    over = timeline[-1][1]
    assert isinstance(over, EndOfTurn) and over.pause_ms == SETTINGS.end_ms


def test_who_speaks_without_end_is_asked_for_a_pause_and_answered_in_the_end() -> None:
    longest_ms = round(SETTINGS.max_seconds * 1000)
    assert signals((True, longest_ms + ANSWERED_MS))[1:] == [
        (longest_ms, TurnTooLong()),
        (longest_ms + ANSWERED_MS, EndOfTurn(0, longest_ms + ANSWERED_MS - 20, cut=True)),
    ]


def test_a_long_turn_that_pauses_in_time_is_whole() -> None:
    timeline = signals((True, 9000), (False, 600))
    assert kinds(timeline) == [SpeechOnset, TurnTooLong, ShortPause, EndOfTurn]
    over = timeline[-1][1]
    assert isinstance(over, EndOfTurn) and over.voiced_ms == 9000 and not over.cut


def test_after_a_cut_endless_noise_is_no_further_turn() -> None:
    cut = [SpeechOnset, TurnTooLong, EndOfTurn]
    assert kinds(signals((True, 60_000))) == cut
    timeline = signals((True, 25_000), (False, 200), (True, 400), (False, 600))
    assert kinds(timeline) == [*cut, SpeechOnset, ShortPause, EndOfTurn]


@given(st.lists(st.booleans(), max_size=1500), st.booleans())
def test_signals_always_come_in_an_order_that_makes_sense(
    decisions: list[bool], digits: bool
) -> None:
    detector = TurnDetector(SETTINGS)
    detector.expects_digits = digits
    last: type[TurnSignal] | None = None
    length = 0
    follows: dict[type[TurnSignal] | None, set[type[TurnSignal]]] = {
        None: {SpeechOnset},
        SpeechOnset: {ShortPause, TurnTooLong, EndOfTurn, FalseStart},
        ShortPause: {SpeechResumed, TurnTooLong, EndOfTurn, FalseStart},
        SpeechResumed: {ShortPause, TurnTooLong, EndOfTurn},
        TurnTooLong: {ShortPause, SpeechResumed, EndOfTurn, FalseStart},
        EndOfTurn: {SpeechOnset},
        FalseStart: {SpeechOnset},
    }
    for voiced in decisions:
        signal = detector.push(voiced)
        length = length + 20 if detector.speaking else 0
        assert length <= SETTINGS.max_seconds * 1000 + ANSWERED_MS
        if signal is not None:
            assert type(signal) in follows[last]
            last = type(signal)


@given(st.lists(st.booleans(), max_size=400))
def test_whatever_came_before_silence_ends_the_turn(decisions: list[bool]) -> None:
    detector = TurnDetector(SETTINGS)
    for voiced in [*decisions, *[False] * (SETTINGS.end_ms // 20)]:
        detector.push(voiced)
    assert not detector.speaking
