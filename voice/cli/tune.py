"""`voice tune`: what is learned from recorded speech and from dialogues."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from voice.cli import tune_identification, tune_response
from voice.cli.batch_run import PreparingJobs, Ray, hired
from voice.cli.tuning_run import (
    Device,
    Licence,
    LicenceUrl,
    Seed,
    Threads,
    shown_run,
    threads_or_all,
    torch_device,
)
from voice.errors import ModelError, VoiceError
from voice.logs import configure_logging
from voice.model_folders import find_model
from voice.models import Catalogue

if TYPE_CHECKING:
    from voice.tuning.scoring import GroupScores

app = typer.Typer(
    help="Tune models on recorded speech, and on dialogues.",
    no_args_is_help=True,
    add_completion=False,
)

app.command("identification")(tune_identification.identification)
app.command("response")(tune_response.response)


class Tuned(StrEnum):
    """What learns."""

    AUTO = "auto"
    DECODER = "decoder"
    ALL = "all"


@app.command()
def dialect(
    data: Annotated[Path, typer.Option(help="A manifest, or the folder of a corpus.")],
    dialect: Annotated[str, typer.Option(help="BCP 47: sw-KE, en-IN, fr-SN, wo.", metavar="TAG")],
    base: Annotated[str, typer.Option(help="A recogniser or its folder.")] = "whisper-base",
    out: Annotated[
        Path | None, typer.Option(help="The variant's folder; default: ./BASE-TAG.", metavar="DIR")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(help="Whisper's code; a language that it does not know borrows one."),
    ] = None,
    language: Annotated[
        str, typer.Option(help="In which a call goes on; default: that of the dialect.")
    ] = "",
    learn: Annotated[
        Tuned, typer.Option(help="Which layers; auto: all only where that gains enough.")
    ] = Tuned.AUTO,
    also: Annotated[
        list[str] | None,
        typer.Option(help="Speech in a language of the base, judged too: en=PLACE; repeatable."),
    ] = None,
    minutes: Annotated[float, typer.Option(min=1, help="Of all of it, about.")] = 40.0,
    passes: Annotated[int, typer.Option(min=2, help="At most.")] = 12,
    copies: Annotated[int, typer.Option(min=1, max=9, help="Of each utterance.")] = 3,
    rank: Annotated[int, typer.Option(min=1, max=256, help="At most.")] = 64,
    rate: Annotated[float, typer.Option(min=0, help="Of learning, at its highest.")] = 6e-4,
    seed: Seed = 1,
    threads: Threads = None,
    jobs: PreparingJobs = None,
    ray: Ray = "",
    device: Device = "auto",
    licence: Licence = "LicenseRef-not-stated",
    licence_url: LicenceUrl = "",
    statement: Annotated[str, typer.Option(help="Who spoke, with what consent.")] = "",
) -> None:
    """Tune a recogniser to a dialect, and write what is different, its figures and its card.

    A run that was stopped goes on where it was when the command is given again. Needs the extra
    `train`.
    """
    from voice.tuning.extra import require_extra

    require_extra()
    from voice.tuning.dialect import tune_dialect
    from voice.tuning.plan import TuningPlan

    configure_logging("error", "tune")
    folder = Path(find_model("asr_models", base)).absolute()
    if not folder.is_dir():
        raise ModelError(f"recogniser {base}: not installed: voice models pull {base}")
    console = Console(highlight=False)
    plan = TuningPlan(
        base=folder,
        base_name=folder.name,
        data=data,
        dialect=dialect,
        token=token or dialect.partition("-")[0],
        out=out or Path(f"{folder.name}-{dialect}"),
        language=language,
        tuned=learn.value,
        minutes=minutes,
        passes=passes,
        copies=copies,
        rank=rank,
        rate=rate,
        seed=seed,
        threads=threads_or_all(threads),
        device=torch_device(device),
        licence=licence,
        licence_url=licence_url,
        statement=statement,
        others=dict(map(_other, also or [])),
    )
    if plan.out.name in Catalogue.shipped().models:
        console.print(
            f"{plan.out.name} comes with Voice: nobody installs a bundle of that name."
            " --out names another folder.",
            soft_wrap=True,
        )
    with shown_run(console) as progress:
        made = tune_dialect(plan, progress, hired(jobs, ray))
    for group in (*made.groups, *made.others):
        console.print(_row(group), markup=False, soft_wrap=True)
    console.print(f"{plan.out}: {made.minutes:.0f} minutes", style="dim", soft_wrap=True)


def _other(text: str) -> tuple[str, Path]:
    code, separator, place = text.partition("=")
    if not separator or not code or not place:
        raise VoiceError(f"--also {text}: expected a language and a place, as en=recordings/")
    return code, Path(place)


def _row(group: GroupScores) -> str:
    rates = (group.words_before, group.words_after, group.letters_before, group.letters_after)
    words, tuned, letters, written = (f"{100 * rate.value:.1f}" for rate in rates)
    return f"{group.name}: WER {words} -> {tuned} %, CER {letters} -> {written} %"
