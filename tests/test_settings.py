"""One tree of settings; a mistake is answered with its place, its reason and a suggestion."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from voice.errors import ConfigError
from voice.settings import Settings, load_settings

EXAMPLE = Path(__file__).resolve().parent.parent / "voice" / "voice.example.toml"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No voice.toml of the developer's own plays a part."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    file = folder / "voice.toml"
    file.write_text(text)
    return file


def test_without_a_file_the_defaults_hold_and_nothing_is_exposed() -> None:
    settings = load_settings()
    assert settings.sip.listen == "127.0.0.1:5060"
    assert settings.records.directory is None
    assert settings.network.allow == ["pypi.org", "files.pythonhosted.org"]


def test_a_voice_toml_in_the_folder_is_read(empty_folder: Path) -> None:
    written(empty_folder, "[calls]\nmax_calls = 7\n")
    assert load_settings().calls.max_calls == 7


def test_the_environment_wins_over_the_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_CALLS__MAX_CALLS", "9")
    file = written(empty_folder, "[calls]\nmax_calls = 7\nprocesses = 2\n")
    calls = load_settings(file).calls
    assert (calls.max_calls, calls.processes) == (9, 2)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[sip]\nlistn = '127.0.0.1:5060'", r"sip\.listn: unknown key \(did you mean listen\?\)"),
        ("[sipp]", r"sipp: unknown key \(did you mean sip\?\)"),
        ("[[sip.users]]\nname = 'a'\npasword = 'b'", r"users\.0\.pasword: .*mean password\?"),
        ("[rtp]\nmedia_timeout_seconds = 20", r"rtp: media_timeout_seconds, 20, .* above 57$"),
        ("[calls]\nno_input_reprompts = 5", r"rtp: media_timeout_seconds, 60, .* above 99$"),
        ("[sip]\nmax_calls = 0", r"sip\.max_calls: .*greater than or equal to 1"),
        ("[sip]\nlisten = 'example'", r"sip\.listen: expected ADDRESS:PORT"),
        ("[sip]\nlisten = 'localhost:5060'", r"sip\.listen: .*localhost"),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/99']",
            r"networks\.0: .*10\.0\.0\.0/99",
        ),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\nmedia = 'any'",
            r"trunks\.0\.media: expected \"strict\", \"symmetric\" or a list of networks",
        ),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\nmedia = []",
            r"trunks\.0\.media: expected \"strict\"",
        ),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\nmedia = ['pbx.example']",
            r"trunks\.0\.media: .*pbx\.example",
        ),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\nmedia = ['10.0.0.1/8']",
            r"trunks\.0\.media: .*10\.0\.0\.1/8",
        ),
        ("[sip]\nlisten = '127.0.0.1:65536'", r"sip\.listen: expected ADDRESS:PORT"),
        ("[sip]\nperson = 'extension 200'", r"sip\.person: .*expected sip:USER@HOST"),
        ("[sip]\nperson = 'tel:+35312345'", r"sip\.person: .*expected sip:USER@HOST"),
        ("[sip]\nperson = 'sip:200@'", r"sip\.person: .*expected sip:USER@HOST"),
        ("[sip]\nperson = 'sip:200@pbx.example:99999'", r"sip\.person: .*no SIP address"),
        ("[sip]\nperson = 'sip:200@192.0.2.256'", r"sip\.person: .*192\.0\.2\.256"),
        ("[sip]\nperson = 'sip:200@pbx>\\r\\nX: y'", r"sip\.person: "),
        ("[sip]\nadvertised_address = '203.0.113.7:5060'", r"advertised_address: .*without a port"),
        ("[sip]\nadvertised_address = 'voice.example'", r"advertised_address: .*not an IP address"),
        ("[sip]\nadvertised_address = '0.0.0.0'", r"advertised_address: .*anybody can call"),
        ("[sip]\nadvertised_address = '2001:db8::1'", r"advertised_address: .*IP version"),
        ("[sip.outgoing]\naddress = '192.0.2.1:0'", r"outgoing\.address: .*cannot be called"),
        ("[sip.outgoing]\naddress = 'pbx.example'", r"outgoing\.address: expected ADDRESS:PORT"),
        ("[[sip.users]]\nname = 'a'\n[[sip.users]]\nname = 'a'", r"sip\.users: a is there twice"),
        ("[rtp]\nport_min = 40000", r"rtp\.port_max: 32766 is not above rtp\.port_min.*40000"),
        ("[rtp]\nport_min = 20000\nport_max = 20000", r"rtp\.port_max: 20000 is not above"),
        ("[rtp]\nport_max = 70000", r"rtp\.port_max: .*65534"),
        ("[rtp]\njitter_min_ms = 200", r"rtp\.jitter_max_ms: 160 is not above"),
        (
            "[calls]\ncountry = 'XX'",
            r"calls\.country: no emergency number is known for 'XX' \(.*IE",
        ),
        ("[calls]\nemergency_target = '112'", r"calls\.emergency_target: 112 is no SIP address"),
        ("[turns]\ndetector = 'energy'", r"turns\.detector: .*'webrtc' or 'silero'"),
        ("[sip\n", "not valid TOML"),
    ],
)
def test_a_mistake_is_one_line_with_file_key_and_reason(
    empty_folder: Path, text: str, complaint: str
) -> None:
    file = written(empty_folder, text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_settings(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message


def test_a_mistake_in_the_environment_is_not_blamed_on_the_file(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICE_CALLS__MAX_CALLS", "many")
    file = written(empty_folder, "[calls]\nmax_calls = 7\n")
    with pytest.raises(ConfigError, match="environment variable VOICE_CALLS__MAX_CALLS: .*integer"):
        load_settings(file)


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.toml: No such file"):
        load_settings(Path("nowhere.toml"))


def test_a_secret_comes_from_a_file_and_is_never_shown(empty_folder: Path) -> None:
    secret = empty_folder / "alice"
    secret.write_text("wonderland\n")
    text = f"[[sip.users]]\nname = 'alice'\npassword_file = '{secret}'\n"
    text += "[[sip.users]]\nname = 'bob'\npassword = 'builder'\n"
    settings = load_settings(written(empty_folder, text))
    assert [user.secret() for user in settings.sip.users] == ["wonderland", "builder"]
    assert "builder" not in repr(settings)


def test_a_user_without_a_secret_is_a_mistake(empty_folder: Path) -> None:
    settings = load_settings(written(empty_folder, "[[sip.users]]\nname = 'alice'\n"))
    with pytest.raises(ConfigError, match="alice needs password or password_file"):
        settings.sip.users[0].secret()


@pytest.mark.parametrize(
    "uri",
    [
        "sip:200@192.0.2.1",
        "sip:agents@pbx.example:5070;transport=udp",
        "sip:pbx",
        "sip:1@[::1]:5060",
    ],
)
def test_a_person_is_any_sip_address(empty_folder: Path, uri: str) -> None:
    assert load_settings(written(empty_folder, f"[sip]\nperson = '{uri}'")).sip.person == uri


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("username = 'a'", "sip.outgoing needs password or password_file"),
        ("password = 'b'", "sip.outgoing: a password without a username"),
        ("username = 'a'\npassword_file = '/nowhere'", "sip.outgoing: /nowhere: No such file"),
    ],
)
def test_credentials_for_our_own_calls_are_whole(
    empty_folder: Path, text: str, complaint: str
) -> None:
    settings = load_settings(written(empty_folder, f"[sip.outgoing]\n{text}\n"))
    with pytest.raises(ConfigError, match=complaint):
        settings.sip.outgoing.credentials()


@pytest.mark.parametrize(
    ("text", "media"),
    [
        ("", "strict"),
        ("media = 'strict'", "strict"),
        ("media = 'symmetric'", "symmetric"),
        ("media = ['10.1.2.3', '2001:db8::/64']", ["10.1.2.3/32", "2001:db8::/64"]),
    ],
)
def test_a_trunk_says_from_where_its_audio_may_come(
    empty_folder: Path, text: str, media: object
) -> None:
    trunk = f"[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/8']\n{text}\n"
    assert load_settings(written(empty_folder, trunk)).sip.trunks[0].media == media


def keys(section: type[BaseModel], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, field in section.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found |= keys(inner, f"{prefix}{name}.")
        else:
            found.add(f"{prefix}{name}")
    return found


def test_the_annotated_example_holds_every_key_with_its_default() -> None:
    text = EXAMPLE.read_text()
    assert load_settings(EXAMPLE) == Settings()
    section = ""
    documented = set()
    for line in text.splitlines():
        if heading := re.match(r"\[([\w.]+)]", line):
            section = f"{heading[1]}."
        if key := re.match(r"(?:# )?(\w+) = ", line):
            documented.add(section + key[1])
    assert documented == keys(Settings)
    assert tomllib.loads(text)
