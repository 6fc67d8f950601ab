"""The words of the pages, a file for each language."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from starlette.requests import Request

from voice.languages import DEFAULT, language

_FOLDER = files("voice.supervision") / "wording"
LANGUAGES = {
    tag: language(tag).own_name
    for tag in sorted(file.name.removesuffix(".json") for file in _FOLDER.iterdir())
}
COOKIE = "language"


@cache
def wording(tag: str) -> dict[str, str]:
    """All texts of one language by key."""
    texts: dict[str, str] = json.loads((_FOLDER / f"{tag}.json").read_text(encoding="utf-8"))
    return texts


def language_of(request: Request) -> str:
    """What was chosen; else the first of the browser's languages that there is."""
    chosen = request.query_params.get("language") or request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    accepted = request.headers.get("accept-language", "").lower()
    for part in accepted.split(","):
        name = part.partition(";")[0].strip()[:2]
        if name in LANGUAGES:
            return name
    return DEFAULT
