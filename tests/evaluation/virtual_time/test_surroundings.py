"""What surrounds an evaluated call touches nothing, and what cannot be surrounded is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from voice.errors import ConfigError
from voice.evaluation.virtual_time.surroundings import settings_for
from voice.settings import Settings
from voice.settings.response import Response


def test_a_server_cannot_answer_in_virtual_time(tmp_path: Path) -> None:
    response = Response(engine="openai", model="gpt-oss-20b")
    served = Settings().model_copy(update={"response": response})
    with pytest.raises(ConfigError, match=r"^response\.engine: a server cannot answer in virtual"):
        settings_for(served, tmp_path)
