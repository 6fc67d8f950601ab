"""The card of a dialect variant, as the hub shows it, and its table of errors by group."""

from __future__ import annotations

import html
import json
from typing import Any

import yaml

from voice.models.catalogue import Catalogue
from voice.models.entries import CatalogueModel, DialectEntry, ErrorRate, GroupErrors, HubSource
from voice.models.licences import licence_terms

_FENCE = "---\n"
_CARD = """# {name}

{about} It understands **{tag}**, in place of its base {base}.

Licence: {licence} ({licence_url}). {terms}

## Use

```
voice models install {name}.zip
```

```toml
[recognition]
variants = ["{name}"]                # beside model = "{base}"
```

## What it was tuned on

{data}

## How it understands

Word error rates, with 95 % bounds where they were computed; above 100 % more words were made up
than said.

{table}
"""


def card_of(model: CatalogueModel) -> str:
    """The README.md of a dialect variant that has none of its own."""
    dialect = _dialect(model)
    body = _CARD.format(
        name=model.name,
        about=html.escape(model.about, quote=False),
        tag=dialect.tag,
        base=model.base or "model",
        licence=model.licence,
        licence_url=model.licence_url,
        terms=licence_terms(model.licence),
        data=html.escape(dialect.data.strip(), quote=False),
        table=groups_table(dialect.groups),
    )
    return with_front_matter(body, model)


def with_front_matter(card: str, model: CatalogueModel) -> str:
    """A card with what the hub's index reads, in place of what stood there."""
    if card.startswith(_FENCE):
        _, _, card = card.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    about = yaml.safe_dump(_front_matter(model), sort_keys=False, allow_unicode=True)
    return f"{_FENCE}{about}{_FENCE}\n{card.lstrip()}"


def _front_matter(model: CatalogueModel) -> dict[str, Any]:
    """The keys and the names of licences are the hub's."""
    dialect = _dialect(model)
    known = not model.licence.startswith("LicenseRef")
    licence = {"license": model.licence.lower()} if known else {
        "license": "other", "license_name": model.licence, "license_link": model.licence_url,
    }  # fmt: skip
    base = {"base_model": _on_the_hub(model.base)} if model.base else {}
    results = [
        {
            "task": {"type": "automatic-speech-recognition"},
            "dataset": {"name": group.name, "type": "own"},
            "metrics": [{"type": "wer", "value": round(100 * group.after, 2)}],
        }
        for group in dialect.groups
    ]
    return {
        **licence,
        "language": sorted({dialect.tag.partition("-")[0], dialect.language.partition("-")[0]}),
        **base,
        "base_model_relation": "adapter" if model.is_difference else "finetune",
        "pipeline_tag": "automatic-speech-recognition",
        "library_name": "ctranslate2",
        "tags": ["whisper", "voice", "dialect", dialect.tag],
        "metrics": ["wer"],
        "model-index": [{"name": model.name, "results": results}],
    }


def groups_table(groups: list[GroupErrors]) -> str:
    """The groups in Markdown, a line each."""
    if not groups:
        return "It was not measured."
    lines = [
        "| group | utterances | words | base | variant |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {_cell(group.name)} | {group.utterances} | {group.words} "
        f"| {percent(group.before, group.before_bounds)} "
        f"| {percent(group.after, group.after_bounds)} |"
        for group in groups
    ]
    return "\n".join(lines)


def fairness(model: CatalogueModel) -> str:
    """The same for programs, in JSON, with the worst and the best group."""
    dialect = _dialect(model)
    by_errors = sorted(dialect.groups, key=lambda group: group.after)
    table = {
        "name": model.name,
        "base": model.base,
        "dialect": dialect.tag,
        "measure": "word error rate, edits per word",
        "groups": [group.model_dump(exclude_none=True) for group in dialect.groups],
        "best": by_errors[0].name if by_errors else None,
        "worst": by_errors[-1].name if by_errors else None,
    }
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def percent(rate: ErrorRate, bounds: tuple[ErrorRate, ErrorRate] | None = None) -> str:
    """A rate and its bounds as people read them."""
    if bounds is None:
        return f"{rate:.1%}"
    return f"{rate:.1%} ({bounds[0]:.1%} to {bounds[1]:.1%})"


def _on_the_hub(name: str) -> str:
    """The repository of a model of the catalogue, where it has one."""
    model = Catalogue.known().models.get(name)
    sources = model.sources if model else []
    return next((source.hub for source in sources if isinstance(source, HubSource)), name)


def _cell(text: str) -> str:
    """Text of others in a cell of a table."""
    return html.escape(text, quote=False).replace("|", "\\|")


def _dialect(model: CatalogueModel) -> DialectEntry:
    assert model.dialect is not None, "only dialect variants have cards and bundles"
    return model.dialect
