"""Peers on the loopback that answer the doctor as real ones do."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def http_server(status: int = 200, models: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """A server with a list of models; its address and, as they come, the requests' methods."""
    methods: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            methods.append(self.command)
            body = json.dumps({"data": [{"id": model} for model in models]}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_GET = do_HEAD = _answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", methods
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def sip_peer(drops: int = 0) -> Iterator[tuple[str, list[bytes]]]:
    """Answers OPTIONS after `drops` lost ones; its address and, as they come, the requests."""
    requests: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        address = ours.getsockname()

        def serve() -> None:
            while True:
                request, source = ours.recvfrom(65_535)
                if not request:
                    return
                requests.append(request)
                if len(requests) > drops:
                    kept = [
                        line
                        for line in request.split(b"\r\n")
                        if line.startswith((b"Via:", b"From:", b"To:", b"Call-ID:", b"CSeq:"))
                    ]
                    ours.sendto(b"\r\n".join([b"SIP/2.0 200 OK", *kept, b"", b""]), source)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{address[1]}", requests
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", address)
            thread.join()


@contextmanager
def silent_port() -> Iterator[str]:
    """A UDP address that takes everything and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{ours.getsockname()[1]}"
