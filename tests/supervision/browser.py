"""Debian's Chromium for tests: signs in, hears what a page plays, looks for barriers with axe."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from playwright.async_api import Browser, Page, async_playwright

from voice.errors import VoiceError

BUILD = Path(__file__).resolve().parents[2] / "build"
SCREENSHOTS = BUILD / "screenshots"
AXE_VERSION = "4.14.1"

EARS = """
const connect = AudioNode.prototype.connect;
AudioNode.prototype.connect = function (target, ...rest) {
  if (target === this.context.destination) {
    const sides = new ChannelSplitterNode(this.context, { numberOfOutputs: 2 });
    connect.call(this, sides);
    window.ears = [0, 1].map((side) => {
      const ear = new AnalyserNode(this.context, { fftSize: 512 });
      connect.call(sides, ear, side);
      return ear;
    });
  }
  return connect.call(this, target, ...rest);
};
// The amplitude (0 to 1) of a tone in what one side plays now.
window.heard = (side, hz) => {
  const samples = new Float32Array(512);
  window.ears[side].getFloatTimeDomainData(samples);
  let re = 0, im = 0;
  samples.forEach((sample, at) => {
    const angle = (2 * Math.PI * hz * at) / window.ears[side].context.sampleRate;
    re += sample * Math.cos(angle);
    im += sample * Math.sin(angle);
  });
  return (2 * Math.hypot(re, im)) / samples.length;
};
"""
"""Stands between a page's sound and the loudspeaker, and leaves it as it is."""


_mistakes: WeakKeyDictionary[Page, list[str]] = WeakKeyDictionary()


class BrowserMissing(VoiceError):
    """What the pages are looked at with is not installed."""


def chromium_path() -> str:
    """Raises BrowserMissing."""
    program = shutil.which("chromium")
    if program is None:
        raise BrowserMissing("needs chromium: apt-get install chromium")
    return program


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    program = chromium_path()
    async with async_playwright() as playwright:
        # Root has no sandbox of its own; the pages are ours.
        browser = await playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        await browser.close()


async def open_page(browser: Browser, width: int = 1280, dark: bool = False) -> Page:
    """A page of a browser of its own, whose mistakes are kept for `mistakes_of`."""
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    await context.add_init_script(EARS)
    page = await context.new_page()
    mistakes = _mistakes[page] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.on(
        "console",
        lambda line: mistakes.append(line.text) if line.type in ("error", "warning") else None,
    )
    page.on("dialog", lambda dialog: mistakes.append(f"dialog: {dialog.message}"))
    return page


def mistakes_of(page: Page) -> list[str]:
    """Errors, warnings and dialogs of a page so far."""
    return _mistakes[page]


async def sign_in(page: Page, url: str, name: str, password: str) -> None:
    """By keyboard alone."""
    await page.goto(url)
    await page.focus("#name")
    await page.keyboard.type(name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{url}/")


async def until(page: Page, expression: str, seconds: float = 10) -> None:
    """Wait for it; `wait_for_function` evaluates strings, which the pages' policy forbids."""
    try:
        async with asyncio.timeout(seconds):
            while not await page.evaluate(expression):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"never true: {expression}") from None


async def wait_for_tone(page: Page, side: int, hz: float, loud: bool = True) -> None:
    """Until the page plays (or no longer plays) a tone on one side (0 left, 1 right)."""
    comparison = "> 0.05" if loud else "< 0.01"
    await until(page, f"Boolean(window.ears) && window.heard({side}, {hz}) {comparison}")


def axe_source() -> str:
    """axe-core from npm, for tests only; skips the test when it cannot be fetched."""
    archive = BUILD / f"axe-core-{AXE_VERSION}.tgz"
    if not archive.exists():
        BUILD.mkdir(exist_ok=True)
        npm = shutil.which("npm")
        fetch = [npm or "npm", "pack", f"axe-core@{AXE_VERSION}", "--silent"]
        if npm is None or subprocess.run(fetch, cwd=BUILD, capture_output=True).returncode:
            raise BrowserMissing("needs axe-core: `npm pack axe-core` could not fetch it")
    with tarfile.open(archive) as files:
        member = files.extractfile("package/axe.min.js")
        assert member is not None
        return member.read().decode()


async def barriers(page: Page, source: str) -> list[dict[str, Any]]:
    """What axe finds wrong with the page as it is now."""
    await page.evaluate(source)
    found = await page.evaluate("axe.run(document).then((results) => results.violations)")
    return [
        {"rule": each["id"], "where": [node["html"] for node in each["nodes"]]} for each in found
    ]


async def keep_screenshot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)
