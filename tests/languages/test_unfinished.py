"""Whether more is to come behind what was said so far, and who asks to be waited for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voice.languages import Ending, language, languages

HELD_OUT = Path(__file__).resolve().parents[1] / "data" / "held_out"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "I lost my phone and"), ("en", "My number is"), ("en", "because"), ("en", "I'm"),
        ("en", "I would like to know, um"), ("en", "It is about the"), ("en", "Could you please"),
        ("en", "So what I need is..."), ("en", "What I need"), ("en", "it is for"),
        ("en", "if I want"), ("en", "how much do"), ("en", "and you told me"),
        ("en", "I was calling about"), ("en", "no, I"), ("en", "what I want is"),
        ("en", "how much money is"), ("fr", "est-ce que j'ai"),
        ("en", "well I'd like to know"), ("en", "I just wanted to ask you"),
        ("en", "would you please send"), ("en", "I'm trying to set"), ("en", "let's talk about"),
        ("en", "what does my phone"), ("en", "and which of your offers do"),
        ("fr", "pourriez-vous m'envoyer"), ("fr", "je voudrais ajouter"),
        ("fr", "je voudrais savoir"), ("sw", "nataka kujua"),
        ("fr", "mon numéro est"), ("fr", "je voudrais"), ("fr", "parce que"), ("fr", "C'est"),
        ("fr", "j'ai perdu mon"), ("fr", "euh"), ("sw", "namba yangu ni"), ("sw", "nataka"),
        ("sw", "nimepoteza simu na"),
    ],
)  # fmt: skip
def test_an_open_sentence_goes_on(tag: str, text: str) -> None:
    assert language(tag).ending(text) is Ending.OPEN


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "My account number is 240"), ("en", "two four zero"), ("en", "It's two, four."),
        ("en", "That is M I L"), ("fr", "zéro six, douze"), ("fr", "mon code est 42"),
        ("sw", "namba yangu ni mbili nne"),
    ],
)  # fmt: skip
def test_figures_and_letters_may_be_more(tag: str, text: str) -> None:
    assert language(tag).ending(text) is Ending.DICTATED


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "How much is my bill?"), ("en", "Yes, it is."), ("en", "No"), ("en", "I think so"),
        ("en", "It was 42.17 euros."), ("en", "I have two phones"), ("en", "Please cancel it."),
        ("en", "Okay, do it."), ("en", "Yes, I would."), ("en", "No, I'm not"),
        ("en", "if you like"),
        ("en", "That is all I wanted to know."),
        ("en", "That's all I have."), ("en", "Who am I speaking to?"), ("en", "What do I have?"),
        ("en", "What is this charge for?"), ("en", "Which of them is he still on?"),
        ("en", "I will come in May"), ("en", "for a while"), ("en", ""),
        ("en", "No, thank you, that is all."), ("en", "I was wondering what plan I've got."),
        ("en", "I want to know how much the bill is."), ("en", "Remind me what plan we're on."),
        ("en", "What is this all about?"), ("en", "Could you check my plan?"),
        ("en", "What does that mean?"), ("en", "How does the plan work?"),
        ("en", "I don't know which one you have."),
        ("en", "I think it's wrong, can you check?"), ("en", "Could you please confirm?"),
        ("en", "Which documents do I need to send?"), ("en", "How much can I transfer?"),
        ("en", "That is all I wanted to ask about."), ("en", "You don't need to send."),
        ("en", "Are there any charges I should know about?"),
        ("en", "There is nothing else to talk about."), ("en", "That's what I was calling to ask."),
        ("en", "What did you want to talk about?"), ("en", "Yes, I'd like to confirm."),
        ("en", "That's the plan I was asking about."),
        ("fr", "Pouvez-vous vérifier ?"), ("fr", "Quelle remise pouvez-vous me donner ?"),
        ("fr", "C'est la carte que je veux activer."), ("fr", "Oui, je veux confirmer."),
        ("fr", "je voudrais savoir quel forfait j'ai"),
        ("fr", "je veux payer ma facture"), ("fr", "oui, merci"), ("fr", "deux téléphones"),
        ("sw", "salio langu ni kiasi gani"), ("sw", "ndiyo"),
    ],
)  # fmt: skip
def test_whole_sentences_may_be_all(tag: str, text: str) -> None:
    assert language(tag).ending(text).is_whole


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "I would like to see my last bill, please."), ("en", "goodbye"),
        ("en", "Could you put me through to a person?"), ("fr", "je voudrais payer ma facture"),
    ],
)  # fmt: skip
def test_behind_some_words_nothing_is_likely_to_follow(tag: str, text: str) -> None:
    assert language(tag).ending(text) is Ending.SURE


@pytest.mark.parametrize(
    ("tag", "text"),
    [("en", "zzz"), ("en", "my zzz"), ("en", "so I went"), ("fr", "zzz")],
)
def test_behind_others_something_may(tag: str, text: str) -> None:
    assert language(tag).ending(text) is not Ending.SURE


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "I rang up yesterday and they"), ("en", "so my neighbour was"),
        ("en", "I just want"), ("en", "could you tell"), ("en", "how many days do"),
        ("fr", "est-ce que vous pourriez me"), ("fr", "hier j'ai appelé et on"),
        ("fr", "mon voisin était"),
    ],
)  # fmt: skip
def test_it_is_known_by_which_words_sentences_seldom_end(tag: str, text: str) -> None:
    assert language(tag).ending(text) in (Ending.OPEN, Ending.DOUBTED)


def test_whole_sentences_are_told_from_halves() -> None:
    """Sentences of callers that nothing was learnt from."""
    whole: list[Ending] = []
    halves: list[Ending] = []
    for file in sorted(HELD_OUT.glob("*.yaml")):
        for text in yaml.safe_load(file.read_text("utf-8"))["phrases"]:
            words = text.split()
            whole.append(language("en").ending(text))
            if len(words) >= 5:
                halves.append(language("en").ending(" ".join(words[: len(words) // 2])))
    assert len(whole) > 200
    assert sum(one.is_whole for one in whole) / len(whole) > 0.9
    assert sum(one.is_whole for one in halves) / len(halves) < 0.4
    assert sum(one is Ending.SURE for one in whole) / len(whole) > 0.6
    assert sum(one is Ending.SURE for one in halves) / len(halves) < 0.1


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Hold on."), ("en", "Wait a moment please, I have to find my papers."),
        ("en", "okay just a second, let me get my glasses"), ("en", "Bear with me"),
        ("en", "one moment please, while I look for the letter"), ("en", "hang on, hang on"),
        ("en", "Don't hang up, I'll be right back."), ("en", "wait, I'm still looking"),
        ("fr", "Attendez un instant, je cherche mes papiers."), ("fr", "ne quittez pas"),
        ("fr", "Une seconde, s'il vous plaît."), ("sw", "Subiri kidogo, natafuta karatasi"),
        ("sw", "ngoja kidogo tafadhali"),
    ],
)  # fmt: skip
def test_who_asks_for_time_is_waited_for(tag: str, text: str) -> None:
    assert language(tag).asks_to_wait(text)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", ""), ("en", "okay"), ("en", "Hold on, how much is my bill?"), ("en", "please"),
        ("en", "wait, I want to cancel it"), ("en", "How long do I have to wait?"),
        ("en", "I have to find my papers"), ("fr", "d'accord"), ("fr", "attendez, je veux annuler"),
        ("sw", "sawa"), ("sw", "subiri, nataka salio"),
    ],
)  # fmt: skip
def test_who_wants_something_is_not(tag: str, text: str) -> None:
    assert not language(tag).asks_to_wait(text)


@pytest.mark.parametrize("tag", languages())
def test_the_phrases_of_every_language_are_well_written(tag: str) -> None:
    spoken = language(tag)
    assert spoken.unfinished.words and not spoken.asks_to_wait("zzz")
    assert spoken.ending("zzz") is Ending.WHOLE
