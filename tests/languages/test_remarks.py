"""What callers say about the talk itself, whatever it is about."""

from __future__ import annotations

import pytest

from voice.languages import Part, Remark, language, languages

SAID = {
    Remark.REPEAT: [
        ("en", "What?"), ("en", "Sorry?"), ("en", "Could you please repeat that?"),
        ("en", "I didn't quite catch that."), ("en", "Pardon me, what was that again?"),
        ("en", "Say that once more, please."), ("en", "I beg your pardon?"), ("en", "Come again?"),
        ("en", "um, sorry, can you say that again please"), ("en", "I missed the last bit."),
        ("fr", "Pardon ?"), ("fr", "Vous pouvez répéter, s'il vous plaît ?"), ("fr", "Comment ?"),
        ("fr", "Je n'ai pas bien entendu."), ("fr", "Encore une fois."), ("sw", "Rudia tafadhali"),
        ("sw", "umesema nini"), ("sw", "Samahani, sikusikia vizuri"),
    ],
    Remark.SLOWER: [
        ("en", "Slower, please."), ("en", "Could you speak a bit more slowly?"),
        ("en", "You're too fast for me."), ("en", "Not so fast!"), ("en", "can you slow down"),
        ("fr", "Plus lentement, s'il vous plaît."), ("fr", "Vous parlez trop vite."),
        ("sw", "Ongea polepole tafadhali"),
    ],
    Remark.FASTER: [("en", "Can you talk faster?"), ("fr", "Parlez plus vite.")],
    Remark.LOUDER: [
        ("en", "Louder please"), ("en", "Can you speak up?"), ("en", "I can hardly hear you."),
        ("en", "You are very quiet."), ("fr", "Plus fort, s'il vous plaît."),
        ("fr", "Je ne vous entends pas bien."), ("sw", "ongeza sauti kidogo"),
    ],
    Remark.SOFTER: [("en", "That's too loud!"), ("fr", "Moins fort."), ("sw", "punguza sauti")],
    Remark.DROP: [
        ("en", "Never mind."), ("en", "Forget it."), ("en", "Oh, I've changed my mind."),
        ("en", "I don't want that any more."), ("en", "No, leave it then."),
        ("en", "It doesn't matter, thanks."), ("fr", "Laissez tomber."), ("fr", "Tant pis."),
        ("fr", "Ce n'est pas grave, merci."), ("sw", "achana nayo"), ("sw", "basi, sahau"),
    ],
    Remark.UNABLE: [
        ("en", "I don't know it."), ("en", "I've forgotten my PIN."), ("en", "I have no idea."),
        ("en", "Sorry, I can't find the letter that it is on."), ("en", "I never got one."),
        ("en", "Well, I don't remember which one I chose."), ("fr", "Je ne le connais pas."),
        ("fr", "J'ai oublié mon code."), ("fr", "Je ne sais plus."), ("fr", "Aucune idée."),
        ("sw", "sijui"), ("sw", "nimesahau"), ("sw", "Samahani, siikumbuki"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("remark", "tag", "text"),
    [(remark, tag, text) for remark, said in SAID.items() for tag, text in said],
)
def test_what_a_caller_wants_of_the_talk(remark: Remark, tag: str, text: str) -> None:
    assert language(tag).remarks(text) == {remark}


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "What is my plan?"), ("en", "Please repeat my last order."), ("en", "Yes."),
        ("en", "Can you speak to my wife?"), ("en", "Is there a faster connection?"), ("en", ""),
        ("en", "I want to leave my contract."), ("en", "two four one"), ("en", "No, thank you."),
        ("en", "My internet is too slow."), ("en", "Never mind. Which plan am I on?"),
        ("fr", "Je voudrais une connexion plus rapide."), ("fr", "Comment payer ma facture ?"),
        ("sw", "nataka kujua salio langu"),
    ],
)  # fmt: skip
def test_what_is_about_the_matter_is_no_remark(tag: str, text: str) -> None:
    assert not language(tag).remarks(text)


def test_several_may_be_said_at_once() -> None:
    both = language().remarks("Could you repeat that, but a bit slower and louder please?")
    assert both == {Remark.REPEAT, Remark.SLOWER, Remark.LOUDER}


@pytest.mark.parametrize(
    ("tag", "text", "rest"),
    [
        ("en", "Oh, never mind! What's my plan?", "What's my plan?"),
        ("en", "No, forget it. Goodbye.", "Goodbye."), ("en", "Never mind.", ""),
        ("fr", "Laissez tomber, où en est ma facture ?", "où en est ma facture ?"),
        ("en", "What is my plan?", None), ("en", "", None),
    ],
)  # fmt: skip
def test_what_follows_when_something_is_dropped(tag: str, text: str, rest: str | None) -> None:
    assert language(tag).after_dropping(text) == rest


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Only the price, please."), ("en", "just tell me the amount"),
        ("en", "I only want to know how much it is"), ("fr", "Seulement le prix"),
        ("fr", "juste le montant s'il vous plaît"), ("sw", "bei tu tafadhali"),
    ],
)  # fmt: skip
def test_one_kind_of_facts_is_wanted(tag: str, text: str) -> None:
    assert language(tag).part_wanted(text) is Part.AMOUNT


@pytest.mark.parametrize(
    "text", ["How much is it?", "just a moment", "Only the new phone", "what is the price"]
)
def test_a_request_wants_no_part_of_the_answer(text: str) -> None:
    assert language().part_wanted(text) is None


@pytest.mark.parametrize("tag", languages())
def test_every_language_knows_how_it_is_asked_to_repeat(tag: str) -> None:
    asked = language(tag).roles.requests["repeat"]
    assert any(Remark.REPEAT in language(tag).remarks(text) for text in asked)
