"""`voice tune response`: a small response model that learns from an operator's dialogues."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

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
from voice.languages import DEFAULT
from voice.languages import language as language_of
from voice.logs import configure_logging
from voice.model_folders import find_model, tasks_folder


def response(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SRC", help="A gpt-oss or a Llama: a folder, a GGUF file, or a pulled model."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to be made.", metavar="DIR")],
    dialogues: Annotated[
        Path, typer.Option(help='A line each: {"messages": [...]} of Chat Completions.')
    ],
    tasks: Annotated[
        Path | None, typer.Option(help="Task files that the model is told of in calls.")
    ] = None,
    language: Annotated[str, typer.Option(help="In which callers speak.")] = DEFAULT,
    experts: Annotated[
        list[int] | None,
        typer.Option(min=1, help="Of each layer; repeatable, for a student each. Default: 1."),
    ] = None,
    rank: Annotated[
        int | None,
        typer.Option(
            min=0, max=512, help="Of low-rank changes; 0: all weights. Default: 0, of a Llama 32."
        ),
    ] = None,
    full_attention: Annotated[
        bool, typer.Option("--full-attention", help="Without gpt-oss's windows: quicker in calls.")
    ] = False,
    vocabulary: Annotated[
        Path | None,
        typer.Option(help="A text; tokens that it does not need are left out.", metavar="FILE"),
    ] = None,
    longest: Annotated[int, typer.Option(min=16, help="Tokens of a dialogue at most.")] = 2048,
    passes: Annotated[int, typer.Option(min=1, help="At most.")] = 12,
    minutes: Annotated[float, typer.Option(min=0.01, help="Of each training, at most.")] = 60.0,
    rate: Annotated[
        float | None, typer.Option(min=0, help="Of learning, at its highest. Default: by size.")
    ] = None,
    seed: Seed = 1,
    threads: Threads = None,
    jobs: PreparingJobs = None,
    ray: Ray = "",
    device: Device = "auto",
    licence: Licence = "LicenseRef-not-stated",
    licence_url: LicenceUrl = "",
    statement: Annotated[str, typer.Option(help="Whose dialogues, with what consent.")] = "",
) -> None:
    """Tune a dense gpt-oss on dialogues, for `[response] engine = "ctranslate2"`.

    Of a gpt-oss, the experts that its routers ask most become a student that imitates it; a Llama
    is fine-tuned. A run that was stopped goes on where it was when the command is given again.
    Needs the extra `train`.
    """
    from voice.tuning.extra import of_extra

    of_extra("torch")
    from voice.models import Catalogue, ModelStore
    from voice.response.prompts.briefing import briefing
    from voice.tasks import load_tasks
    from voice.tuning.response.card import table
    from voice.tuning.response.plan import ResponsePlan
    from voice.tuning.response.tuning import tune_response

    configure_logging("error", "tune")
    pulled = source in Catalogue.known().models and ModelStore().has(source)
    plan = ResponsePlan(
        source=Path(find_model("response_models", source)),
        base=source if pulled else "",
        dialogues=dialogues,
        out=out,
        language=language_of(language),
        briefing=briefing(load_tasks(tasks_folder(str(tasks)))) if tasks else None,
        experts=tuple(dict.fromkeys(experts or [1])),
        rank=rank,
        full_attention=full_attention,
        vocabulary=vocabulary,
        longest=longest,
        passes=passes,
        minutes=minutes,
        rate=rate,
        seed=seed,
        threads=threads_or_all(threads),
        device=torch_device(device),
        licence=licence,
        licence_url=licence_url,
        statement=statement,
    )
    console = Console(highlight=False)
    with shown_run(console) as progress:
        made = tune_response(plan, progress, hire=hired(jobs, ray))
    console.print(table(made), markup=False, soft_wrap=True)
    for one in made:
        console.print(f"Written: {plan.folder(one.experts)}", style="dim", soft_wrap=True)
