"""Where the pages are served: on this machine, or behind HTTPS, or not at all."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.settings.supervision import Supervision
from voice.supervision.address import check_exposure, listening_socket, url_of


def test_this_machine_and_a_named_proxy_need_no_certificate(tmp_path: Path) -> None:
    for listen in ("127.0.0.1:0", "[::1]:0", "127.9.9.9:0"):
        check_exposure(Supervision(listen=listen))
    check_exposure(Supervision(listen="0.0.0.0:0", proxy="192.0.2.1"))
    for name in ("a.pem", "a.key"):
        (tmp_path / name).write_text("x")
    pair = {"certificate": tmp_path / "a.pem", "key": tmp_path / "a.key"}
    check_exposure(Supervision(listen="0.0.0.0:0", **pair))


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"listen": "0.0.0.0:0"}, "can be reached from other machines"),
        ({"listen": "[::]:0"}, "can be reached from other machines"),
        ({"listen": "192.0.2.1:8060"}, "supervision.certificate and supervision.key"),
        ({"certificate": "/nowhere.pem"}, "needs supervision.key as well"),
        ({"certificate": "/nowhere.pem", "key": "/nowhere.key"}, "cannot be read"),
    ],
)
def test_anything_else_is_refused_in_one_line(settings: dict[str, str], part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        check_exposure(Supervision.model_validate(settings))


@pytest.mark.parametrize(
    ("key", "value"), [("origin", "http://a.example"), ("origin", "https://a/b"), ("proxy", "me")]
)
def test_a_proxy_and_an_origin_are_checked(key: str, value: str) -> None:
    with pytest.raises(ValueError, match=key):
        Supervision.model_validate({key: value})


def test_an_address_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ConfigError, match=f"supervision.listen: {address}: Address already"):
            listening_socket(Supervision(listen=address))


def test_the_address_is_what_a_browser_opens() -> None:
    with listening_socket(Supervision(listen="127.0.0.1:0")) as listener:
        port = listener.getsockname()[1]
        assert url_of(Supervision(), listener) == f"http://127.0.0.1:{port}"
        proxied = Supervision(proxy="192.0.2.1", origin="https://calls.example")
        assert url_of(proxied, listener) == "https://calls.example"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('listen = "0.0.0.0:0"', "can be reached from other machines"),
        ('accounts = "DAMAGED"', "not a file of accounts"),
        ('listen = "127.0.0.1:0"\ncertificate = "DAMAGED"\nkey = "DAMAGED"', "certificate"),
    ],
)
def test_the_process_says_it_in_one_line(tmp_path: Path, text: str, part: str) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_text("nothing of use")
    file = tmp_path / "voice.toml"
    text = text.replace("DAMAGED", str(damaged))
    if "accounts" not in text:
        text += f'\naccounts = "{tmp_path / "accounts.json"}"'
    file.write_text(f'[runtime]\ndirectory = "{tmp_path / "run"}"\n[supervision]\n{text}\n')
    command = [sys.executable, "-m", "voice.supervision", "--settings", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2 and done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"cannot-start {file}: supervision.") and part in line


def test_with_a_certificate_the_process_speaks_https(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    make = f"{openssl} req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    make += f" -addext subjectAltName=IP:127.0.0.1 -keyout {tmp_path}/a.key -out {tmp_path}/a.pem"
    subprocess.run(make.split(), check=True, capture_output=True)
    file = tmp_path / "voice.toml"
    file.write_text(
        f'[runtime]\ndirectory = "{tmp_path / "run"}"\n'
        f'[supervision]\nlisten = "0.0.0.0:0"\naccounts = "{tmp_path / "accounts.json"}"\n'
        f'certificate = "{tmp_path / "a.pem"}"\nkey = "{tmp_path / "a.key"}"\n'
    )
    command = [sys.executable, "-m", "voice.supervision", "--settings", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        _, url, *_ = process.stdout.readline().split()
        assert url.startswith("https://0.0.0.0:")
        port = int(url.rpartition(":")[2])
        trusted = ssl.create_default_context(cafile=str(tmp_path / "a.pem"))
        client = http.client.HTTPSConnection("127.0.0.1", port, context=trusted, timeout=10)
        client.request("GET", "/sign-in")
        assert client.getresponse().status == 200
        client.close()
        with socket.create_connection(("127.0.0.1", port)) as plain:
            plain.sendall(b"GET /sign-in HTTP/1.0\r\n\r\n")
            assert b"200" not in plain.recv(100)
        process.terminate()
        process.wait(10)
