"""The page on which voices can be listened to: everything in it, nothing outside, small screens."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

import pytest
import soundfile

import listen
from tests.supervision.browser import chromium, keep_screenshot, open_page
from voice.languages import languages

SOURCE = re.compile(r'<audio [^>]* src="data:audio/flac;base64,([^"]+)">')


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the voices that come along, with three sentences."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    texts = [*listen.sentences_of("en")[2:4], "Is 3 < 4 & done?"]
    monkeypatch.setattr(listen, "sentences_of", lambda tag: texts if tag == "en" else [])
    out = tmp_path / "listen" / "index.html"
    monkeypatch.setattr(sys, "argv", ["listen.py", "--out", str(out)])
    assert listen.main() == 0
    return out


def test_every_voice_reads_every_sentence_in_both_bands(page: Path) -> None:
    html = page.read_text()
    assert "embedded-en" in html and "embedded-caller-en" in html
    assert html.count("<dd>GPL-3.0-or-later") == 2
    sounds = [soundfile.info(io.BytesIO(base64.b64decode(data))) for data in SOURCE.findall(html)]
    assert [sound.samplerate for sound in sounds] == [8000, 16000] * 6
    assert all(0.3 < sound.duration < 12 for sound in sounds)
    for telephone, full in zip(sounds[::2], sounds[1::2], strict=True):
        assert telephone.duration == pytest.approx(full.duration, abs=0.01)


def test_the_page_needs_nothing_but_itself(page: Path) -> None:
    without_sound = SOURCE.sub("", page.read_text())
    assert not re.search(r"https?:|//|<script|<link|<img", without_sound)
    assert "Is 3 &lt; 4 &amp; done?" in without_sound


@pytest.mark.parametrize("language", ["en", "fr", "sw"])
def test_a_language_has_a_dozen_sentences_with_an_amount_a_date_a_code_and_a_pin_prompt(
    language: str,
) -> None:
    assert language in languages()
    texts = listen.sentences_of(language)
    assert len(texts) >= 12
    assert sum(any(map(str.isdigit, text)) for text in texts) >= 5
    assert any(word in " ".join(texts) for word in ("PIN", "namba yako ya siri"))


def test_a_voice_of_a_language_without_sentences_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(listen, "sentences_of", lambda tag: [])
    monkeypatch.setattr(sys, "argv", ["listen.py", "--out", str(tmp_path / "index.html")])
    assert listen.main() == 0
    assert "embedded-en: left out, there are no sentences in" in capsys.readouterr().out


@pytest.mark.calls
@pytest.mark.parametrize("width", [390, 1280])
async def test_nothing_is_wider_than_the_screen_and_the_sound_can_be_played(
    page: Path, width: int
) -> None:
    async with chromium() as browser:
        opened = await open_page(browser)
        await opened.set_viewport_size({"width": width, "height": 844})
        await opened.goto(page.as_uri())
        assert await opened.evaluate("document.documentElement.scrollWidth") <= width
        seconds = await opened.evaluate(
            """async () => {
                const audio = document.querySelector("audio");
                await new Promise((resolve, reject) => {
                    audio.onloadedmetadata = resolve;
                    audio.onerror = () => reject(audio.error.message);
                    audio.load();
                });
                return audio.duration;
            }"""
        )
        assert 0.3 < seconds < 12
        await keep_screenshot(opened, f"listen-{width}")
