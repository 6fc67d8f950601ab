"""Tools that are Python functions: what a package of tools gives.

A package is an entry point of the group `voice.tools`, a module with a function `load`, or a file
with one. It takes the Settings and gives a ToolBox, or a ToolBox and an IdentityCheck.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from voice.errors import ConfigError, VoiceError
from voice.foreign_code import place_of
from voice.identity import IdentityCheck
from voice.settings import Settings
from voice.tools.tool import ToolBox

log = logging.getLogger(__name__)

_GROUP = "voice.tools"
_LOAD = "load"
_KEY = "tools.packages"
_SLOW_SECONDS = 10.0
_SLOW = "%s: %s: is still being loaded after %g s"
_PYTHONS_OWN = (ImportError, NameError, AttributeError, TypeError, OSError)
"""What these say names code and files, and no value that the package works with."""


def load_package(name: str, settings: Settings) -> tuple[ToolBox, IdentityCheck | None]:
    """The tools of a package, and what it knows of callers.

    Raises ConfigError where there is no such package, and where it fails, with the line.
    """
    slow = threading.Timer(_SLOW_SECONDS, log.warning, (_SLOW, _KEY, name, _SLOW_SECONDS))
    slow.daemon = True
    slow.start()
    try:
        loaded = _load_function(name)(settings)
    except VoiceError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a package is foreign code
        raise ConfigError(f"{_KEY}: {name}: {_told(error)}") from None
    finally:
        slow.cancel()
    tools, identity = loaded if isinstance(loaded, tuple) else (loaded, None)
    if not isinstance(tools, ToolBox):
        raise ConfigError(f"{_KEY}: {name}: its {_LOAD} gives no ToolBox")
    return tools, identity


def _told(error: BaseException) -> str:
    """Where it was raised and what it is; in its own words only where these are Python's."""
    if isinstance(error, SyntaxError):
        return f"{Path(error.filename or '').name}:{error.lineno}: {error.msg}"
    reason = type(error).__name__
    if isinstance(error, _PYTHONS_OWN):
        reason += f": {' '.join(str(error).split())}"
    return f"{place_of(error)}: {reason}"


def _load_function(name: str) -> Callable[[Settings], Any]:
    known = {entry.name: entry for entry in entry_points(group=_GROUP)}
    if name in known:
        function = known[name].load()
    elif name.endswith(".py"):
        function = getattr(_file(Path(name).expanduser()), _LOAD, None)
    else:
        function = getattr(_module(name, known), _LOAD, None)
    if not callable(function):
        raise ConfigError(f"{_KEY}: {name}: it has no function {_LOAD}")
    return function  # type: ignore[no-any-return]


def _file(path: Path) -> object:
    if not path.is_file():
        raise ConfigError(f"{_KEY}: {path}: no such file")
    specification = importlib.util.spec_from_file_location(f"voice_tools_{path.stem}", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    # Dataclasses and pickles look for the module of a class there.
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


def _module(name: str, known: dict[str, Any]) -> object:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        there = ", ".join(sorted(known)) or "none"
        raise ConfigError(f"{_KEY}: {name}: no such package (installed: {there})") from None
