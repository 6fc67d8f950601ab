"""Where a tool may go: checked on the very connection that carries what it asks."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.tools.conftest import BILL, HOST
from tests.tools.crm_desk import DOCUMENT, desk_of
from tests.tools.crm_server import INVOICE, crm, json, plain
from voice import http_client
from voice.errors import ConfigError

METADATA = "169.254.169.254"


@pytest.mark.parametrize(
    "address",
    [
        METADATA, "10.0.0.7", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0",
        "168.63.129.16", "224.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::",
    ],
)  # fmt: skip
async def test_a_name_that_means_an_address_of_ours_is_not_called(
    address: str, names: dict[str, list[str]]
) -> None:
    async with crm(json(INVOICE)) as service:
        office = await desk_of(service)
        names[HOST] = [address]
        run, change = await office.bill(), await office.block()
    assert run.error == f"{HOST} lies in a network that is not listed"
    assert change.outcome == "not done"
    assert service.asked == []


async def test_the_address_that_was_checked_is_the_one_that_is_called(
    names: dict[str, list[str]],
) -> None:
    async with crm(json(INVOICE)) as service:
        office = await desk_of(service)
        names[HOST] = ["127.0.0.1", METADATA]
        assert (await office.bill()).result == BILL
        assert names[HOST] == [METADATA]
        run = await office.bill()
    assert run.error == f"{HOST} lies in a network that is not listed"
    assert len(service.asked) == 1


async def test_the_loopback_itself_has_to_be_listed() -> None:
    async with crm(json(INVOICE)) as service:
        run = await (await desk_of(service, networks=[])).bill()
    assert run.error == f"{HOST} lies in a network that is not listed"


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    make = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={name}"
    make += f" -addext subjectAltName=DNS:{name} -keyout {folder}/a.key -out {folder}/a.pem"
    subprocess.run(make.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "a.pem", folder / "a.key")
    return context


@pytest.mark.parametrize(("name", "outcome"), [(HOST, "done"), ("other.test", "failed")])
async def test_a_certificate_is_checked_for_the_name_though_an_address_is_called(
    name: str, outcome: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = certificate(tmp_path, name)
    trusted = ssl.create_default_context(cafile=str(tmp_path / "a.pem"))
    monkeypatch.setattr(http_client, "_certificates", lambda: trusted)
    async with crm(json(INVOICE), certificate=context) as service:
        office = await desk_of(service, server=service.url.replace("http://", "https://"))
        run = await office.bill()
    assert run.outcome == outcome


async def test_a_document_may_be_fetched_by_the_same_rules(names: dict[str, list[str]]) -> None:
    document = plain(DOCUMENT.read_text(), "application/yaml")
    async with crm(document, json(INVOICE)) as service:
        address = f"{service.url}/openapi.yaml"
        assert (await (await desk_of(service, document=address)).bill()).result == BILL
        names[HOST] = [METADATA]
        with pytest.raises(ConfigError, match="lies in a network that is not listed"):
            await desk_of(service, document=address)
