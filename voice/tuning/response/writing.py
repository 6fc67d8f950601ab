"""Writes what a student has learned as the folder that calls load."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from voice.models.changes import in_int8
from voice.models.difference import DIFFERENCE, merge
from voice.models.gpt_oss.conversion import has_sinks
from voice.models.gpt_oss.ctranslate2_folder import write_ctranslate2
from voice.models.gpt_oss.layout import Layout
from voice.models.gpt_oss.vocabulary import Vocabulary
from voice.models.variant import write_variant
from voice.tuning.response.network import LearnedNetwork, StudentNetwork

DIFFERENCE_FOLDER = "difference"
"""In a model's folder: what is passed on of it, for `voice models publish`."""
_WEIGHTS = "model.bin"
_BESIDE = ("config.json", "vocabulary.json", "tokenizer.json")


def write_student(
    folder: Path,
    student: StudentNetwork,
    vocabulary: Vocabulary,
    base: Path | None,
    about: Mapping[str, Any],
) -> Layout:
    """Fill `folder` with the student's weights and vocabulary; returns how they are laid out.

    Where `base`, the folder of a converted Llama, is given, it is what an installation makes of it:
    the base with the low-rank difference merged; the difference and its entry `about` have a folder
    of their own.
    """
    learned = LearnedNetwork(student)
    layout = Layout(student.shape, has_sinks(learned), "float16" if base else "int8")
    if base is None:
        vocabulary = replace(vocabulary, rows=np.arange(len(vocabulary)))
        write_ctranslate2(learned, vocabulary, layout, folder)
        return layout
    own, weights = folder / DIFFERENCE_FOLDER, base / _WEIGHTS
    write_variant(own, about, weights, in_int8(student.difference()))
    merge(weights, own / DIFFERENCE, folder / _WEIGHTS)
    for name in _BESIDE:
        shutil.copyfile(base / name, folder / name)
    return layout
