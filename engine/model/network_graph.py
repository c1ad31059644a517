"""Trained weights -> the ONNX graph that recognition runs, with NumPy and `onnx` alone.

Independent of training: a model that has only weights, as those of earlier versions, is converted when it is used, even
if TensorFlow is not installed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.config import ModelConfig
from engine.model.weights import DIRECTIONS

if TYPE_CHECKING:
    import onnx

STEPS, LOG_PROBS = "steps", "log_probs"
# Weights range from -63 to 63, not 127: processors without VNNI add two products of 8 bits in 16 bits and saturate.
# With a scale for each unit's gate nothing is lost by that, and every processor computes the same.
_LARGEST = 63
_LARGEST_OF_TABLE = 127  # no products are added in 8 bits there
_OPSET, _IR_VERSION = 17, 8


def network_graph(model: ModelConfig, weights: Mapping[str, np.ndarray], quantised: bool = True) -> bytes:
    """The network of `engine.model.weights.weight_shapes` as a serialised ONNX model.

    Its input `steps` is one utterance, float32 (n_steps, n_inputs); its output `log_probs` float32 (n_steps, n_labels).
    quantised: the recurrent layers' weights in 8 bits. The same weights give the same bytes.
    """
    from onnx import TensorProto, helper

    graph = GraphWriter()
    batch = graph.constant("batch", np.array([1]))
    rows = graph.constant("rows", np.array([0, 1, 2 * model.n_units]))
    hidden = graph.node("Unsqueeze", [STEPS, batch], "one_utterance")
    layer = quantised_layer if quantised else _float_layer
    for n in range(model.n_layers):
        directions = layer(graph, f"layer{n}", hidden, weights, model.n_units)
        hidden = graph.node("Reshape", [directions, rows], f"layer{n}/rows")
    hidden = graph.node("MatMul", [hidden, graph.constant("output/kernel", weights["output/kernel"])], "product")
    hidden = graph.node("Add", [hidden, graph.constant("output/bias", weights["output/bias"])], "logits")
    hidden = graph.node("LogSoftmax", [hidden], "log_softmax", axis=-1)
    graph.node("Squeeze", [hidden, batch], LOG_PROBS)
    n_inputs = len(weights["layer0/forward/kernel"]) - model.n_units
    graph_proto = helper.make_graph(
        graph.nodes,
        "bilstm_ctc",
        [helper.make_tensor_value_info(STEPS, TensorProto.FLOAT, ["n_steps", n_inputs])],
        [helper.make_tensor_value_info(LOG_PROBS, TensorProto.FLOAT, ["n_steps", len(weights["output/bias"])])],
        graph.constants,
    )
    return serialised(graph_proto)


def serialised(graph: "onnx.GraphProto") -> bytes:
    """A complete ONNX model of a graph; the same graph gives the same bytes."""
    from onnx import helper

    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="diktovka")
    return model.SerializeToString(deterministic=True)


class GraphWriter:
    """Nodes and constants, each named by its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: np.ndarray) -> str:
        """Adds a constant; returns its name."""
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        """Adds a node; returns the name of its output."""
        self.several(kind, inputs, (output,), domain, **attributes)
        return output

    def several(
        self, kind: str, inputs: list[str], outputs: tuple[str, ...], domain: str = "", **attributes: Any
    ) -> None:
        """Adds a node with several outputs."""
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, list(outputs), domain=domain, **attributes))


def _float_layer(graph: GraphWriter, name: str, hidden: str, weights: Mapping[str, np.ndarray], n_units: int) -> str:
    kernels = [
        graph.constant(f"{name}/{part}", kernel.transpose(0, 2, 1))
        for part, kernel in _kernels(name, weights, n_units).items()
    ]
    return graph.node("LSTM", [hidden, *kernels, _bias(graph, name, weights)], name, **_attributes(n_units))


def quantised_layer(
    graph: GraphWriter,
    name: str,
    hidden: str,
    weights: Mapping[str, np.ndarray],
    n_units: int,
    directions: Sequence[str] = DIRECTIONS,
) -> str:
    """An LSTM with its weights in 8 bits; hidden: float32 (n_steps, batch, n_inputs).

    Returns float32 (n_steps, n_directions, batch, n_units).
    """
    kernels, scales = [], []
    for part, kernel in _kernels(name, weights, n_units, directions).items():
        scale = np.abs(kernel).max(axis=1) / _LARGEST
        scale[scale == 0] = 1
        kernels.append(graph.constant(f"{name}/{part}", np.rint(kernel / scale[:, None]).astype(np.int8)))
        scales.append(graph.constant(f"{name}/{part}/scale", scale))
        scales.append(graph.constant(f"{name}/{part}/zero", np.zeros(scale.shape, np.int8)))
    unused_inputs = [""] * 4  # lengths, initial states and peepholes
    inputs = [hidden, *kernels, _bias(graph, name, weights, directions), *unused_inputs, *scales]
    attributes = _attributes(n_units, directions)
    return graph.node("DynamicQuantizeLSTM", inputs, name, domain="com.microsoft", **attributes)


def summed_rows(graph: GraphWriter, name: str, table: np.ndarray) -> str:
    """The sum of table rows, float32 (n_words, width); the input `name` has their indices, int32 (n_words, n_rows).

    table: float32 (n, width), stored in 8 bits with a scale for each column. The graph needs a constant `one`, [1].
    """
    from onnx import TensorProto

    scale = np.maximum(np.abs(table).max(axis=0), 1e-8) / _LARGEST_OF_TABLE
    stored = graph.constant(f"{name}/table", np.rint(table / scale).astype(np.int8))
    rows = graph.node("Gather", [stored, name], f"{name}/rows")
    rows = graph.node("Cast", [rows], f"{name}/float", to=TensorProto.FLOAT)
    summed = graph.node("ReduceSum", [rows, "one"], f"{name}/sum", keepdims=0)
    return graph.node("Mul", [summed, graph.constant(f"{name}/scale", scale.astype(np.float32))], f"{name}/value")


def _attributes(n_units: int, directions: Sequence[str] = DIRECTIONS) -> dict[str, Any]:
    return {"direction": "bidirectional" if len(directions) > 1 else directions[0], "hidden_size": n_units}


def _kernels(
    name: str, weights: Mapping[str, np.ndarray], n_units: int, directions: Sequence[str] = DIRECTIONS
) -> dict[str, np.ndarray]:
    """Kernels of each direction, for the input (n, n_inputs, 4 n_units) and the previous step (n, n_units, 4
    n_units)."""
    kernels = [_in_onnx_order(weights[f"{name}/{direction}/kernel"]) for direction in directions]
    return {
        "input": np.stack([kernel[:-n_units] for kernel in kernels]),
        "recurrent": np.stack([kernel[-n_units:] for kernel in kernels]),
    }


def _bias(
    graph: GraphWriter, name: str, weights: Mapping[str, np.ndarray], directions: Sequence[str] = DIRECTIONS
) -> str:
    """The biases; ONNX has a second one for the previous step, which is 0 here."""
    biases = [_in_onnx_order(weights[f"{name}/{direction}/bias"]) for direction in directions]
    return graph.constant(f"{name}/bias", np.stack([np.concatenate([bias, np.zeros_like(bias)]) for bias in biases]))


def _in_onnx_order(columns: np.ndarray) -> np.ndarray:
    """Gates i, c, f, o along the last axis as i, o, f, c."""
    i, c, f, o = np.split(columns, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1)
