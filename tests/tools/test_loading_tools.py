"""All tools of the settings in one box; and what docs/tools.md shows works as it stands there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.tools.conftest import desk
from tests.tools.crm_desk import DOCUMENT
from voice.errors import ConfigError
from voice.settings import load_settings
from voice.tasks import load_tasks
from voice.tools import load_tools

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = (ROOT / "docs" / "tools.md").read_text(encoding="utf-8")
SETTINGS = """
[tools]
packages = ["office.py"]
[tools.openapi.crm]
document = "{document}"
hosts = ["crm.test"]
[tools.openapi.crm.tools.get_bill]
operation = "readInvoice"
identity = "unknown"
[tools.mcp.orders]
command = ["{python}", "-m", "tests.tools.orders_server", "{journal}"]
environment = {{ PYTHONPATH = {{ env = "TESTS" }} }}
[tools.mcp.orders.tools.read_order]
tool = "read_order"
identity = "unknown"
"""


def example(kind: str, number: int = 0) -> str:
    """A block of the document."""
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", EXAMPLES, flags=re.DOTALL)
    return found[number]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESTS", f"{ROOT}")
    monkeypatch.setenv("VOICE_NETWORK__ALLOW", '["crm.test"]')
    (tmp_path / "office.py").write_text(example("python"))
    paths = {"document": DOCUMENT, "python": sys.executable, "journal": tmp_path / "journal"}
    (tmp_path / "voice.toml").write_text(SETTINGS.format(**paths))
    return tmp_path


async def test_tools_of_all_kinds_are_in_one_box_which_closes_what_it_opened(folder: Path) -> None:
    tools, _ = await load_tools(load_settings())
    sources = {tool.name: tool.source for tool in tools}
    await tools.aclose()
    assert sources == {
        "get_order": "package", "get_bill": "openapi crm", "read_order": "mcp orders",
    }  # fmt: skip


async def test_without_the_extra_servers_are_refused_with_the_way_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "voice.tools.mcp_tools", None)
    with pytest.raises(ConfigError, match=r"tools\.mcp\.orders: needs the mcp extra: pip install"):
        await load_tools(load_settings())


async def test_a_host_that_the_network_does_not_allow_is_refused_at_the_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_NETWORK__ALLOW", "[]")
    with pytest.raises(ConfigError, match=r"crm\.server: crm\.test is not in \[network\] allow"):
        await load_tools(load_settings())


async def test_the_document_s_first_example_answers(folder: Path) -> None:
    (folder / "tasks").mkdir()
    (folder / "tasks" / "order.yaml").write_text(example("yaml"))
    (folder / "voice.toml").write_text(example("toml"))
    tools, _ = await load_tools(load_settings())
    tasks = load_tasks(folder / "tasks")
    tools.require(tasks)
    office, task = desk(*tools), tasks.tools["get_order"]
    known, other = [await office.run(task, {"order": f"0042001{last}"}) for last in (7, 8)]
    assert known.result == {"status": "sent", "parcels": 2}
    assert other.result == {"status": "unknown"}


@pytest.mark.parametrize("number", [1, 2])
def test_the_document_s_settings_are_settings(folder: Path, number: int) -> None:
    (folder / "voice.toml").write_text(example("toml", number))
    tools = load_settings().tools
    source = tools.openapi.get("shop") or tools.mcp["warehouse"]
    assert source.tools["get_order"].identity == "unknown"
