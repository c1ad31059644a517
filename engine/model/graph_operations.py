"""The operations of a serialised ONNX model, looked at before it is run, without `onnx` and its time to import.

Protocol Buffers' encoding: a field is its number and kind in one varint, then a varint, eight or four bytes, or a
length and so many bytes (https://protobuf.dev/programming-guides/encoding).
"""

from collections.abc import Iterator

# All that networks of this program are made of and may soon be: each gives what follows from its inputs, once.
KNOWN = {"Add", "Cast", "Concat", "Constant", "DynamicQuantizeLSTM", "Gather", "Identity", "LSTM", "LogSoftmax"}
KNOWN |= {"MatMul", "Mul", "ReduceMean", "ReduceSum", "Reshape", "Slice", "Softmax", "Split", "Squeeze", "Sub"}
KNOWN |= {"Transpose", "Unsqueeze"}
_MODEL_GRAPH, _MODEL_FUNCTIONS, _GRAPH_NODE, _NODE_OPERATION, _NODE_ATTRIBUTE = 7, 25, 1, 4, 5
_ATTRIBUTE_GRAPHS = 6, 11
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_LONGEST_VARINT = 10


def check_operations(content: bytes) -> None:
    """Raises ValueError for what is no model, for graphs within a graph, and for operations that a network of this
    program does not have: loops, and what makes much out of nothing."""
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
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _BYTES:
            n_bytes, at = _varint(message, at)
            yield tag >> 3, message[at : at + n_bytes]
            at += n_bytes
        elif kind in (_EIGHT, _FOUR):
            at += 8 if kind == _EIGHT else 4
        elif kind == _VARINT:
            _, at = _varint(message, at)
        else:
            raise ValueError("it is no model")
    if at > len(message):
        raise ValueError("it is cut off")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number, and where what follows it begins."""
    value = 0
    for shift, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 127) << 7 * shift
        if byte < 128:
            return value, at + shift + 1
    raise ValueError("it is no model")
