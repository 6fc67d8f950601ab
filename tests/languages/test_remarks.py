"""What callers say about the talk itself, whatever it is about."""

from __future__ import annotations

import pytest

from voice.languages import AnswerPart, Remark, language, languages

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
        ("en", "I haven't got an account number."), ("en", "I haven't a clue."),
        ("en", "I have no e-mail."), ("en", "I don't use e-mail."), ("en", "I left it at home."),
        ("en", "I've no ticket number."), ("en", "don't have it"), ("en", "I threw it away."),
        ("en", "I don't have an e-mail address."), ("fr", "J'en ai pas."), ("fr", "je l'ai pas"),
        ("fr", "J'ai pas d'e-mail."), ("fr", "Je sais pas."), ("fr", "Je l'ai jeté."),
        ("fr", "Je n'utilise pas d'e-mail."),
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
    ("tag", "text", "rest"),
    [
        ("en", "How much is my bill? No, wait, what's my plan?", "what's my plan?"),
        ("en", "my bill, sorry, I mean my plan", "my plan"),
        ("en", "I'd like my plan, no, my bill", "my bill"),
        ("en", "No, not my bill, the plan.", "the plan."),
        ("en", "my bill or rather my plan", "my plan"),
        ("en", "block my card, never mind, what do I owe", "what do I owe"),
        ("en", "my bill, no wait, my plan, no sorry, my visit", "my visit"),
        ("en", "no wait, not block it, I only want my balance", "my balance"),
        ("en", "no, don't do that, just tell me my balance", "my balance"),
        ("fr", "Attendez, ne la bloquez pas, je veux seulement mon solde", "mon solde"),
        ("fr", "Ma facture, non, attendez, mon forfait.", "mon forfait."),
        ("fr", "Ce n'est pas ça, je voulais dire mon forfait", "mon forfait"),
        ("sw", "nataka salio langu, hapana, nataka mtu", "nataka mtu"),
    ],
)  # fmt: skip
def test_what_takes_the_place_of_what_was_said_before(tag: str, text: str, rest: str) -> None:
    assert language(tag).after_correction(text) == rest


@pytest.mark.parametrize(
    "text",
    [
        "No.", "No, wait!", "What is my plan?", "I have no internet.", "cancel my plan",
        "How long do I have to wait for the technician?", "What does that mean?", "",
        "I forgot my PIN.", "my bill and my plan", "I only want my balance",
    ],
)  # fmt: skip
def test_what_takes_nothing_back(text: str) -> None:
    assert language().after_correction(text) is None


@pytest.mark.parametrize("tag", languages())
def test_every_language_knows_how_callers_correct_themselves(tag: str) -> None:
    first, second = language(tag).expected.no[0], language(tag).roles.requests["person"][0]
    assert language(tag).after_correction(f"{second} {first} {first} {second}") == second


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("en", "Only the price, please."), ("en", "just tell me the amount"),
        ("en", "I only want to know how much it is"), ("fr", "Seulement le prix"),
        ("fr", "juste le montant s'il vous plaît"), ("sw", "bei tu tafadhali"),
    ],
)  # fmt: skip
def test_one_kind_of_facts_is_wanted(tag: str, text: str) -> None:
    assert language(tag).part_wanted(text) is AnswerPart.AMOUNT


@pytest.mark.parametrize(
    "text", ["How much is it?", "just a moment", "Only the new phone", "what is the price"]
)
def test_a_request_wants_no_part_of_the_answer(text: str) -> None:
    assert language().part_wanted(text) is None


@pytest.mark.parametrize("tag", languages())
def test_every_language_knows_how_it_is_asked_to_repeat(tag: str) -> None:
    asked = language(tag).roles.requests["repeat"]
    assert any(Remark.REPEAT in language(tag).remarks(text) for text in asked)
