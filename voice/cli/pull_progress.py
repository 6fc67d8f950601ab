"""A pull on the terminal: how far it is, how fast, and which sources could not help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bar

from voice.models import ModelsAtHand, at_hand, chosen_voices
from voice.settings import Settings
from voice.settings.response import BY_HEART


class ShownProgress:
    """Shows a pull as a bar with its rate and remaining time."""

    def __init__(self, console: Console, bar: Bar) -> None:
        self._console = console
        self._bar = bar
        self._task: TaskID | None = None

    def source(self, name: str, size: int | None) -> None:
        """A source is tried."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        if self._console.is_terminal:
            self._bar.start()
        else:
            megabytes = f" ({size / 1e6:.0f} MB)" if size else ""
            self._console.print(f"Fetching from {escape(name)}{megabytes} ...", soft_wrap=True)
        self._task = self._bar.add_task(escape(name), total=size)

    def advance(self, size: int) -> None:
        """So many further bytes have come."""
        assert self._task is not None
        self._bar.advance(self._task, size)

    def unavailable(self, name: str, reason: str) -> None:
        """The next source is tried."""
        self._console.print(f"{escape(name)}: {escape(reason)}", soft_wrap=True)


@contextmanager
def shown_progress(console: Console) -> Iterator[ShownProgress]:
    """A bar from the first source until the end of the context; lines where no terminal is."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    bar = Bar(*columns, console=console, transient=True)
    try:
        yield ShownProgress(console, bar)
    finally:
        if console.is_terminal:
            bar.stop()


def models_at_hand(
    settings: Settings,
    embedded: bool,
    console: Console,
    *,
    answers: bool = True,
    by_heart: bool = False,
) -> ModelsAtHand:
    """The models to start with, pulled now where needed; `embedded`: a recogniser and a voice that
    come along, and nothing is pulled. `answers` and `by_heart`: see `at_hand`.

    Raises ModelError as `at_hand` does and, before anything is fetched, what `chosen_voices` does.
    """
    if embedded:
        models = ModelsAtHand(engine=BY_HEART if by_heart else settings.response.engine)
        chosen_voices(models.in_settings(settings))
        return models
    chosen_voices(settings)
    with shown_progress(console) as progress:
        models = at_hand(settings, progress, answers=answers, by_heart=by_heart)
    if models.warning:
        console.print(models.warning, markup=False, soft_wrap=True)
    return models
