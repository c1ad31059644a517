"""ONNX files through ONNX Runtime: on the processor, quiet, bounded, with no thread that spins while nothing runs."""

from collections.abc import Sequence

import numpy as np
import onnxruntime

_FATAL = 4  # what fails is raised; nothing else is written to the terminal
onnxruntime.set_default_logger_severity(_FATAL)
onnxruntime.disable_telemetry_events()  # of builds for Windows; this program sends nothing


def open_session(content: bytes, n_threads: int = 1) -> onnxruntime.InferenceSession:
    """content: a serialised model, all its weights in it. n_threads: for one run; several threads may run at a time.

    Raises ValueError for what is no model that can be run.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _FATAL
    options.enable_cpu_mem_arena = False  # an arena never gives back what the longest stretch took
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its kinds have no common base
        raise ValueError(str(error)) from error


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
    """All outputs, in the model's order."""
    return session.run(None, inputs)
