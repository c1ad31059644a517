"""ONNX files through ONNX Runtime: on the processor, quiet, bounded, with no thread that spins while nothing runs."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from engine.model.graph_operations import check_operations

if TYPE_CHECKING:
    import onnx

# Without it no tensor of a model can name a file, a piece of memory or whatever else ONNX Runtime would open.
_FILE_KEY = b"location"
_FATAL = 4  # what fails is raised; nothing else is written to the terminal
onnxruntime.set_default_logger_severity(_FATAL)
onnxruntime.disable_telemetry_events()  # of builds for Windows, which ignore the variable of `engine`


def session_options(n_threads: int = 1) -> onnxruntime.SessionOptions:
    """How every model is run. n_threads: for one run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    options.enable_cpu_mem_arena = False  # an arena never gives back what the longest stretch took
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(content: bytes, n_threads: int = 1) -> onnxruntime.InferenceSession:
    """content: a network as this program makes them, all its weights in it. n_threads: for one run; several threads may
    run at a time.

    Raises ValueError for what is no model that can be run.
    """
    check_operations(content)
    if _FILE_KEY in content and _names_files(content):
        raise ValueError("its weights lie in other files")
    try:
        session = onnxruntime.InferenceSession(content, session_options(n_threads), providers=["CPUExecutionProvider"])
    except Exception as error:  # its kinds have no common base
        raise ValueError(str(error)) from error
    # It would keep the whole file in memory, to start again with other providers; there are none.
    session.disable_fallback()
    session._model_bytes = None
    return session


def _names_files(content: bytes) -> bool:
    """Whether a tensor lies outside the model."""
    from onnx import load_model_from_string

    try:
        return any(True for _ in outside_tensors(load_model_from_string(content)))
    except Exception as error:  # protobuf's kinds, or nesting without end
        raise ValueError(str(error)) from error


def outside_tensors(message: "onnx.ModelProto") -> "Iterator[onnx.TensorProto]":
    """Tensors that lie outside a model, in its graph, its functions or the graphs within them.

    message: the model, or any part of it. Raises RecursionError for nesting without end.
    """
    if message.DESCRIPTOR.name == "TensorProto":
        if message.external_data or message.data_location == message.EXTERNAL:
            yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from outside_tensors(part)


def require(session: onnxruntime.InferenceSession, inputs: dict[str, Sequence], outputs: dict[str, Sequence]) -> None:
    """inputs, outputs: the shape of each float32 tensor by name, None for a length that varies.

    Raises ValueError unless the model has exactly these.
    """
    for kind, expected, found in (("input", inputs, session.get_inputs()), ("output", outputs, session.get_outputs())):
        if {one.name for one in found} != expected.keys():
            raise ValueError(f"its {kind}s should be {', '.join(expected)}")
        for one in found:
            wanted = list(expected[one.name])
            shape = [size if isinstance(size, int) else None for size in one.shape]
            if one.type != "tensor(float)" or shape != wanted:
                raise ValueError(f"the {kind} {one.name} should be float32 {wanted}, not {one.type} {shape}")


def run(session: onnxruntime.InferenceSession, **inputs: np.ndarray) -> list[np.ndarray]:
    """All outputs, in the model's order. Raises ValueError where it fails, as by a lack of memory."""
    try:
        return session.run(None, inputs)
    except Exception as error:  # its kinds have no common base
        raise ValueError(str(error)) from error
