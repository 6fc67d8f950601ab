"""Speech: any Piper voice speaks clauses as a person says them, with the time of each word.

    speaker = PiperSpeaker.load("embedded-en")
    clause = await speaker.synthesise("Your balance is 42.17 euros.", sample_rate=8000)
    clause.pcm, clause.heard(900)

`ClauseSplitter` cuts a streamed answer into clauses; `Voices` holds a speaker for each language.
"""

from voice.speech.cache import CACHED_CLAUSES, ClauseCache
from voice.speech.clause import SpokenClause, SpokenWord
from voice.speech.lexicon import Lexicon
from voice.speech.pieces import pieces_of, spoken_as
from voice.speech.silences import levelled
from voice.speech.speaker import PiperSpeaker, Speaker
from voice.speech.splitting import ClauseSplitter
from voice.speech.voices import Voices

__all__ = [
    "CACHED_CLAUSES",
    "ClauseCache",
    "ClauseSplitter",
    "Lexicon",
    "PiperSpeaker",
    "Speaker",
    "SpokenClause",
    "SpokenWord",
    "Voices",
    "levelled",
    "pieces_of",
    "spoken_as",
]
