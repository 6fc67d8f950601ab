"""Every route and what stands before it: session, origin, proxy, policy, limits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from tests.supervision.events_of_a_call import NUMBER, EventsOfACall
from tests.supervision.kept_calls import KeptCall
from voice.audio import FlacWriter
from voice.events import CallEnded, FinalTranscript
from voice.feed import FeedSound, Listen, Watch
from voice.records import RECORDING
from voice.settings import Runtime, Settings
from voice.settings.supervision import Supervision
from voice.settings.telephony import Sip
from voice.supervision.accounts import Accounts
from voice.supervision.address import dialled
from voice.supervision.application import application
from voice.supervision.board import Board
from voice.supervision.call_index import CallIndex
from voice.supervision.desk import Desk
from voice.supervision.listening import MOST_CHUNKS, MOST_LISTENERS, Listeners
from voice.supervision.past_calls import PastCalls
from voice.supervision.protection import PUBLIC
from voice.supervision.sessions import Attempts, Sessions
from voice.supervision.watching import Watching

ORIGIN = {"Origin": "http://testserver"}
PAGE = {"Accept": "text/html"}


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Site:
    desk: Desk
    app: Starlette
    clock: Clock
    password: str
    told: list[Listen | Watch]

    def client(self, signed_in: bool = True, address: str = "10.0.0.9") -> TestClient:
        client = TestClient(self.app, follow_redirects=False, client=(address, 5000))
        if signed_in:
            assert self.sign_in(client, self.password).status_code == 303
        return client

    def sign_in(self, client: TestClient, password: str, **headers: str) -> Response:
        form = {"name": "ana", "password": password}
        return client.post("/sign-in", data=form, headers={**ORIGIN, **headers})


def site_of(folder: Path, settings: Supervision) -> Site:
    accounts, clock = Accounts(folder / "accounts.json"), Clock()
    password = accounts.issue("ana")
    told: list[Listen | Watch] = []
    past = PastCalls(folder / "records", {})
    desk = Desk(
        settings,
        accounts,
        Sessions(accounts, settings.session_hours, clock),
        Board(12),
        Listeners(told.append),
        Watching(told.append),
        past,
        CallIndex(folder / "records", past.line),
        ("balance", "plan"),
        lambda: "sip:192.0.2.7:5060",
        Attempts(clock),
    )
    return Site(desk, application(desk), clock, password, told)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return site_of(tmp_path, Supervision())


def routes(app: Starlette) -> list[tuple[str, str]]:
    """(kind, path) of everything that the application serves."""
    found: list[tuple[str, str]] = []
    for route in app.routes:
        match route:
            case Route():
                path = route.path.replace("{call_id}", "c1")
                found += [(method, path) for method in route.methods or ()]
            case WebSocketRoute():
                found.append(("websocket", route.path.replace("{call_id}", "c1")))
            case Mount():
                assert isinstance(route.app, StaticFiles) and route.app.directory is not None
                files = Path(route.app.directory).iterdir()
                found += [("GET", f"{route.path}/{file.name}") for file in files]
            case _:
                raise AssertionError(f"a route of another kind: {route}")
    return found


def test_every_route_without_a_session_is_refused(site: Site) -> None:
    site.desk.board.apply(EventsOfACall().started())
    client = site.client(signed_in=False)
    client.cookies.set("voice", "made-up")
    refused = 0
    for kind, path in routes(site.app):
        if path in PUBLIC:
            continue
        refused += 1
        if kind == "websocket":
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect(path, headers=ORIGIN),
            ):
                pass
            continue
        answer = client.request(kind, path, headers=ORIGIN)
        assert answer.status_code == 401, (kind, path)
        shown = client.request(kind, path, headers={**ORIGIN, **PAGE})
        assert (shown.status_code, shown.headers["location"]) == (303, "/sign-in")
    assert refused >= 12
    assert {"/sign-in", "/assets/style.css", "/assets/icon.svg"} == PUBLIC


def test_every_answer_has_the_policy(site: Site) -> None:
    client = site.client()
    for path in ("/", "/sign-in", "/calls/none", "/assets/board.js", "/nowhere"):
        answer = client.get(path, headers=PAGE)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "<script>" not in answer.text and " style=" not in answer.text


def test_the_cookie_is_kept_from_scripts_and_other_sites(site: Site) -> None:
    answer = site.sign_in(site.client(signed_in=False), site.password)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "secure" not in cookie


def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    site = site_of(tmp_path, Supervision(proxy="10.0.0.9/32", origin="https://calls.example"))
    client = site.client(signed_in=False)
    answer = site.sign_in(client, site.password, Origin="https://calls.example")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-voice=") and "Secure" in cookie and "Path=/" in cookie
    assert site.sign_in(client, site.password, Origin="http://calls.example").status_code == 403
    assert site.client(signed_in=False, address="10.0.0.8").get("/sign-in").status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "https://testserver", "null", ""])
def test_another_sites_page_can_do_nothing(site: Site, origin: str) -> None:
    client = site.client()
    headers = {"Origin": origin} if origin else {}
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/live", headers=headers),
    ):
        pass
    assert client.post("/sign-out", headers=headers).status_code == 403
    assert client.get("/").status_code == 200


def test_ten_wrong_passwords_are_enough_even_for_the_right_one(site: Site) -> None:
    client = site.client(signed_in=False)
    seen = [site.sign_in(client, "wrong").status_code for _ in range(10)]
    assert seen == [401] * 5 + [429] * 5
    answer = site.sign_in(client, site.password)
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0
    assert "Too many wrong passwords" in answer.text
    elsewhere = site.client(signed_in=False, address="10.0.0.10")
    assert site.sign_in(elsewhere, site.password).status_code == 303
    site.clock.now += 1000
    assert site.sign_in(client, site.password).status_code == 303


def test_an_expired_cookie_signs_out_pages_and_websockets(site: Site) -> None:
    site.desk.board.apply(EventsOfACall().started())
    client = site.client()
    with client.websocket_connect("/live", headers=ORIGIN) as socket:
        assert socket.receive_json()["calls"]
        site.clock.now += 13 * 3600
        site.desk.board.apply(EventsOfACall("c2").started())
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4401
    assert client.get("/", headers=PAGE).headers["location"] == "/sign-in"
    assert client.get("/").status_code == 401


def test_signing_out_ends_the_session_itself(site: Site) -> None:
    client = site.client()
    token = client.cookies["voice"]
    assert client.post("/sign-out", headers=ORIGIN).status_code == 303
    client.cookies.set("voice", token)
    assert client.get("/").status_code == 401


def test_an_endless_form_is_refused(site: Site) -> None:
    client = site.client(signed_in=False)
    answer = client.post("/sign-in", content=b"name=" + b"x" * 5000, headers=ORIGIN)
    assert answer.status_code == 413


def test_what_callers_say_stays_text_and_numbers_stay_masked(site: Site) -> None:
    make = EventsOfACall("c1")
    planted = "<script>alert(1)</script>"
    site.desk.board.apply(make.started(called=planted))
    site.desk.board.apply(make.next(FinalTranscript, text=planted, confidence=0.9))
    client = site.client()
    shown = client.get("/calls/c1").text
    assert planted not in shown and NUMBER not in shown
    with client.websocket_connect("/live?call=c1", headers=ORIGIN) as socket:
        told = socket.receive_json()
    assert told["lines"][0]["text"] == planted  # escaped by the page: a browser test looks
    assert NUMBER not in str(told) and "••34" in told["call"]["number"]


def test_a_call_that_does_not_exist_is_404_and_odd_queries_are_harmless(site: Site) -> None:
    client = site.client()
    assert client.get("/calls/none", headers=PAGE).status_code == 404
    assert client.get("/calls/..%2F..%2Fetc", headers=PAGE).status_code == 404
    assert client.get("/calls/none/recording").status_code == 404
    assert client.get("/assets/..%2Fdesk.py").status_code == 404
    for query in ("after=-1", "after=1e9", "after=" + "9" * 40, "run=x&after=5"):
        with client.websocket_connect(f"/live?{query}", headers=ORIGIN) as socket:
            assert socket.receive_json()["position"] == 0
    with client.websocket_connect("/live?call=none", headers=ORIGIN) as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 4410


def test_a_recording_can_be_sought_once_the_call_is_over(
    site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "voice.supervision")
    make = EventsOfACall("c1")
    site.desk.board.apply(make.started())
    folder = tmp_path / "records" / "c1"
    folder.mkdir(parents=True)
    with FlacWriter(folder / RECORDING, 8000) as writer:
        writer.append(np.ones(8000, np.int16), np.ones(8000, np.int16))
    client = site.client()
    assert client.get("/calls/c1/recording").status_code == 404
    site.desk.board.apply(make.next(CallEnded, reason="over", by="caller", duration_ms=1))
    answer = client.get("/calls/c1/recording", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content) == (206, b"fLaC")
    assert answer.headers["content-type"] == "audio/flac"
    client.get("/calls/c1/recording", headers={"Range": "bytes=1-"})
    # Whatever part was fetched, the log says once who had it; and again when it is played anew.
    (line,) = [record for record in caplog.records if record.msg == "a supervisor replays"]
    assert vars(line)["call_id"] == "c1" and vars(line)["supervisor"]
    client.get("/calls/c1/recording", headers={"Range": "bytes=0-"})
    assert [record.msg for record in caplog.records].count("a supervisor replays") == 2


def test_a_call_is_watched_while_a_page_shows_it(site: Site) -> None:
    site.desk.board.apply(EventsOfACall("c1").started())
    client = site.client()
    with client.websocket_connect("/live?call=c1", headers=ORIGIN) as first:
        first.receive_json()
        with client.websocket_connect("/live?call=c1", headers=ORIGIN) as second:
            second.receive_json()
            assert site.desk.watching.watched == ["c1"]
        with client.websocket_connect("/live", headers=ORIGIN) as board:
            board.receive_json()
        assert site.told == [Watch("c1", True)]
    assert site.told == [Watch("c1", True), Watch("c1", False)]
    assert site.desk.watching.watched == []


def test_listening_ends_with_the_call_and_garbage_ends_listening(site: Site) -> None:
    make = EventsOfACall("c1")
    site.desk.board.apply(make.started())
    client = site.client()
    with client.websocket_connect("/calls/c1/listen", headers=ORIGIN) as socket:
        socket.portal.call(site.desk.listening.sound, FeedSound("c1", 7, b"\x01\x00\x02\x00"))
        assert socket.receive_bytes() == b"\x07\x00\x00\x00\x01\x00\x02\x00"
        socket.portal.call(site.desk.listening.ended, "c1")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 4410
    assert site.told == [Listen("c1", True, "ana"), Listen("c1", False)]
    with client.websocket_connect("/calls/c1/listen", headers=ORIGIN) as socket:
        socket.send_bytes(b"\xff" * 100)
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 1003
    assert site.desk.listening.listened == [] and site.desk.pages == set()
    site.desk.board.apply(make.next(CallEnded, reason="over", by="caller", duration_ms=1))
    with client.websocket_connect("/calls/c1/listen", headers=ORIGIN) as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 4410


async def test_a_slow_listener_loses_the_oldest_and_there_are_so_many_at_most() -> None:
    listening = Listeners(lambda _: None)
    with listening.listener("c1", "ana") as listener:
        for number in range(MOST_CHUNKS + 3):
            listening.sound(FeedSound("c1", number, b""))
        assert listener.dropped == 3
        assert await listener.next() == b"\x03\x00\x00\x00"
        listening.sound(FeedSound("c2", 0, b""))
    assert listening.listened == []
    assert MOST_LISTENERS >= 20


@pytest.mark.parametrize(
    ("asked", "headers", "language"),
    [("", {}, "en"), ("", {"Accept-Language": "fr-CA,en;q=0.5"}, "fr"),
     ("?language=fr", {}, "fr"), ("?language=xx", {"Accept-Language": "de"}, "en")],
)  # fmt: skip
def test_pages_speak_english_and_french(
    site: Site, asked: str, headers: dict[str, str], language: str
) -> None:
    shown = site.client().get(f"/{asked}", headers=headers).text
    assert f'<html lang="{language}">' in shown
    assert ("Running calls" in shown) == (language == "en")


def test_past_calls_are_those_of_the_board_and_of_the_records(site: Site, tmp_path: Path) -> None:
    KeptCall("kept", days=20).write(tmp_path / "records")
    KeptCall("still", days=0).write(tmp_path / "records")
    asyncio.run(site.desk.index.refresh())
    for event in (
        EventsOfACall("running", wall=time.time()),
        EventsOfACall("over", wall=time.time()),
    ):
        site.desk.board.apply(event.started())
        if event.call_id == "over":
            site.desk.board.apply(event.next(CallEnded, reason="no input", by="assistant"))
    # Its process has come back since the records were read.
    site.desk.board.apply(EventsOfACall("still", wall=time.time()).started())
    client = site.client()
    told = client.get("/past").json()
    assert [row["id"] for row in told["calls"]] == ["over", "kept"]
    assert told["calls"][0]["end"] == "no input" and NUMBER not in str(told)
    assert client.get("/past?text=kept&page=7").json()["found"] == 1
    assert client.get("/past?" + "x" * 500 + "=1&end=%00&page=999999999999").status_code == 200


def test_an_empty_board_says_what_to_dial(site: Site) -> None:
    shown = site.client().get("/").text
    assert "No call is running." in shown and "<code>sip:192.0.2.7:5060</code>" in shown
    assert '<option value="balance">balance</option>' in shown
    french = site.client().get("/?language=fr").text
    assert '<option value="balance">solde</option>' in french
    assert "l’appelant a raccroché" in french
    assert "built-in method" not in shown + french


@pytest.mark.parametrize(
    ("said", "sip", "shown"),
    [
        ('{"address": "127.0.0.1:41234"}', Sip(listen="127.0.0.1:0"), "sip:127.0.0.1:41234"),
        ('{"address": "[::1]:41234"}', Sip(listen="[::1]:0"), "sip:[::1]:41234"),
        (
            '{"address": "0.0.0.0:5070"}',
            Sip(listen="0.0.0.0:5070", advertised_address="203.0.113.7"),
            "sip:203.0.113.7:5070",
        ),
        ("not JSON", Sip(listen="192.0.2.7:5060"), "sip:192.0.2.7:5060"),
        (None, Sip(listen="192.0.2.7:5060"), "sip:192.0.2.7:5060"),
    ],
)
def test_what_to_dial_is_what_the_edge_listens_on(
    said: str | None, sip: Sip, shown: str, tmp_path: Path
) -> None:
    settings = Settings(sip=sip, runtime=Runtime(directory=tmp_path))
    if said is not None:
        settings.runtime.statistics("edge").write_text(said)
    assert dialled(settings) == shown
