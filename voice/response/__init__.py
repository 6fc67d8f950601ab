"""The response step: from the caller's words to an answer, by way of the operator's tools.

`load_responder` opens the tasks and what the settings name: a model in this process, or a server
beside it (`engines/engine.py` says what all of them are). `session` is one call's use of it, and
each turn of the caller is a `ResponseTurn`, which is read step by step. The model chooses the tool
and the sentence; what may run and what may be said is decided in `rules/`.
"""

from voice.response.caller_text import normal_form
from voice.response.loading import load_responder
from voice.response.responder import Responder
from voice.response.rules.asides import Aside
from voice.response.rules.steps import (
    CallingTool,
    Later,
    NeedsIdentity,
    SayClause,
    Step,
    ToolAnswered,
    Waits,
    WantsEnd,
    WantsPerson,
)
from voice.response.rules.turn import ResponseTurn
from voice.response.session import ResponseSession
from voice.tools import Tool, ToolBox, Value

__all__ = [
    "Aside",
    "CallingTool",
    "Later",
    "NeedsIdentity",
    "Responder",
    "ResponseSession",
    "ResponseTurn",
    "SayClause",
    "Step",
    "Tool",
    "ToolAnswered",
    "ToolBox",
    "Value",
    "Waits",
    "WantsEnd",
    "WantsPerson",
    "load_responder",
    "normal_form",
]
