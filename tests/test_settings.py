"""One tree of settings; a mistake is answered with its place, its reason and a suggestion."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from voice.errors import ConfigError
from voice.settings import Settings, load_settings

EXAMPLE = Path(__file__).resolve().parent.parent / "voice.example.toml"


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
    assert settings.network.allow == []


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
        ("[sip]\nmax_calls = 0", r"sip\.max_calls: .*greater than or equal to 1"),
        ("[sip]\nlisten = 'example'", r"sip\.listen: expected ADDRESS:PORT"),
        ("[sip]\nlisten = 'localhost:5060'", r"sip\.listen: .*localhost"),
        (
            "[[sip.trunks]]\nname = 'a'\nnetworks = ['10.0.0.0/99']",
            r"networks\.0: .*10\.0\.0\.0/99",
        ),
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
        if heading := re.match(r"\[(\w+)]", line):
            section = f"{heading[1]}."
        if key := re.match(r"(?:# )?(\w+) = ", line):
            documented.add(section + key[1])
    assert documented == keys(Settings)
    assert tomllib.loads(text)
