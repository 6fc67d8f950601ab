"""What of a general model's free text may be spoken, and what of it is a call in disguise.

Some models write a call as JSON into their answer, some their thoughts between tags, some markup.
None of that is ever said: from the first sign of it on, the text is held back. At its end it is a
call of a known tool, or the reply is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voice.response.engines.arguments import read_call
from voice.response.engines.engine import BadReply, FreeText, ModelCall

_NO_SPEECH = r"[{}\[\]<>|\\]|```"
_MARKUP = re.compile(r"[*#`_~]+")
_THOUGHT, _THOUGHT_END = "<think>", "</think>"
_MOST_HELD = 20_000
"""Characters; nobody calls a tool with more."""
_NAMES = ("name", "tool", "function", "tool_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input")


class SpokenText:
    """Takes pieces of one reply's text, gives what may be said of it, in whole words."""

    def __init__(self, tools: Iterable[str]) -> None:
        self._tools = frozenset(tools)
        # A name that is no word of the language is not said either.
        names = [re.escape(name) for name in sorted(self._tools) if not name.isalpha()]
        marks = [_NO_SPEECH, *(rf"(?<!\w){name}(?!\w)" for name in names)]
        self._mark = re.compile("|".join(marks))
        self._text = ""
        self._thinks = False
        """What comes is a thought, which nobody hears."""
        self._holds = False
        """What comes is no speech; it may be a call."""

    def push(self, text: str) -> str:
        """What may be said now; raises BadReply when too much has to be held back."""
        self._text += text
        said = ""
        while not self._holds:
            if self._thinks:
                thought, ended, self._text = self._text.partition(_THOUGHT_END)
                if not ended:
                    self._text = thought[-len(_THOUGHT_END) :]
                    break
                self._thinks = False
            mark = self._mark.search(self._text)
            # The last word may go on, and turn out to be a tool's name.
            end = mark.start() if mark else 1 + max(self._text.rfind(" "), self._text.rfind("\n"))
            said, self._text = said + self._text[:end], self._text[end:]
            if mark is None or (
                len(self._text) < len(_THOUGHT) and _THOUGHT.startswith(self._text)
            ):
                break
            self._thinks = self._text.startswith(_THOUGHT)
            self._holds = not self._thinks
        if len(self._text) > _MOST_HELD:
            raise BadReply("the model wrote something that is neither speech nor a call")
        return _MARKUP.sub("", said)

    def end(self) -> Iterator[FreeText | ModelCall]:
        """What is left to be said, or the call that was written as text.

        Raises BadReply when something was held back that is no call of a tool that there is.
        """
        if self._holds or (not self._thinks and self._mark.search(self._text)):
            yield self._call()
        elif not self._thinks and (rest := _MARKUP.sub("", self._text)):
            yield FreeText(rest)

    def _call(self) -> ModelCall:
        for value in _objects(self._text):
            name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
            if name is not None:
                arguments = next((value[key] for key in _ARGUMENTS if key in value), None)
                return read_call(name, arguments, self._tools)
        raise BadReply("the model wrote something that is neither speech nor a call")


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """The outermost JSON object in a text, and those in it, from the outside in."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return
    waiting: list[Any] = [value]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
