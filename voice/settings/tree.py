"""The tree itself: the sections, what must be so of several together, and how it is read."""

from __future__ import annotations

import difflib
import os
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from voice.emergency import country
from voice.errors import ConfigError
from voice.network import is_allowed
from voice.settings.embedding import Embedding
from voice.settings.engines import EngineServices
from voice.settings.knowledge import Documents
from voice.settings.languages import ByLanguage, CallersLanguages, GreetingByLanguage
from voice.settings.network import Models, NetworkAccess
from voice.settings.places import DELIMITER, PREFIX, check_environment, place, settings_file
from voice.settings.response import BY_HEART, Response
from voice.settings.supervision import Supervision
from voice.settings.telemetry import Telemetry
from voice.settings.telephony import Rtp, Sip
from voice.settings.tools import Tools
from voice.settings.turns import Turns
from voice.settings.values import (
    LOCAL,
    EnginePlace,
    FilePath,
    Greeting,
    Section,
    SipUri,
    host_and_port,
)
from voice.user_folders import state_directory

REAL_RECOGNISER, REAL_VOICE = "whisper-base", "en_US-joe-medium"
"""What people are understood by; pulled on first use (voice/models/first_use.py)."""
EMBEDDED = "embedded-en"
"""The small recogniser and voice that come along; the recogniser understands synthetic voices."""
EMBEDDED_ONLY = {
    "VOICE_RECOGNITION__MODEL": EMBEDDED,
    "VOICE_RESPONSE__ENGINE": BY_HEART,
    "VOICE_SPEECH__VOICE": EMBEDDED,
}
"""The environment under which nothing but the embedded models is used."""


def _runtime_directory() -> Path:
    own = os.environ.get("XDG_RUNTIME_DIR")
    return Path(own) / "voice" if own else Path(tempfile.gettempdir()) / f"voice-{os.getuid()}"


LONGEST_RUNTIME_DIRECTORY = 107 - len("/supervision.sock")
"""Bytes; the address of a Unix socket has 107 (unix(7))."""


class Runtime(Section):
    """Where sockets, journals and notices of the running service lie."""

    directory: FilePath = Field(default_factory=_runtime_directory, validate_default=True)

    @field_validator("directory")
    @classmethod
    def _leaves_room_for_sockets(cls, directory: Path) -> Path:
        if len(os.fsencode(directory)) > LONGEST_RUNTIME_DIRECTORY:
            raise ValueError(
                f"{directory} is longer than {LONGEST_RUNTIME_DIRECTORY} bytes: sockets in it "
                "could not be opened"
            )
        return directory

    def call_socket(self, process: int) -> Path:
        """The leg socket on which the call process with this number (from 0) listens."""
        return self.directory / f"calls-{process}.sock"

    def statistics(self, process: str) -> Path:
        """Where the process of that name writes its counters and heartbeat, as JSON.

        Its metrics in Prometheus' form lie beside it, with the suffix .prom.
        """
        return self.directory / f"{process}.json"

    @property
    def apology(self) -> Path:
        """What the edge plays when a call process dies; written by the call processes."""
        return self.directory / "apology.wav"

    @property
    def dialog_journal(self) -> Path:
        """The edge's running dialogs, so that its successor can end them."""
        return self.directory / "dialogs.jsonl"

    @property
    def feed(self) -> Path:
        """The socket on which the supervision process hears of running calls."""
        return self.directory / "supervision.sock"


class Records(Section):
    """What is kept of a call; nothing by default."""

    directory: FilePath | None = None
    """One folder a call: call.flac (stereo: caller left, assistant right) and events.jsonl."""
    keep_days: float | None = Field(None, gt=0, le=36500)
    """Older calls are deleted; without it nothing is."""


ANSWER_SECONDS, PROMPT_SECONDS = 15.0, 6.0
"""What saying an answer (or the greeting) and one of the no-input prompts takes at most."""


def _country(code: str) -> str:
    try:
        return country(code).code
    except ConfigError as error:
        raise ValueError(str(error)) from None


class Calls(Section):
    """The call processes and the limits of a call."""

    processes: int = Field(1, ge=1, le=64)
    max_calls: int = Field(20, ge=1, le=40)
    """Running calls per process; more are answered 503."""
    max_minutes: float = Field(15.0, ge=1, le=1440)
    shutdown_seconds: float = Field(60.0, ge=0, le=86400)
    """How long running calls may go on after a stop was asked for."""
    greeting: Greeting | None = None
    """In `recognition.language`; without one, that of the language."""
    greetings: GreetingByLanguage = Field({})
    """The same for other languages, by their tags."""
    no_input_seconds: float = Field(8.0, gt=0, le=3600)
    no_input_reprompts: int = Field(2, ge=0, le=20)
    pin_attempts: int = Field(3, ge=1, le=10)
    country: Annotated[str, AfterValidator(_country)] = "IE"
    """Where the callers are (ISO 3166-1): which emergency number they know and are told."""
    emergency_target: SipUri | None = None
    """Where callers in distress are put through to, before `sip.person`."""

    @property
    def no_input_limit_seconds(self) -> float:
        """How long a caller may be silent: while we answer, and until the goodbye is said."""
        prompts = self.no_input_reprompts + 1
        return ANSWER_SECONDS + prompts * (self.no_input_seconds + PROMPT_SECONDS)


class Identity(Section):
    """Proofs of identity over all calls; `calls.pin_attempts` is the limit within one."""

    tries_per_hour: int = Field(5, ge=1, le=1000)
    """Wrong PINs for one customer, and from one source; then a person takes over."""
    database: FilePath = Field(default_factory=lambda: state_directory() / "pin_tries.sqlite")
    """Where the tries of the last hour are kept."""


class Recognition(CallersLanguages):
    """The recogniser."""

    model: str = REAL_RECOGNISER
    """The name of an embedded model or one of `voice models list`, or a folder."""
    at: EnginePlace = LOCAL
    """Where turns are read; `model` reads them where that is `local` or not to be had."""
    beam_size: int = Field(5, ge=1, le=20)
    partials: bool = True
    """Turns are read while they are spoken, for those who watch."""
    partial_interval_ms: int = Field(100, ge=50, le=5000)
    """Between the beginnings of two such readings, at least."""
    device: Literal["cpu", "cuda", "auto"] = "cpu"
    compute_type: Literal["int8", "int8_float16", "int8_float32", "float16", "float32"] = "int8"
    workers: int = Field(1, ge=1, le=64)
    threads: int = Field(1, ge=1, le=256)
    """Of each worker."""
    capacity: int = Field(64, ge=1, le=10000)
    timeout_seconds: float = Field(6.0, gt=0, le=60)
    """A turn of which no words are known by then brings an apology; so for the engines below."""


class Speech(Section):
    """The assistant's voice."""

    voice: str = REAL_VOICE
    """The name of an embedded voice or one of `voice models list`, a folder, or an ONNX file."""
    at: EnginePlace = LOCAL
    """Where clauses are spoken; `voice` does where that is `local` or not to be had."""
    voices: ByLanguage = Field({})
    """The same for other languages than `recognition.language`, by their tags."""
    workers: int = Field(1, ge=1, le=64)
    threads: int | None = Field(None, ge=1, le=256)
    """Of each worker; without it as many as there are cores for it, at most four."""
    capacity: int = Field(64, ge=1, le=10000)
    timeout_seconds: float = Field(6.0, gt=0, le=60)


class Demo(Section):
    """The fictional operator's database."""

    database: FilePath = Path("demo/operator.sqlite")


class Settings(BaseSettings):
    """All settings of a Voice installation."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter=DELIMITER
    )

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    sip: Sip = Sip()
    recognition: Recognition = Recognition()
    calls: Calls = Calls()
    rtp: Rtp = Field(Rtp(), validate_default=True)
    runtime: Runtime = Runtime()
    records: Records = Records()
    identity: Identity = Identity()
    turns: Turns = Turns()
    response: Response = Response()
    embedding: Embedding = Embedding()
    knowledge: Documents = Documents()
    speech: Speech = Speech()
    engines: EngineServices = EngineServices()
    tools: Tools = Tools()
    demo: Demo = Demo()
    models: Models = Models()
    network: NetworkAccess = Field(NetworkAccess(), validate_default=True)
    supervision: Supervision = Supervision()
    telemetry: Telemetry = Telemetry()

    @field_validator("rtp")
    @classmethod
    def _muted_callers_hear_the_goodbye(cls, rtp: Rtp, others: ValidationInfo) -> Rtp:
        calls = others.data.get("calls")
        if calls is not None and rtp.media_timeout_seconds <= calls.no_input_limit_seconds:
            raise ValueError(
                f"media_timeout_seconds, {rtp.media_timeout_seconds:g}, ends the call of a muted "
                "telephone before it has heard the no-input prompts and the goodbye: with "
                "calls.no_input_seconds and calls.no_input_reprompts as they are it must be above "
                f"{calls.no_input_limit_seconds:g}"
            )
        return rtp

    @field_validator("recognition")
    @classmethod
    def _callers_come_by_trunks_that_there_are(
        cls, recognition: Recognition, others: ValidationInfo
    ) -> Recognition:
        sip = others.data.get("sip")
        known = [one.name for one in (*sip.trunks, *sip.users)] if sip is not None else None
        for one in recognition.callers:
            if known is not None and one.trunk is not None and one.trunk not in known:
                raise ValueError(f"callers: no trunk or user of sip is called {one.trunk}")
        return recognition

    @field_validator("network")
    @classmethod
    def _services_may_be_reached(
        cls, network: NetworkAccess, others: ValidationInfo
    ) -> NetworkAccess:
        for name in ("recognition", "speech"):
            section = others.data.get(name)
            at = section.at if isinstance(section, Recognition | Speech) else LOCAL
            host, _ = host_and_port(at.partition("://")[2]) if at != LOCAL else ("", 0)
            if host and not is_allowed(host, network.allow):
                raise ValueError(f"allow: {host}, the host of {name}.at, is not in it")
        return network

    @field_validator("calls", "speech")
    @classmethod
    def _one_for_each_language(cls, section: Any, others: ValidationInfo) -> Any:
        recognition = others.data.get("recognition")
        if recognition is not None and isinstance(section, Calls):
            recognition.require_offered_beside_main("greeting", section.greetings)
        elif recognition is not None:
            recognition.require_beside_main("voice", section.voices)
        return section

    def greeting_in(self, tag: str) -> str | None:
        """The operator's own greeting in the language with that tag, where there is one."""
        main = self.calls.greeting if tag == self.recognition.language else None
        return self.calls.greetings.get(tag, main)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings


def load_settings(file: Path | None = None) -> Settings:
    """Read `file` (else ./voice.toml where there is one) and the environment.

    Raises ConfigError with the file, the key and the reason.
    """
    file = settings_file(file)
    check_environment(Settings)
    try:
        values: dict[str, Any] = tomllib.loads(file.read_text()) if file else {}
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid TOML: {error}") from None
    try:
        return Settings(**values)
    except ValidationError as error:
        mistakes = [
            f"{place(mistake['loc'], file)}: {_reason(mistake['loc'], mistake)}"
            for mistake in error.errors()
        ]
        raise ConfigError("; ".join(mistakes)) from None


def _reason(location: tuple[int | str, ...], mistake: ErrorDetails) -> str:
    """What was expected; for an unknown key the nearest known one."""
    if mistake["type"] != "extra_forbidden":
        return mistake["msg"].removeprefix("Value error, ")
    near = difflib.get_close_matches(str(location[-1]), _known_keys(location[:-1]), n=1)
    return "unknown key" + (f" (did you mean {near[0]}?)" if near else "")


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    section: Any = Settings
    parts = iter(location)
    for part in parts:
        if isinstance(part, int):
            continue
        annotation = section.model_fields[part].annotation
        arguments = get_args(annotation)
        if get_origin(annotation) is dict:
            next(parts, None)
            section = arguments[-1]
        else:
            section = arguments[0] if arguments else annotation
    return list(section.model_fields)
