"""Tools that are Python functions: an entry point, a module, or a file beside the settings."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from voice.errors import ConfigError
from voice.identity import Caller
from voice.settings import Settings, load_settings
from voice.tools import load_tools

TOLD = threading.Event()
"""A line was logged."""
OFFICE = """
from voice.identity import IdentityLevel
from voice.tools import Tool, ToolBox

def get_hours(caller, arguments):
    return {"status": "found"}

def load(settings):
    return ToolBox([Tool("get_hours", IdentityLevel.LEVEL, False, get_hours)])
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def settings_of(folder: Path, *packages: str, more: str = "") -> Settings:
    (folder / "voice.toml").write_text(f"[tools]\npackages = {list(packages)}\n{more}")
    return load_settings()


async def test_a_file_beside_the_settings_is_a_package(folder: Path) -> None:
    (folder / "office.py").write_text(OFFICE.replace("LEVEL", "UNKNOWN"))
    tools, identity = await load_tools(settings_of(folder, "office.py"))
    assert tools.get("get_hours") is not None
    assert await identity.knows(Caller("35315550101")) is None


async def test_a_module_is_a_package(folder: Path) -> None:
    (folder / "own_office.py").write_text(OFFICE.replace("LEVEL", "UNKNOWN"))
    tools, _ = await load_tools(settings_of(folder, "own_office"))
    assert tools.get("get_hours") is not None


async def test_several_packages_make_one_box(folder: Path) -> None:
    (folder / "office.py").write_text(OFFICE.replace("LEVEL", "VERIFIED"))
    database = f'[demo]\ndatabase = "{folder / "operator.sqlite"}"\n'
    tools, identity = await load_tools(settings_of(folder, "demo", "office.py", more=database))
    assert tools.get("get_hours") and tools.get("get_bill")
    assert identity.customer_digits > 1


@pytest.mark.parametrize(
    ("content", "packages", "complaint"),
    [
        ("", ["nobody"], r"tools\.packages: nobody: no such package \(installed: demo"),
        ("", ["nobody.tools"], r"tools\.packages: nobody\.tools: no such package"),
        ("", ["./else.py"], r"tools\.packages: else\.py: no such file"),
        ("", ["office.py"], r"office\.py: it has no function load"),
        ("def load(settings):\n    return []\n", ["office.py"], r"its load gives no ToolBox"),
        (OFFICE, ["office.py"], r"get_hours needs a verified caller, and none of the packages"),
        (OFFICE, ["demo", "demo"], r"two of them establish who calls"),
    ],
)
async def test_a_package_that_cannot_be_used_is_refused(
    folder: Path, content: str, packages: list[str], complaint: str
) -> None:
    (folder / "office.py").write_text(content.replace("LEVEL", "VERIFIED"))
    database = f'[demo]\ndatabase = "{folder / "operator.sqlite"}"\n'
    with pytest.raises(ConfigError, match=complaint):
        await load_tools(settings_of(folder, *packages, more=database))


@pytest.mark.parametrize("package", ["own_desk", "own_desk.py"])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("\nimport nowhere_to_be_found\n", r":2: ModuleNotFoundError: .*nowhere_to_be_found"),
        ("def load(settings:\n", r":1: '\(' was never closed"),
        ("def load(settings):\n    return tolls\n", r":2: NameError: name 'tolls' is not"),
        ("def load(settings):\n    open('gone')\n", r":2: FileNotFoundError: .*gone"),
        ("def load():\n    pass\n", r"TypeError: load\(\) takes 0 positional arguments"),
        ("raise SystemExit('its key is 4711')\n", r":1: SystemExit$"),
        ("raise ValueError('its key is 4711')\n", r":1: ValueError$"),
        (OFFICE.replace("IdentityLevel.LEVEL", "'unknown'"), r"TypeError: .*an IdentityLevel$"),
        (OFFICE.replace("LEVEL, False, get", "UNKNOWN, False, 'get"), r":9: unterminated string"),
    ],
)
async def test_a_package_that_fails_says_where_and_why(
    folder: Path, package: str, content: str, complaint: str
) -> None:
    """In its own words only where these are Python's; others may quote a secret."""
    (folder / "own_desk.py").write_text(content)
    sys.modules.pop("own_desk", None)
    with pytest.raises(ConfigError, match=rf"^tools\.packages: {package}: .*{complaint}") as no:
        await load_tools(settings_of(folder, package))
    assert "\n" not in str(no.value)


async def test_a_package_that_does_not_come_to_an_end_is_named_in_the_log(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("voice.tools.packages._SLOW_SECONDS", 0.01)
    waits = "import tests.tools.test_packages as beside\nassert beside.TOLD.wait(20)\n"
    (folder / "office.py").write_text(waits + OFFICE.replace("LEVEL", "UNKNOWN"))

    def heard(record: logging.LogRecord) -> bool:
        TOLD.set()
        return True

    caplog.handler.addFilter(heard)
    await load_tools(settings_of(folder, "office.py"))
    assert caplog.messages == ["tools.packages: office.py: is still being loaded after 0.01 s"]


async def test_two_tools_of_one_name_are_refused(folder: Path) -> None:
    for name in ("office.py", "desk.py"):
        (folder / name).write_text(OFFICE.replace("LEVEL", "UNKNOWN"))
    with pytest.raises(ConfigError, match="two are called get_hours"):
        await load_tools(settings_of(folder, "office.py", "desk.py"))


# Settings

TOOL = '[tools.openapi.crm.tools.get_bill]\noperation = "a"\nidentity = "unknown"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[tools.openapi.crm]\n", r"tools\.openapi\.crm\.document: .*required"),
        (TOOL, r"tools\.openapi\.crm\.document: .*required"),
        (f"{TOOL}opertion = 'b'", r"get_bill\.opertion: unknown key \(did you mean operation\?\)"),
        (f"{TOOL}result = {{ amount = 'a' }}", r"result\.amount: 'a': expected a JSON pointer"),
        (f"{TOOL}answers = {{ 200 = 'a' }}", r"get_bill\.answers\.200.*: .*pattern"),
        (
            f"{TOOL}arguments = {{ a = 'caller.pin' }}",
            r"arguments\.a: 'caller\.pin': expected an a",
        ),
        ("[tools.mcp.orders]\ntools = {}", r"tools\.mcp\.orders: expected command or url"),
        (
            "[tools.mcp.orders]\ntools = {}\ncommand = ['a']\nurl = 'https://b.example'",
            r"tools\.mcp\.orders: expected command or url",
        ),
        (
            "[tools.mcp.orders]\ntools = {}\ncommand = ['a']\nheaders = { Host = { env = 'A' } }",
            r"headers\.Host.*: 'Host': expected the name of a header",
        ),
        (
            "[tools.mcp.orders]\ntools = {}\ncommand = ['a']\nheaders = { A = { value = 'b' } }",
            r"headers\.A",
        ),
        (
            "[tools.mcp.orders]\ntools = {}\ncommand = ['a']\nnetworks = ['10.0.0.1/8']",
            r"networks\.0: .*10\.0\.0\.1/8",
        ),
    ],
)
def test_a_mistake_in_the_settings_is_answered_with_its_place(
    folder: Path, text: str, complaint: str
) -> None:
    (folder / "voice.toml").write_text(text)
    with pytest.raises(ConfigError, match=complaint):
        load_settings()


def test_an_empty_secret_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS", " ")
    text = "[tools.mcp.orders]\ntools = {}\ncommand = ['a']\nheaders = { A = { env = 'ORDERS' } }\n"
    (folder / "voice.toml").write_text(text)
    header: Any = load_settings().tools.mcp["orders"].headers["A"]
    with pytest.raises(ConfigError, match=r"x: ORDERS: expected a line of printable ASCII"):
        header.read("x")
