"""Trained weights -> the ONNX graph that `engine.punctuation.punctuator` runs, tables and layers in 8 bits."""

from collections.abc import Mapping

import numpy as np

from engine.model.network_graph import GraphWriter, quantised_layer, serialised, summed_rows
from engine.punctuation.labels import MARKS, Form
from engine.punctuation.punctuator import LOG_PROBS, PARTS, PAUSES, WORDS
from engine.word_features import N_PARTS, N_WORD
from trainer.punctuation.network import N_LAYERS, N_UNITS


def punctuation_graph(weights: Mapping[str, np.ndarray]) -> bytes:
    """weights: of `trainer.punctuation.network`. The same weights give the same bytes."""
    from onnx import TensorProto, helper

    graph = GraphWriter()
    one, rows = graph.constant("one", np.array([1])), graph.constant("rows", np.array([0, 2 * N_UNITS]))
    both = graph.constant("both_directions", np.array([0, 1, 2 * N_UNITS]))
    tables = [summed_rows(graph, WORDS, weights["words"]), summed_rows(graph, PARTS, weights["parts"])]
    pauses = graph.node("Gather", [graph.constant("pauses/table", weights["pauses"]), PAUSES], "pauses/rows")
    hidden = graph.node("Unsqueeze", [graph.node("Concat", [*tables, pauses], "input", axis=1), one], "one_stretch")
    for n in range(N_LAYERS):
        layer = quantised_layer(graph, f"layer{n}", hidden, weights, N_UNITS)
        hidden = graph.node("Reshape", [layer, both], f"layer{n}/rows")
    hidden = graph.node("Reshape", [hidden, rows], "without_batch")
    product = graph.node("MatMul", [hidden, graph.constant("output/kernel", weights["output/kernel"])], "product")
    logits = graph.node("Add", [product, graph.constant("output/bias", weights["output/bias"])], "logits")
    sizes = graph.constant("sizes", np.array([len(MARKS), len(Form)]))
    parts = ("mark_logits", "form_logits")
    graph.several("Split", [logits, sizes], parts, axis=1)
    log_probs = [graph.node("LogSoftmax", [part], f"{part}/log_probs", axis=-1) for part in parts]
    graph.node("Concat", log_probs, LOG_PROBS, axis=1)
    inputs = [
        helper.make_tensor_value_info(WORDS, TensorProto.INT32, ["n_words", N_WORD]),
        helper.make_tensor_value_info(PARTS, TensorProto.INT32, ["n_words", N_PARTS]),
        helper.make_tensor_value_info(PAUSES, TensorProto.INT32, ["n_words"]),
    ]
    outputs = [helper.make_tensor_value_info(LOG_PROBS, TensorProto.FLOAT, ["n_words", len(MARKS) + len(Form)])]
    return serialised(helper.make_graph(graph.nodes, "punctuation", inputs, outputs, graph.constants))
