"""The room of the tools: what the assistant looks up and does for a caller, and whose that is.

A tool is a Python function of a package, an operation that an OpenAPI document describes, or a tool
of a server of the Model Context Protocol. However it comes, `run_tool` checks what goes in against
the task, keeps the deadline, holds what comes back against the task, and finds out what became of a
change that gave no answer. What comes back is text from outside.
"""

from voice.foreign_code import NothingDone
from voice.tools.act_keys import ActKeys
from voice.tools.loading import load_tools
from voice.tools.results import UnexpectedResult, Value
from voice.tools.tool import Arguments, Tool, ToolBox
from voice.tools.tool_run import Audit, ToolRun, run_tool

__all__ = [
    "ActKeys",
    "Arguments",
    "Audit",
    "NothingDone",
    "Tool",
    "ToolBox",
    "ToolRun",
    "UnexpectedResult",
    "Value",
    "load_tools",
    "run_tool",
]
