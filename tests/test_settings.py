"""One tree of settings; a mistake is answered with its place, its reason and a suggestion."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from voice.errors import ConfigError, ModelError
from voice.settings import Settings, load_settings
from voice.settings.places import blamed_on, placed

EXAMPLE = Path(__file__).resolve().parent.parent / "voice" / "voice.example.toml"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No voice.toml of the developer's own plays a part, nor the environment."""
    for variable in [name for name in os.environ if name.startswith("VOICE_")]:
        monkeypatch.delenv(variable)
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
        ("[speech]\nvoices = { xx = 'a' }", r"speech\.voices: 'xx' is no language that there is"),
        ("[speech.voices]\nfr = 'a'\nfr-FR = 'b'", r"speech\.voices: fr is there twice"),
        ("[speech.voices]\nen = 'a'", r"speech: voices: en is recognition\.language"),
        ("[speech]\nvoices = 'fr'", r"speech\.voices: .*dictionary"),
        ("[calls]\nno_input_reprompts = 5", r"rtp: media_timeout_seconds, 60, .* above 99$"),
        ("[sip]\nmax_calls = 0", r"sip\.max_calls: .*greater than or equal to 1"),
        ("[sip]\nlisten = 'example'", r"sip\.listen: '.*': expected IP-ADDRESS:PORT"),
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
        ("[sip]\nlisten = '127.0.0.1:65536'", r"sip\.listen: '.*': expected IP-ADDRESS:PORT"),
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
        (
            "[sip.outgoing]\naddress = 'pbx.example'",
            r"outgoing\.address: '.*': expected IP-ADDRESS:PORT",
        ),
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
        # A value of another type
        ("[sip]\nlisten = 5060", r"sip\.listen: .*string"),
        ("[sip]\nadvertised_address = 7", r"sip\.advertised_address: .*string"),
        ("[sip]\nperson = 200", r"sip\.person: .*string"),
        ("[sip.outgoing]\naddress = 5060", r"sip\.outgoing\.address: .*string"),
        ("[calls]\nemergency_target = 112", r"calls\.emergency_target: .*string"),
        ("[supervision]\norigin = 5", r"supervision\.origin: .*string"),
        ("[supervision]\nproxy = 5", r"supervision\.proxy: .*string"),
        ("[telemetry]\nlisten = true", r"telemetry\.listen: .*string"),
        ("[[sip.trunks]]\nname = 'a'\nnetworks = [5]", r"sip\.trunks\.0\.networks\.0: .*string"),
        ("[records]\ndirectory = 5", r"records\.directory: expected a path in quotes"),
        # Addresses, names and places that only look like some
        (
            "[sip]\nlisten = '::1:5060'",
            r"sip\.listen: '.*': expected IP-ADDRESS:PORT.*\[::1\]:5060",
        ),
        ("[sip]\nlisten = '[127.0.0.1]:5060'", r"sip\.listen: .*expected IP-ADDRESS:PORT"),
        ("[sip]\nlisten = '127.0.0.1:٣'", r"sip\.listen: '.*': expected IP-ADDRESS:PORT"),
        ("[sip]\nlisten = '224.0.0.1:5060'", r"sip\.listen: .*a group"),
        ("[sip]\nadvertised_address = '255.255.255.255'", r"advertised_address: .*anybody"),
        ("[sip.outgoing]\naddress = '224.0.0.1:5060'", r"outgoing\.address: .*a group"),
        ("[sip.outgoing]\naddress = '[::1]:5060'", r"sip\.outgoing: .*IP version"),
        ('[sip]\nrealm = "a\\r\\nX: y"', r"sip\.realm: .*expected a name"),
        ("[sip]\nrealm = ''", r"sip\.realm: .*expected a name"),
        ("[[sip.users]]\nname = ''", r"users\.0\.name: .*expected a name"),
        ("[[sip.users]]\nname = 'a:b'", r"users\.0\.name: .*without quotes"),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.1']\n" * 2,
            r"sip\.trunks: a is there twice",
        ),
        ("[records]\ndirectory = ''", r"records\.directory: expected a path"),
        ('[demo]\ndatabase = "a\\u0000b"', r"demo\.database: expected a path"),
        ("[calls]\ngreeting = ' '", r"calls\.greeting: expected a sentence"),
        ("[calls]\ngreeting = '...'", r"calls\.greeting: expected a sentence"),
        (f"[calls]\ngreeting = '{'word ' * 60}'", r"calls\.greeting: .*250 characters"),
        ("[models]\nindex = 'pypi.org'", r"models\.index: .*expected https://HOST"),
        ("[response]\nengine = 'vllm'", r"response\.engine: .*'openai'"),
        ("[response]\nengine = 'openai'", r"response: model: expected the name that the server"),
        ("[response]\nreasoning = 'minimal'", r"response\.reasoning: .*'none', 'low'"),
        ("[response.server]\nurl = '127.0.0.1:8000'", r"server\.url: .*no web address"),
        (
            "[response.server]\nurl = 'http://user:secret@127.0.0.1/v1'",
            r"response\.server\.url: expected an address alone; a key goes to key_file$",
        ),
        (
            "[response.server]\nkey = 'a'\nkey_file = 'b'",
            r"response\.server: key and key_file: expected one of them",
        ),
        ("[response.server]\nextra = 'low'", r"response\.server\.extra: .*dictionary"),
        ("[response.server]\nurl = 'http://127.0.0.1:port/v1'", r"server\.url: Port could not be"),
        ("[telemetry]\ntraces = 'http://127.0.0.1:0/v1'", r"telemetry\.traces: .*port 0 cannot be"),
        ("[network]\nallow = ['::g']", r"network\.allow\.0: .*no host"),
        ("[network]\nallow = ['https://pypi.org']", r"network\.allow\.0: .*for instance pypi\.org"),
        # Numbers without sense, and pauses that do not grow
        ("[calls]\nmax_minutes = inf", r"calls\.max_minutes: .*finite"),
        ("[response]\ntool_timeout_seconds = 1e300", r"response\.tool_timeout_seconds: .*60"),
        ("[recognition]\nthreads = 1000000", r"recognition\.threads: .*256"),
        ("[speech]\nworkers = 1000000", r"speech\.workers: .*64"),
        ("[turns]\nend_ms = 150", r"turns\.end_ms: 150 is below turns\.end_ms_sure, .*260"),
        ("[turns]\nspeculate_ms = 600", r"turns\.end_ms_sure: 260 is below turns\.speculate_ms"),
        ("[turns]\nend_ms = 1300", r"turns\.end_ms_open: 1200 is below turns\.end_ms"),
        ("[turns]\nend_ms_digits = 300", r"turns\.end_ms_digits: 300 is below turns\.end_ms"),
        (
            f"[runtime]\ndirectory = '/run/{'x' * 90}'",
            r"runtime\.directory: .*longer than 90 bytes",
        ),
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
    with pytest.raises(
        ConfigError, match=r"environment variable VOICE_CALLS__MAX_CALLS: .*integer"
    ):
        load_settings(file)


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("VOICE_SIP__LISTN", "127.0.0.1:1", r": unknown \(did you mean VOICE_SIP__LISTEN\?\)"),
        ("VOICE_SIPP__LISTEN", "127.0.0.1:1", r": unknown \(did you mean VOICE_SIP__LISTEN\?\)"),
        ("VOICE_SIP_LISTEN", "127.0.0.1:1", r": unknown \(did you mean VOICE_SIP__LISTEN\?\)"),
        ("VOICE_LOGLEVEL", "debug", r": unknown \(did you mean VOICE_LOG_LEVEL\?\)"),
        ("VOICE_SIP__LISTEN__PORT", "1", ": unknown"),
        ("VOICE_NETWORK__ALLOW", "pypi.org", ": expected JSON"),
        ("VOICE_SIP__TRUNKS", "carrier", ": expected JSON"),
        ("VOICE_SIP__OUTGOING", "192.0.2.1:5060", ": expected JSON"),
        ("VOICE_SIP__TRUNKS", '[{"name": "a"}]', r": 0\.networks: Field required"),
        ("VOICE_SIP", '{"listen": 5060}', ": listen: .*string"),
    ],
)
def test_a_mistaken_variable_is_named(
    variable: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=f"^environment variable {variable}{complaint}"):
        load_settings()


def test_variables_of_others_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICE_TEST_DATA", "/somewhere")
    monkeypatch.setenv("VOICE_CHANGER", "on")
    assert load_settings() == Settings()


def test_a_path_may_begin_at_home(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    file = written(empty_folder, "[records]\ndirectory = '~/records'")
    assert load_settings(file).records.directory == Path("/home/ana/records")


def test_a_mistake_found_later_has_its_place_too(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(empty_folder, "")
    with pytest.raises(ConfigError, match=r"^voice\.toml: sip\.listen: in use$"), placed(None):
        raise ConfigError("sip.listen: in use")
    with pytest.raises(ConfigError, match=r"^voice\.toml: sip\.listen: in use$"), placed(None):
        raise ConfigError("voice.toml: sip.listen: in use")
    complaint = rf"^{file}: speech\.voice: x: not there$"
    with pytest.raises(ModelError, match=complaint), placed(file), blamed_on("speech.voice"):
        raise ModelError("x: not there")
    monkeypatch.setenv("VOICE_SIP__LISTEN", "127.0.0.1:1")
    complaint = r"^environment variable VOICE_SIP__LISTEN: in use$"
    with pytest.raises(ConfigError, match=complaint), placed(file):
        raise ConfigError("sip.listen: in use")


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


def test_the_key_of_a_server_comes_from_file_or_environment_and_is_never_shown(
    empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = empty_folder / "key"
    secret.write_text("wonderland\n")
    file = written(empty_folder, f"[response.server]\nkey_file = '{secret}'\n")
    assert load_settings(file).response.server.read_key() == "wonderland"
    monkeypatch.setenv("VOICE_RESPONSE__SERVER__KEY", "builder")
    settings = load_settings(written(empty_folder, ""))
    assert settings.response.server.read_key() == "builder" and "builder" not in repr(settings)


def test_a_user_without_a_secret_is_a_mistake(empty_folder: Path) -> None:
    settings = load_settings(written(empty_folder, "[[sip.users]]\nname = 'alice'\n"))
    with pytest.raises(ConfigError, match="alice: needs password or password_file"):
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
        ("username = 'a'", "sip.outgoing: needs password or password_file"),
        ("password = 'b'", "sip.outgoing.username: missing, though there is a password"),
        ("username = 'a'\npassword = ''", "sip.outgoing: password: is empty"),
        ("username = 'a'\npassword_file = '/dev/null'", "sip.outgoing: /dev/null: is empty"),
        ("username = 'a'\npassword = 'b'\npassword_file = '/c'", "sip.outgoing: .* one of them"),
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
