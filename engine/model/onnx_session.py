"""Runs ONNX models in ONNX Runtime: on the CPU, silent, bounded, without threads that spin while idle."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime

from engine.model.graph_operations import check_operations

if TYPE_CHECKING:
    import onnx

# Without this field no tensor of a model can make ONNX Runtime open a file or a piece of memory.
_FILE_KEY = b"location"
Shapes = Mapping[str, Sequence[int | None]]  # of tensors by name
_FATAL = 4  # failures are raised; nothing is written to the terminal
onnxruntime.set_default_logger_severity(_FATAL)
onnxruntime.disable_telemetry_events()  # for builds for Windows, which ignore the variable set in `engine`


def session_options(n_threads: int = 1) -> onnxruntime.SessionOptions:
    """The options for every model. n_threads: for one run."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    options.enable_cpu_mem_arena = False  # an arena never returns the memory of the longest stretch
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def open_session(content: bytes, n_threads: int = 1) -> onnxruntime.InferenceSession:
    """A session for a network of this program, with all its weights in it.

    n_threads: for one run; several threads may run at a time. Raises ValueError if it is not a valid model.
    """
    check_operations(content)
    if _FILE_KEY in content and _names_files(content):
        raise ValueError("its weights lie in other files")
    try:
        session = onnxruntime.InferenceSession(content, session_options(n_threads), providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's errors have no common base
        raise ValueError(str(error)) from error
    # It would keep the whole file in memory, to start again with other providers; there are none.
    session.disable_fallback()
    session._model_bytes = None
    return session


def _names_files(content: bytes) -> bool:
    """Whether the data of a tensor is outside the model."""
    from onnx import load_model_from_string

    try:
        return any(True for _ in outside_tensors(load_model_from_string(content)))
    except Exception as error:  # protobuf's errors, or endless nesting
        raise ValueError(str(error)) from error


def outside_tensors(message: "onnx.ModelProto") -> "Iterator[onnx.TensorProto]":
    """Tensors whose data is outside a model, in its graph, its functions or nested graphs.

    message: the model, or any part of it. Raises RecursionError for endless nesting.
    """
    if message.DESCRIPTOR.name == "TensorProto":
        if message.external_data or message.data_location == message.EXTERNAL:
            yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for part in [value] if hasattr(value, "ListFields") else value:
                yield from outside_tensors(part)


def require(session: onnxruntime.InferenceSession, inputs: Shapes, outputs: Shapes) -> None:
    """inputs, outputs: the shape of each float32 tensor by name, None for a length that varies.

    Raises ValueError unless the model has exactly these.
    """
    for kind, expected, present in (
        ("input", inputs, session.get_inputs()),
        ("output", outputs, session.get_outputs()),
    ):
        if {tensor.name for tensor in present} != expected.keys():
            raise ValueError(f"its {kind}s should be {', '.join(expected)}")
        for tensor in present:
            wanted = list(expected[tensor.name])
            shape = [size if isinstance(size, int) else None for size in tensor.shape]
            if tensor.type != "tensor(float)" or shape != wanted:
                raise ValueError(f"the {kind} {tensor.name} should be float32 {wanted}, not {tensor.type} {shape}")


def run(session: onnxruntime.InferenceSession, **inputs: np.ndarray) -> list[np.ndarray]:
    """All outputs, in the model's order. Raises ValueError if the run fails, for example for lack of memory."""
    try:
        return session.run(None, inputs)
    except Exception as error:  # ONNX Runtime's errors have no common base
        raise ValueError(str(error)) from error
