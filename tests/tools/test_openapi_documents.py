"""A document and what is declared of it: a mistake is found when the tools are loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tools.conftest import BLOCK_CARD, GET_BILL
from tests.tools.crm_desk import BLOCK, DOCUMENT, LOOK_UP, READ, desk_of
from tests.tools.crm_server import INVOICE, Crm, crm, json
from voice.errors import ConfigError


async def fitted(service: Crm, **settings: Any) -> None:
    """Load the tools and hold them against their tasks."""
    office = await desk_of(service, **settings)
    for task in (GET_BILL, BLOCK_CARD):
        tool = office.tools.get(task.name)
        if tool is not None and tool.fits is not None:
            tool.fits(task)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"document": "/nowhere.yaml"}, r"crm\.document: /nowhere.yaml: No such file"),
        ({"hosts": ["other.test"]}, r"crm\.server: crm.test is not in tools\.openapi\.crm\.hosts"),
        ({"server": "https://else.test"}, r"crm\.server: else.test is not in tools"),
        ({"headers": {"X": {"env": "NOT_THERE"}}}, r"headers\.X: .*no environment variable NOT_TH"),
        ({"headers": {"X": {"file": "/nowhere"}}}, r"headers\.X: /nowhere: No such file"),
        (
            {"tools": {"get_bill": {**READ, "operation": "readInvoices"}}},
            r"get_bill\.operation: .*no operation readInvoices \(there are: blockCard, noteCard, r",
        ),
        (
            {"tools": {"get_bill": {**READ, "operation": "noteCard"}}},
            r"noteCard: its body is no JSON",
        ),
        (
            {"tools": {"get_bill": {**READ, "arguments": {"customer": "caller.customer"}}}},
            r"get_bill\.arguments: nothing there is called customer$",
        ),
        (
            {"tools": {"get_bill": {**READ, "fixed": {"/x": 1}}}},
            r"get_bill\.fixed: nothing there is called /x$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "arguments": {"/holder/customer": "customer"}}}},
            r"block_card\.arguments: the task has no argument customer$|nothing takes",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "statuses": {"BLOCKED": "barred"}}}},
            r"block_card: barred is no status of the task: blocked$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "result": {"weeks": "/weeks"}}}},
            r"block_card\.result: the task has no value weeks$",
        ),
        (
            {"tools": {"block_card": {**BLOCK, "outcome": {**LOOK_UP, "operation": "x"}}}},
            r"block_card\.outcome\.operation: .*no operation x",
        ),
    ],
)
async def test_a_mistake_is_found_when_the_tools_are_loaded(
    settings: dict[str, Any], complaint: str
) -> None:
    async with crm(json({})) as service:
        with pytest.raises(ConfigError, match=complaint):
            await fitted(service, **settings)


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("openapi: 3.0.3", "swagger: '2.0'", "expected an OpenAPI document of version 3"),
        ("openapi: 3.0.3", "- openapi", "expected JSON or YAML|version 3"),
        ("{type: string, format: date}}", "{type: nothing}}", "no schema: "),
        ("#/components/parameters/Customer", "other.yaml#/Customer", "cannot be found"),
        ("#/components/schemas/Block", "#/components/schemas/Lost", "its body is no JSON"),
    ],
)
async def test_a_document_that_cannot_be_used_is_refused(
    written: str, instead: str, complaint: str, tmp_path: Path
) -> None:
    text, file = DOCUMENT.read_text(), tmp_path / "changed.yaml"
    assert written in text
    file.write_text(text.replace(written, instead))
    async with crm(json({})) as service:
        with pytest.raises(ConfigError, match=complaint):
            await fitted(service, document=str(file))


async def test_references_that_go_round_in_circles_end(tmp_path: Path) -> None:
    circle = "Dated: {$ref: '#/components/schemas/Invoice'}"
    async with crm(json(INVOICE)) as service:
        file = tmp_path / "circle.yaml"
        file.write_text(
            "\n".join(
                f"    {circle}" if "Dated:" in line else line
                for line in DOCUMENT.read_text().splitlines()
            )
        )
        run = await (await desk_of(service, document=str(file))).bill()
    assert run.error == "the schema cannot be followed"
