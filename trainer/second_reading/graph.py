"""Trained weights -> the ONNX graph that `engine.decode.rescorer` runs, table and layer in 8 bits."""

from collections.abc import Mapping

import numpy as np

from engine.decode.rescorer import AFTER, BEFORE, GAINS, PARTS, WORDS
from engine.model.network_graph import GraphWriter, quantised_layer, serialised, summed_rows
from engine.word_features import N_PARTS, N_WORD
from trainer.second_reading.network import N_UNITS


def rescorer_graph(weights: Mapping[str, np.ndarray]) -> bytes:
    """weights: of `trainer.second_reading.network`. The same weights give the same bytes."""
    from onnx import TensorProto, helper

    graph = GraphWriter()
    graph.constant("one", np.array([1]))
    parts = [summed_rows(graph, name, weights[name]) for name in (WORDS, PARTS)]
    vectors = graph.node("Add", parts, "vectors")
    predecessors = graph.node("Gather", [vectors, BEFORE], "before/vectors")
    layer = {
        "layer/forward/kernel": weights["lstm/kernel"],
        "layer/forward/bias": weights["lstm/bias"],
    }
    hidden = quantised_layer(graph, "layer", predecessors, layer, N_UNITS, ("forward",))
    hidden = graph.node("Squeeze", [hidden, "one"], "layer/rows")
    product = graph.node("MatMul", [hidden, graph.constant("output/kernel", weights["output/kernel"])], "product")
    expected = graph.node("Add", [product, graph.constant("output/bias", weights["output/bias"])], "expected")
    actual = graph.node("Gather", [vectors, AFTER], "after/vectors")
    products = graph.node("Mul", [expected, actual], "both")
    graph.node("ReduceSum", [products, graph.constant("last", np.array([2]))], GAINS, keepdims=0)
    info, shape = helper.make_tensor_value_info, ["n_steps", "n_readings"]
    inputs = [
        info(WORDS, TensorProto.INT32, ["n_words", N_WORD]),
        info(PARTS, TensorProto.INT32, ["n_words", N_PARTS]),
        info(BEFORE, TensorProto.INT32, shape),
        info(AFTER, TensorProto.INT32, shape),
    ]
    graph_proto = helper.make_graph(
        graph.nodes, "rescorer", inputs, [info(GAINS, TensorProto.FLOAT, shape)], graph.constants
    )
    return serialised(graph_proto)
