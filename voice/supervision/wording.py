"""The words of the pages, in English and French."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from starlette.requests import Request

LANGUAGES = {"en": "English", "fr": "Français"}
COOKIE = "language"


@cache
def wording(language: str) -> dict[str, str]:
    """All texts of one language by key."""
    file = files("voice.supervision") / "wording" / f"{language}.json"
    texts: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
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
    return "en"
