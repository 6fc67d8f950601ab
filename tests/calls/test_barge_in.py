"""Who speaks over the assistant: ducked at once, given way to within half a second, or let go."""

from __future__ import annotations

import pytest

from voice.calls.hearing.barge_in import BargeIn, Step
from voice.turns import Sound


def steps(
    barge_in: BargeIn, *stretches: tuple[bool, int], audible: bool = True
) -> list[tuple[int, Step]]:
    """What follows from voice and silence of so many ms, each with its time in ms."""
    found, ms = [], 0
    for voiced, length in stretches:
        for _ in range(length // 20):
            ms += 20
            sound = Sound.VOICE if voiced else Sound.SILENCE
            step = barge_in.push(sound, speaking=True, audible=audible)
            if step is not None:
                found.append((ms, step))
    return found


def read(barge_in: BargeIn, listens: bool) -> None:
    """What has been said so far is read on the spot."""
    barge_in.reading_began()
    barge_in.heard_so_far(listens)


def test_speech_ducks_at_once_and_silences_the_assistant_within_half_a_second() -> None:
    found = steps(BargeIn(), (True, 1200))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.YIELD]
    assert found[0][0] <= 100
    assert found[1][0] <= 400, "what the line and the edge take comes on top"


def test_a_voice_with_short_gaps_in_it_is_no_later_noticed() -> None:
    word = [(True, 100), (False, 40)] * 6
    found = steps(BargeIn(), *word)
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD]
    assert found[1][0] <= 400


def test_a_short_sound_is_let_go_within_half_a_second() -> None:
    found = steps(BargeIn(), (True, 200), (False, 600))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]
    assert found[1][0] <= 500


def test_a_short_word_that_means_something_takes_the_floor() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 240), (False, 200))
    assert barge_in.takes_floor(listens=False)


def test_a_word_that_means_something_takes_the_floor_also_when_it_is_known_late() -> None:
    barge_in = BargeIn()
    assert steps(barge_in, (True, 500), (False, 700))[-1][1] is Step.RESUME
    assert barge_in.takes_floor(listens=False)


def test_okay_lets_the_assistant_go_on() -> None:
    barge_in = BargeIn()
    assert steps(barge_in, (True, 240), (False, 200))[-1][1] is Step.DUCK
    assert not barge_in.takes_floor(listens=True)
    assert steps(barge_in, (False, 20)) == [(20, Step.RESUME)]


def test_a_long_backchannel_is_waited_for() -> None:
    barge_in = BargeIn()
    found = steps(barge_in, (True, 600), (False, 200))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD]
    assert not barge_in.takes_floor(listens=True)
    assert steps(barge_in, (False, 20)) == [(20, Step.RESUME)]


def test_what_is_read_as_a_backchannel_while_it_lasts_silences_nobody() -> None:
    barge_in = BargeIn()
    found = []
    for _ in range(6):
        found += steps(barge_in, (True, 120))
        if barge_in.wants_words:
            read(barge_in, listens=True)
    found += steps(barge_in, (False, 400))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]


def test_who_says_more_behind_a_backchannel_is_given_way_to() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 300))
    read(barge_in, listens=True)
    found = steps(barge_in, (True, 400))
    assert [step for _, step in found] == [Step.HOLD]
    assert found[0][0] <= 260


def test_what_no_longer_sounds_like_a_backchannel_is_given_way_to_at_once() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 280))
    read(barge_in, listens=True)
    steps(barge_in, (True, 120))
    read(barge_in, listens=False)
    assert steps(barge_in, (True, 20)) == [(20, Step.HOLD)]


def test_a_word_that_means_stop_is_given_way_to_as_soon_as_it_is_read() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 260))
    barge_in.heard_so_far(listens=False, stops=True)
    assert steps(barge_in, (False, 20), (True, 20)) == [(40, Step.HOLD)]


def test_what_is_read_as_a_backchannel_too_late_is_spoken_over_from_then_on() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 260))
    barge_in.reading_began()
    assert steps(barge_in, (True, 160))[-1][1] is Step.HOLD
    barge_in.heard_so_far(listens=True)
    assert steps(barge_in, (True, 20)) == [(20, Step.DUCK)]


def test_nothing_is_read_before_a_word_can_be_told() -> None:
    barge_in = BargeIn()
    steps(barge_in, (True, 160))
    assert not barge_in.wants_words
    steps(barge_in, (True, 100))
    assert barge_in.wants_words
    steps(barge_in, (False, 20))
    assert not barge_in.wants_words, "the careful reading is near"


def test_an_answer_that_is_about_to_begin_waits_for_who_speaks_first() -> None:
    found = steps(BargeIn(), (True, 200), audible=False)
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD]
    assert found[1][0] <= 100


def test_a_voice_without_words_lets_the_assistant_go_on_after_half_a_second() -> None:
    found = steps(BargeIn(), (True, 600), (False, 2000))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.RESUME]
    assert found[2][0] <= 1100


def test_a_click_makes_nobody_deaf_to_what_follows() -> None:
    found = steps(BargeIn(), (True, 40), (False, 1000), (True, 1200))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME, Step.DUCK, Step.HOLD, Step.YIELD]
    assert found[3][0] - 1040 <= 400


def test_a_click_before_a_word_makes_it_no_longer() -> None:
    found = steps(BargeIn(), (True, 40), (False, 200), (True, 300), (False, 100))
    assert [step for _, step in found] == [Step.DUCK]


def test_a_word_that_has_just_ended_does_not_take_the_floor() -> None:
    found = steps(BargeIn(), (True, 340), (False, 600))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]


def test_what_is_no_voice_does_not_take_the_floor_however_long_it_lasts() -> None:
    found = steps(BargeIn(lambda: False), (True, 3000))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME]
    assert found[1][0] <= 500


def test_a_voice_that_follows_a_noise_without_a_pause_takes_the_floor() -> None:
    opinions = iter([False, False, True])
    found = steps(BargeIn(lambda: next(opinions)), (True, 1000))
    assert [step for _, step in found] == [Step.DUCK, Step.RESUME, Step.HOLD]


def test_what_turns_out_to_be_an_echo_is_let_go_at_once() -> None:
    barge_in = BargeIn()
    said = [barge_in.push(Sound.MAYBE, speaking=True) for _ in range(4)]
    assert [step for step in said if step] == [Step.DUCK]
    assert barge_in.push(Sound.ECHO, speaking=True) is Step.RESUME


@pytest.mark.parametrize("gap", [80, 300])
def test_whoever_speaks_on_after_a_gap_takes_the_floor(gap: int) -> None:
    found = steps(BargeIn(), (True, 420), (False, gap), (True, 1200))
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.YIELD]


def test_a_sentence_with_pauses_in_it_is_one_interruption() -> None:
    found = steps(BargeIn(), (True, 500), *[(False, 200), (True, 300)] * 3)
    assert [step for _, step in found] == [Step.DUCK, Step.HOLD, Step.YIELD]


def test_the_edge_is_told_to_duck_after_two_frames_of_a_voice() -> None:
    assert steps(BargeIn(), (True, 200))[0] == (40, Step.DUCK)
