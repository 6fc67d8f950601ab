"""How long a pause is waited for, by what was asked, how the words end and how they sound."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.languages import Ending
from voice.settings.turns import Turns
from voice.turns import Awaited, Evidence, pause_wanted

SETTINGS = Turns()
SURE, UNKNOWN = SETTINGS.end_ms_sure, SETTINGS.end_ms
DOUBTED, OPEN, DIGITS = SETTINGS.end_ms_doubted, SETTINGS.end_ms_open, SETTINGS.end_ms_digits
CORRECTED = SETTINGS.end_ms_sure + SETTINGS.resume_ms

some_evidence = st.builds(
    Evidence,
    st.sampled_from(Awaited),
    st.none() | st.floats(0, 1),
    st.none() | st.sampled_from(Ending),
    *[st.booleans()] * 6,
)


@pytest.mark.parametrize(
    ("known", "pause_ms"),
    [
        (Evidence(), UNKNOWN),
        (Evidence(finality=0.95), UNKNOWN),
        (Evidence(finality=0.05), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.SURE), SURE),
        (Evidence(finality=0.4, ending=Ending.SURE), SURE),
        (Evidence(ending=Ending.SURE), UNKNOWN),
        (Evidence(finality=0.05, ending=Ending.SURE), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.SURE, half_heard=True), UNKNOWN),
        (Evidence(finality=0.05, ending=Ending.SURE, half_heard=True), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.SURE, leads_nowhere=True), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.SURE, half_heard=True, leads_nowhere=True), DOUBTED),
        (Evidence(finality=0.95, ending=Ending.SURE, tells=True), DOUBTED),
        (Evidence(ending=Ending.WHOLE), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.WHOLE), UNKNOWN),
        (Evidence(finality=0.05, ending=Ending.WHOLE), UNKNOWN),
        (Evidence(finality=0.05, ending=Ending.WHOLE, half_heard=True), DOUBTED),
        (Evidence(finality=0.05, ending=Ending.WHOLE, half_heard=True, short=True), UNKNOWN),
        (Evidence(finality=0.95, ending=Ending.WHOLE, leads_nowhere=True), DOUBTED),
        (Evidence(finality=0.95, ending=Ending.WHOLE, tells=True), DOUBTED),
        (Evidence(finality=0.95, ending=Ending.DOUBTED), UNKNOWN),
        (Evidence(finality=0.05, ending=Ending.DOUBTED, short=True), DOUBTED),
        (Evidence(finality=0.95, ending=Ending.DOUBTED, half_heard=True), DOUBTED),
        (Evidence(finality=0.95, ending=Ending.OPEN), OPEN),
        (Evidence(finality=0.05, ending=Ending.OPEN, short=True, tells=True), OPEN),
        (Evidence(finality=0.95, ending=Ending.DICTATED), DIGITS),
        (Evidence(ending=Ending.DICTATED, tells=True), DIGITS),
        (Evidence(Awaited.FIGURES, finality=0.95, ending=Ending.WHOLE), DIGITS),
        (Evidence(Awaited.DICTATION, finality=0.95, ending=Ending.WHOLE), OPEN),
        (Evidence(Awaited.YES_OR_NO, finality=0.95, ending=Ending.SURE), SURE),
        (Evidence(Awaited.FIGURES, finality=0.05, settled=True), 0),
        (Evidence(Awaited.FIGURES, finality=0.95, settled=True, tried=True), CORRECTED),
        (Evidence(Awaited.FIGURES, settled=True, tried=True), CORRECTED),
        (Evidence(Awaited.FIGURES, finality=0.95, tried=True), DIGITS),
        (Evidence(Awaited.YES_OR_NO, ending=Ending.WHOLE, settled=True), SURE),
        (Evidence(Awaited.YES_OR_NO, ending=Ending.WHOLE, settled=True, tells=True), SURE),
        (Evidence(Awaited.YES_OR_NO, 0.05, Ending.WHOLE, settled=True), UNKNOWN),
    ],
)
def test_what_is_known_decides_the_pause(known: Evidence, pause_ms: int) -> None:
    assert pause_wanted(known, SETTINGS) == pause_ms


@pytest.mark.parametrize(("end_ms", "open_ms"), [(900, 1200), (520, 600)])
def test_doubts_are_waited_for_no_less_than_usual_and_no_more_than_open_words(
    end_ms: int, open_ms: int
) -> None:
    settings = Turns(end_ms=end_ms, end_ms_open=open_ms)
    doubted = pause_wanted(Evidence(ending=Ending.WHOLE, tells=True), settings)
    assert end_ms <= doubted <= open_ms


@given(some_evidence)
def test_a_turn_that_may_go_on_is_never_ended_sooner_than_one_of_which_nothing_is_known(
    known: Evidence,
) -> None:
    doubted = known.ending in (Ending.OPEN, Ending.DICTATED) or known.awaited is Awaited.FIGURES
    if doubted and not known.settled:
        assert pause_wanted(known, SETTINGS) > pause_wanted(Evidence(), SETTINGS)


@given(some_evidence)
def test_whatever_speaks_against_an_end_never_brings_it_forward(known: Evidence) -> None:
    for doubtful in (
        replace(known, half_heard=True),
        replace(known, tells=True),
        replace(known, leads_nowhere=True),
    ):
        assert pause_wanted(doubtful, SETTINGS) >= pause_wanted(known, SETTINGS)


@given(some_evidence, st.floats(0, 1), st.floats(0, 1))
def test_what_sounds_more_like_an_end_is_not_waited_for_longer(
    known: Evidence, one: float, other: float
) -> None:
    less, more = (
        pause_wanted(replace(known, finality=finality), SETTINGS)
        for finality in sorted([one, other])
    )
    assert more <= less
