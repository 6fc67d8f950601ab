"""The floor of a call: who speaks, who acts, what is kept for later. One pure machine.

`Floor.take` is told what happens (`inputs`) and returns what is to be done about it (`actions`).
It knows no clock, no thread, no pipeline and no engine, to which `voice/calls/conversation.py`
connects it.
"""

from voice.dialogue.floor import Floor
from voice.dialogue.state import FloorState
from voice.dialogue.words import Sense, Words

__all__ = ["Floor", "FloorState", "Sense", "Words"]
