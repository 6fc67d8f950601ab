"""ONNX Runtime's sessions: opened for few threads, with one kind of error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as _binding

from voice.errors import ModelError

ONNX_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    RuntimeError,
    ValueError,
    *(
        kind
        for kind in vars(_binding).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
)
"""What ONNX Runtime raises: besides Python's, a class for each status, without a common base."""

_QUIET = 4


def open_session(model: Path | bytes, threads: int = 1) -> Any:
    """An `onnxruntime.InferenceSession` of a file, or of what it would hold; raises ModelError.

    It has so many threads, which take no time of the processor while they wait for each other.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _QUIET
    source = str(model) if isinstance(model, Path) else model
    try:
        return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except ONNX_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        name = model if isinstance(model, Path) else "what was made of a model"
        raise ModelError(f"{name}: is not a readable ONNX model: {reason}") from None
