"""Which task a call is about: that of the tool that was called last."""

from __future__ import annotations

import logging
from pathlib import Path

import yaml

from voice.model_folders import tasks_folder

log = logging.getLogger(__name__)


def tasks_by_tool(folder: str) -> dict[str, str]:
    """The task of each tool; the call processes check the files, here a damaged one is left out.

    The response room reads them, too, but loads an engine for it.
    """
    tasks: dict[str, str] = {}
    for file in sorted(Path(tasks_folder(folder)).glob("*.yaml")):
        try:
            task = yaml.safe_load(file.read_text(encoding="utf-8"))
            if task.get("tool"):
                tasks[str(task["tool"]["name"])] = str(task["name"])
        except (OSError, ValueError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            log.warning("task %s cannot be read: %s", file.name, error)
    return tasks
