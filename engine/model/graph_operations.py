"""Checks the operations of a serialised ONNX model before it is run, without importing `onnx`, which is slow.

Protocol Buffers' encoding: a field is its number and kind in one varint, followed by a varint, by eight or four bytes,
or by a length and that many bytes (https://protobuf.dev/programming-guides/encoding).
"""

from collections.abc import Iterator

# The operations of this program's networks: each computes its output from its inputs, once.
KNOWN = {"Add", "Cast", "Concat", "Constant", "DynamicQuantizeLSTM", "Gather", "Identity", "LSTM", "LogSoftmax"}
KNOWN |= {"MatMul", "Mul", "ReduceMean", "ReduceSum", "Reshape", "Slice", "Softmax", "Split", "Squeeze", "Sub"}
KNOWN |= {"Transpose", "Unsqueeze"}
_MODEL_GRAPH, _MODEL_FUNCTIONS, _GRAPH_NODE, _NODE_OPERATION, _NODE_ATTRIBUTE = 7, 25, 1, 4, 5
_ATTRIBUTE_GRAPHS = 6, 11
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10


def check_operations(content: bytes) -> None:
    """Raises ValueError if the content is not a model, has nested graphs, or has operations that no network of this
    program has, such as loops or those that make large tensors from small ones."""
    for number, model_part in _parts(memoryview(content)):
        if number == _MODEL_FUNCTIONS:
            raise ValueError("it has functions of its own")
        if number == _MODEL_GRAPH:
            for kind, node in _parts(model_part):
                if kind == _GRAPH_NODE:
                    _check_node(node)


def _check_node(node: memoryview) -> None:
    for number, part in _parts(node):
        if number == _NODE_OPERATION and (name := bytes(part[:80]).decode("utf-8", "replace")) not in KNOWN:
            raise ValueError(f"the operation {name!r} is none of a network of this program")
        if number == _NODE_ATTRIBUTE and any(kind in _ATTRIBUTE_GRAPHS for kind, _ in _parts(part)):
            raise ValueError("it has a graph within its graph")


def _parts(message: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Number and content of each field that has a length. Raises ValueError."""
    offset = 0
    while offset < len(message):
        tag, offset = _varint(message, offset)
        kind = tag & 7
        if kind == _BYTES:
            n_bytes, offset = _varint(message, offset)
            yield tag >> 3, message[offset : offset + n_bytes]
            offset += n_bytes
        elif kind in (_EIGHT, _FOUR):
            offset += 8 if kind == _EIGHT else 4
        elif kind == _VARINT:
            _, offset = _varint(message, offset)
        else:
            raise ValueError("it is no model")
    if offset > len(message):
        raise ValueError("it is cut off")


def _varint(message: memoryview, offset: int) -> tuple[int, int]:
    """The number, and the offset after it."""
    value = 0
    for shift, byte in enumerate(message[offset : offset + _LONGEST_VARINT]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, offset + shift + 1
    raise ValueError("it is no model")
