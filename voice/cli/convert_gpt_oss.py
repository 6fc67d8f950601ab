"""`voice models convert-gpt-oss`: a dense sub-model of a gpt-oss, or a Llama as one."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from voice.model_folders import find_model

_INTERRUPTED_STATUS = 130


class PrecisionName(StrEnum):
    """How weights are kept."""

    INT8 = "int8"
    FLOAT16 = "float16"
    FLOAT32 = "float32"


class FormName(StrEnum):
    """What is written."""

    CTRANSLATE2 = "ctranslate2"
    CHECKPOINT = "checkpoint"


def convert_gpt_oss(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SRC",
            help="A folder of a gpt-oss or a Llama, a GGUF file of a Llama, or a pulled model.",
        ),
    ],
    target: Annotated[Path, typer.Argument(metavar="DST", help="A folder to be written.")],
    experts: Annotated[int, typer.Option(min=1, help="Of each layer, in fixed shares.")] = 1,
    dialogues: Annotated[
        Path | None,
        typer.Option(
            help='What experts are chosen by; a line each: {"messages": [...]}.', metavar="FILE"
        ),
    ] = None,
    routing: Annotated[
        Path | None,
        typer.Option(help="routing.json of an earlier conversion instead.", metavar="FILE"),
    ] = None,
    vocabulary: Annotated[
        Path | None,
        typer.Option(help="A text; tokens that it does not need are left out.", metavar="FILE"),
    ] = None,
    precision: Annotated[PrecisionName, typer.Option(help="Of the weights.")] = PrecisionName.INT8,
    form: Annotated[
        FormName, typer.Option(help="For Voice, or a checkpoint for a training.")
    ] = FormName.CTRANSLATE2,
) -> None:
    """Write a dense gpt-oss with K experts mixed in each layer (docs/gpt-oss.md)."""
    # Loads numpy and the tokenizers, which other commands do without.
    from voice.models.gpt_oss import WantedConversion, convert

    wanted = WantedConversion(experts, precision.value, form.value, vocabulary, dialogues, routing)
    try:
        convert(Path(find_model("response_models", source)), target, wanted, typer.echo)
    except KeyboardInterrupt:
        typer.echo("Stopped; nothing was written.", err=True)
        raise typer.Exit(_INTERRUPTED_STATUS) from None
    typer.echo(f"Written: {target}")
