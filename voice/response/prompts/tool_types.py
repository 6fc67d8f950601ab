"""Tools as gpt-oss reads them: a TypeScript namespace in the developer's message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from voice.response.prompts.briefing import ToolDescription

_PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}
_DEEPER = "    "


def namespace(tools: Iterable[ToolDescription]) -> str:
    """The section on tools, as openai-harmony writes it.

    Of JSON Schema: objects, arrays, plain types, enums of words, descriptions and defaults.
    """
    lines = ["## functions\n", "namespace functions {\n"]
    for tool in tools:
        lines += [f"// {line}" for line in tool.description.splitlines()]
        taken = "" if tool.parameters is None else f"_: {_type(tool.parameters, '')}"
        lines.append(f"type {tool.name} = ({taken}) => any;\n")
    return "# Tools\n\n" + "\n".join([*lines, "} // namespace functions"])


def _type(schema: Mapping[str, Any], indent: str) -> str:
    match schema.get("type"):
        case "object":
            return "\n".join(_object(schema, indent))
        case "array":
            return f"{_type(schema['items'], indent)}[]" if "items" in schema else "Array<any>"
        case "string" if schema.get("enum"):
            return " | ".join(f'"{word}"' for word in schema["enum"])
        case kind:
            return _PLAIN.get(str(kind), "any")


def _object(schema: Mapping[str, Any], indent: str) -> Iterator[str]:
    if "description" in schema:
        yield f"{indent}// {schema['description']}"
    yield "{"
    for name, value in schema.get("properties", {}).items():
        if "description" in value:
            yield f"{indent}// {value['description']}"
        optional = "" if name in schema.get("required", ()) else "?"
        yield f"{indent}{name}{optional}: {_type(value, indent + _DEEPER)},{_default(value)}"
    yield f"{indent}}}"


def _default(schema: Mapping[str, Any]) -> str:
    if "default" not in schema:
        return ""
    default = schema["default"]
    plain = isinstance(default, str) and "enum" in schema
    return f" // default: {default if plain else json.dumps(default, ensure_ascii=False)}"
