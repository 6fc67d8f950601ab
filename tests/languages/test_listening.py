"""Who only listens, who only waits, and what a greeting discloses."""

from __future__ import annotations

import pytest

from voice.languages import language, languages


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "uh-huh"), ("en", "Yeah, okay."), ("en", "I see"), ("en", "mm hm"), ("en", "M H M."),
        ("fr", "d'accord"), ("fr", "Oui, oui."), ("fr", "ah bon ?"), ("fr", "très bien"),
        ("fr", "mm"), ("fr", "voilà"), ("sw", "sawa sawa"), ("sw", "mhm"),
    ],
)  # fmt: skip
def test_a_listener_does_not_take_the_floor(tag: str, text: str) -> None:
    assert language(tag).listening.is_backchannel(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", ""), ("en", "stop"), ("en", "okay what is my plan"), ("fr", "attendez"),
        ("fr", "non"), ("fr", "oui mais combien ça coûte"), ("sw", "hapana"),
    ],
)  # fmt: skip
def test_a_speaker_does(tag: str, text: str) -> None:
    assert not language(tag).listening.is_backchannel(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "al"), ("en", "All right"), ("en", "oh, I s"), ("en", "okay r"), ("en", "I"),
        ("fr", "d'acc"), ("fr", "ah b"), ("sw", "sawa sa"),
    ],
)  # fmt: skip
def test_what_is_half_said_may_become_a_backchannel(tag: str, text: str) -> None:
    assert language(tag).listening.may_become_backchannel(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", ""), ("en", "sto"), ("en", "I w"), ("en", "no"), ("en", "okay but"),
        ("en", "right st"), ("fr", "non"), ("sw", "hap"),
    ],
)  # fmt: skip
def test_other_words_are_told_from_one_as_soon_as_they_begin(tag: str, text: str) -> None:
    assert not language(tag).listening.may_become_backchannel(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Stop!"), ("en", "No, no."), ("en", "Excuse me"), ("fr", "Attendez !"),
        ("fr", "Ça suffit"), ("sw", "Subiri"),
    ],
)  # fmt: skip
def test_a_word_may_say_no_more_than_stop(tag: str, text: str) -> None:
    listening = language(tag).listening
    assert listening.stops_speaker(text) and not listening.is_backchannel(text)


@pytest.mark.parametrize("tag", languages())
def test_nothing_says_both_go_on_and_stop(tag: str) -> None:
    listening = language(tag).listening
    assert listening.stops
    for said in listening.stops:
        assert listening.stops_speaker(said), said
        assert not listening.may_become_backchannel(said), said


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Hello? Are you still there?"), ("en", "no problem, I\u2019ll wait"), ("en", ""),
        ("fr", "Allô ? Vous êtes toujours là ?"), ("fr", "pas de souci, je patiente"),
        ("fr", "est-ce que vous m'entendez ?"), ("sw", "hakuna shida, nasubiri"),
    ],
)  # fmt: skip
def test_who_waits_says_so(tag: str, text: str) -> None:
    assert language(tag).listening.is_patience(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "hello, my phone is lost"), ("fr", "allô, j'ai perdu mon téléphone"),
        ("sw", "nataka salio"),
    ],
)  # fmt: skip
def test_who_wants_something_does_not_just_wait(tag: str, text: str) -> None:
    assert not language(tag).listening.is_patience(text)


@pytest.mark.parametrize("tag", languages())
def test_every_greeting_discloses_that_no_person_speaks(tag: str) -> None:
    spoken = language(tag)
    assert spoken.discloses(spoken.phrases.greeting) and spoken.discloses(
        spoken.disclosure.sentence
    )
    assert not spoken.discloses(spoken.phrases.anything_else)


@pytest.mark.parametrize("tag", languages())
def test_every_phrase_can_be_spoken_as_it_stands(tag: str) -> None:
    spoken = language(tag)
    assert len(set(spoken.phrases.fixed)) == len(spoken.phrases.fixed) > 20
    for phrase in (spoken.phrases.greeting, *spoken.phrases.fixed):
        assert spoken.spoken_form(phrase).lower() == phrase.lower()


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Thank you, bye."), ("en", "Okay, thanks for your help. You too!"),
        ("en", "Goodbye"), ("fr", "Merci beaucoup, au revoir."), ("fr", "Bonne journée !"),
        ("sw", "Asante sana, kwaheri."),
    ],
)  # fmt: skip
def test_who_was_told_goodbye_says_so_too(tag: str, text: str) -> None:
    assert language(tag).listening.is_farewell(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "No, wait"), ("en", "Thanks, and how much is my bill?"), ("en", "one more question"),
        ("fr", "Merci, et ma facture ?"), ("sw", "Asante, bili yangu ni kiasi gani?"),
    ],
)  # fmt: skip
def test_who_wants_more_says_something_else(tag: str, text: str) -> None:
    assert not language(tag).listening.is_farewell(text)
