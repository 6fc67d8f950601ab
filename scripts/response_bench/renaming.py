"""The same tasks with other names for all tasks and tools, and other first wordings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def renamed(folder: Path, into: Path) -> Path:
    """Write such task files; what callers say and what requests are called stays as it is."""
    files = {file.name: yaml.safe_load(file.read_text("utf-8")) for file in folder.glob("*.yaml")}
    tools = {
        task["tool"]["name"]: f"service_{number}"
        for number, task in enumerate(files.values())
        if task.get("tool")
    }
    for number, (name, task) in enumerate(sorted(files.items(), reverse=True)):
        task["name"] = f"matter_{number}"
        if tool := task.get("tool"):
            tool["name"] = tools[tool["name"]]
            if quote := tool.get("quote"):
                tool["quote"] = tools[quote]
            if undo := tool.get("undo"):
                undo["tool"] = tools[undo["tool"]]
        for kind in ("answers", "spoken_by_code"):
            task[kind] = {act: _reworded(words, tools) for act, words in task.get(kind, {}).items()}
        text = yaml.safe_dump(task, allow_unicode=True, sort_keys=False)
        (into / f"{number:02}_{name}").write_text(text, "utf-8")
    return into


def _reworded(words: Any, tools: dict[str, str]) -> Any:
    if isinstance(words, dict):
        return {tag: _reworded(each, tools) for tag, each in words.items()}
    for old, new in tools.items():
        words = [wording.replace(f"{{{old}.", f"{{{new}.") for wording in words]
    first, *others = words
    return [f"{first} So." if not first.startswith("{last_answer") else first, *others]
