"""Who wants what they speak of, and who refuses it, or only tells; for requests of made-up firms.

The embedding has no part in it: each clause is judged for the request that it is about.
"""

from __future__ import annotations

import pytest

from voice.languages import language
from voice.understanding import Stance
from voice.understanding.stance import manner
from voice.understanding.suits import Suits

EXAMPLES = {
    "en": {
        "refund": [
            "i want my money back",
            "please refund the ticket",
            "how do i get a refund",
            "what will you charge me for the change",
            "you took the fare from my card",
        ],
        "leak": [
            "there is a leak in my flat",
            "water is coming through the ceiling",
            "my tap is dripping",
            "i keep losing pressure",
            "the boiler connection is broken",
        ],
        "theft": [
            "my bicycle was stolen",
            "please lock the hire bike",
            "i have lost the key of my bike",
            "stop anybody using my bike",
        ],
        "table": [
            "i would like to book a table",
            "a table for {guests} people please",
            "do you have anything free tonight",
            "reserve the terrace for us",
        ],
        "move": [
            "i want to move my lesson",
            "can we have the lesson on another day",
            "please postpone my lesson",
            "the teacher can come later",
        ],
        "parcel": [
            "where is my parcel",
            "when will you deliver my parcel",
            "my parcel has not come",
            "the courier left it somewhere",
        ],
        "number": ["can i keep my number when i come to you", "please transfer my number"],
        "membership": [
            "i want to change my membership",
            "switch me to the family membership",
            "can i have a cheaper membership",
        ],
        "statement": [
            "please send me my statement",
            "i need a copy of my statement",
            "my statement got lost in the post",
        ],
        "deadline": ["when is my rent due", "by what day do i have to pay the rent"],
    },
    "fr": {
        "vol": [
            "on m'a volé mon vélo",
            "bloquez le vélo",
            "je cherche la clé que j'ai perdue",
            "ma clé a disparu",
        ],
        "chauffage": [
            "le chauffage ne marche plus",
            "il y a une fuite dans la salle de bains",
            "y a-t-il une panne de chauffage",
        ],
        "colis": [
            "où est mon colis",
            "quand allez-vous livrer mon colis",
            "le colis n'est pas arrivé",
        ],
        "cours": [
            "je veux changer de cours",
            "déplacez ma leçon",
            "peut-on prendre un autre jour",
        ],
        "remboursement": [
            "je veux être remboursé",
            "combien allez-vous me prélever",
            "remboursez-moi le billet",
        ],
    },
}


def stance(tag: str, request: str, said: str) -> Stance:
    spoken = manner(language(tag))
    rows = [(name, text) for name, texts in EXAMPLES[tag].items() for text in texts]
    clauses = [spoken.clause(spoken.full(text)) for _, text in rows]
    suits = Suits(spoken, [name for name, _ in rows], clauses)
    nearest = [place for place, (name, _) in enumerate(rows) if name == request]
    return suits.judge(request, spoken.clause(spoken.full(said)), nearest)


@pytest.mark.parametrize(
    ("request_name", "said"),
    [
        # What was done to the caller, or by others.
        ("refund", "i was charged twice"),
        ("refund", "you charged me for a ticket that i cancelled"),
        ("refund", "they charged my card again"),
        ("refund", "the machine charged me too much"),
        ("theft", "someone stole it last night"),
        ("theft", "somebody has taken my bike"),
        ("theft", "i lost the key this morning"),
        ("theft", "i've lost it"),
        # What is missing, or does not do what it should.
        ("leak", "there's no connection since the plumber was here"),
        ("leak", "no water since yesterday"),
        ("leak", "i've got no hot water"),
        ("leak", "the tap won't turn"),
        ("leak", "the boiler connection does not work"),
        ("leak", "nobody came to look at the leak"),
        ("parcel", "it has not been delivered"),
        ("parcel", "i never received my parcel"),
        ("parcel", "you have not delivered my parcel yet"),
        ("parcel", "never got the parcel"),
        ("parcel", "i ordered it but i did not receive it"),
        ("parcel", "your courier didn't come"),
        ("parcel", "i was waiting all day and the parcel wasn't delivered"),
        ("statement", "you still haven't sent my statement"),
        ("statement", "don't forget to send me the statement"),
        ("statement", "you don't have the right address for my statement"),
        ("statement", "i already asked for the statement"),
        # Of whom and of how many.
        ("table", "a table for four people"),
        ("table", "something for me and my boss"),
        ("table", "we are six people and it's for my friend's birthday"),
        ("leak", "my neighbour's water is dripping into my kitchen"),
        ("statement", "my landlord wants to see my statement"),
        # Polite, and what the caller will not be able to do.
        ("membership", "i was thinking of changing my membership"),
        ("membership", "i was going to ask for the family membership"),
        ("membership", "i heard that there's a cheaper membership"),
        ("move", "i'm not going to be there on friday"),
        ("move", "i can't come to my lesson"),
        ("move", "i won't be able to make it"),
        ("move", "i wasn't told about the lesson"),
        ("number", "i want to keep my number"),
        # With other times in it.
        ("leak", "it was fine until yesterday and now it drips"),
        ("leak", "i moved in two years ago and since then it drips every week"),
        ("statement", "could you send me last month's statement"),
        ("deadline", "when is the next month due"),
        ("parcel", "why has my parcel not come"),
        ("statement", "why didn't i get my statement"),
        ("membership", "i don't want to pay so much so can i have another membership"),
    ],
)
def test_a_complaint_is_a_request(request_name: str, said: str) -> None:
    assert stance("en", request_name, said) is Stance.WANTED


@pytest.mark.parametrize(
    ("request_name", "said"),
    [
        ("refund", "i don't want a refund"),
        ("refund", "no refund for me"),
        ("refund", "there's no need to refund it"),
        ("refund", "i'm not asking for my money back"),
        ("theft", "i did not lose my bike"),
        ("theft", "my bike wasn't stolen"),
        ("theft", "nobody stole my bike"),
        ("theft", "don't lock my bike"),
        ("theft", "never mind the bike"),
        ("theft", "my friend lost his bike"),
        ("theft", "a colleague of mine had his bike stolen"),
        ("theft", "years ago somebody stole my bike"),
        ("theft", "i locked the bike"),
        ("theft", "i found it"),
        ("theft", "suppose i lost my bike one day"),
        ("leak", "there is no leak"),
        ("leak", "i have no trouble with my tap"),
        ("leak", "the leak is repaired"),
        ("leak", "the tap works fine again"),
        ("leak", "everything is fine with the boiler"),
        ("table", "i do not need a table"),
        ("table", "please don't reserve the terrace"),
        ("table", "i already reserved one"),
        ("move", "i don't want to move my lesson"),
        ("move", "not the lesson please"),
        ("move", "i'd rather not postpone it"),
        ("membership", "i'm happy with my membership"),
        ("membership", "i'd rather stay with my membership"),
        ("membership", "keep my membership as it is"),
        ("membership", "i changed my membership last year"),
        ("membership", "i was only asking"),
        ("statement", "you don't need to send me the statement"),
        ("statement", "i've got the statement already"),
        ("statement", "forget about the statement"),
        ("parcel", "i'm calling to say that the parcel is here"),
        ("parcel", "you already delivered my parcel"),
    ],
)
def test_what_is_refused_or_only_told_is_no_request(request_name: str, said: str) -> None:
    assert stance("en", request_name, said) is Stance.UNWANTED


@pytest.mark.parametrize(
    ("request_name", "said"),
    [
        ("deadline", "why is my rent due so early"),
        ("refund", "why did you charge me"),
        ("refund", "what did you charge me last month"),
        ("refund", "how much was it last year"),
    ],
)
def test_a_reason_and_another_time_are_beyond_a_request(request_name: str, said: str) -> None:
    assert stance("en", request_name, said) is Stance.BEYOND


@pytest.mark.parametrize(
    ("request_name", "said"),
    [
        ("vol", "j'ai perdu la clé"),
        ("vol", "je l'ai perdue hier"),
        ("vol", "quelqu'un a volé mon vélo"),
        ("vol", "on me l'a pris"),
        ("chauffage", "pas de chauffage depuis hier"),
        ("chauffage", "je n'ai pas d'eau chaude depuis trois jours"),
        ("chauffage", "il n'y a aucune chaleur ici"),
        ("chauffage", "il y a un radiateur cassé"),
        ("chauffage", "le radiateur ne chauffe pas assez"),
        ("colis", "jamais reçu mon colis"),
        ("colis", "je n'ai toujours pas reçu mon colis"),
        ("colis", "vous ne m'avez pas livré"),
        ("cours", "je voulais changer de cours"),
        ("cours", "je ne peux pas venir vendredi"),
        ("cours", "c'est juste pour déplacer ma leçon"),
        ("remboursement", "j'ai été prélevé deux fois"),
        ("remboursement", "vous m'avez prélevé deux fois"),
        ("remboursement", "il y a une somme que je n'ai pas demandée"),
    ],
)
def test_a_french_complaint_is_a_request(request_name: str, said: str) -> None:
    assert stance("fr", request_name, said) is Stance.WANTED


@pytest.mark.parametrize(
    ("request_name", "said"),
    [
        ("vol", "je n'ai pas perdu ma clé"),
        ("vol", "ne bloquez pas le vélo"),
        ("vol", "surtout ne bloquez rien"),
        ("vol", "mon voisin a perdu sa clé"),
        ("vol", "j'ai perdu ma clé il y a deux ans"),
        ("chauffage", "le chauffage marche très bien"),
        ("chauffage", "aucun problème avec le chauffage"),
        ("cours", "je ne veux pas changer de cours"),
        ("cours", "pas de nouveau cours merci"),
        ("remboursement", "pas besoin de me rembourser"),
        ("remboursement", "c'était juste une question"),
    ],
)
def test_what_is_refused_in_french_is_no_request(request_name: str, said: str) -> None:
    assert stance("fr", request_name, said) is Stance.UNWANTED


@pytest.mark.parametrize(
    ("said", "only_tells"),
    [
        ("my sim is gone", True),
        ("i moved house last week", True),
        ("my daughter set this up", True),
        ("when this my build do", False),
        ("what is my plan", False),
        ("i need a new sim", False),
        ("block my sim", False),
        ("i've been charged twice", False),
        ("good morning", False),
        ("that is fine thanks", False),
        ("thank you for your help", False),
        ("i do not need anything else", False),
    ],
)
def test_who_only_tells_something_has_not_asked_for_anything_yet(
    said: str, only_tells: bool
) -> None:
    assert manner(language("en")).only_tells(said) == only_tells
