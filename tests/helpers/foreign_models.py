"""Models in the layouts of others, small and made here, and the voice that they were fitted to.

In that voice each letter is a tone of its own, so that a linear layer over the mel bands of the library's own front end
can read it.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

RATE_HZ = 16_000
LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"  # of GigaAM: without ё
BLANK = "<blk>"
GIGAAM_V3 = {"model_type": "gigaam", "version": "v3", "features_size": 64, "subsampling_factor": 4}
_LETTER_S, _GAP_S, _LEVEL = 0.12, 0.06, 0.2
_SHARPNESS = 0.05


def tones(letters: str, pause_s: float = 0.4) -> np.ndarray:
    """Letters and spaces said in the made voice, with a pause before and after; float32 (n,)."""
    time_s = np.arange(round(_LETTER_S * RATE_HZ)) / RATE_HZ
    shape = _LEVEL * np.hanning(len(time_s)) ** 0.25
    parts = [np.zeros(round(pause_s * RATE_HZ))]
    for letter in letters:
        hz = 300 + 95 * (" " + LETTERS).index(letter)
        parts += [shape * np.sin(2 * np.pi * hz * time_s), np.zeros(round(_GAP_S * RATE_HZ))]
    whole = np.concatenate([*parts, np.zeros(round(pause_s * RATE_HZ))])
    return (whole + np.random.default_rng(0).normal(0, 3e-5, len(whole))).astype(np.float32)


def write_gigaam_ctc(folder: Path, quantization: str = ".int8", config: dict | None = None) -> Path:
    """A model in the layout of GigaAM v3 CTC that reads the made voice."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(GIGAAM_V3 if config is None else config), "utf-8")
    tokens = ["▁", *LETTERS, BLANK]
    write_vocabulary(folder / "v3_vocab.txt", tokens)
    write_graph(folder / f"v3_ctc{quantization}.onnx", ctc_graph(_centres([" ", *LETTERS, ""])))
    return folder


def write_gigaam_e2e(folder: Path, tokens: Sequence[str] = ("▁Привет", ",", "▁мир", ".")) -> Path:
    """The same in the layout of GigaAM v3 e2e CTC, whose tokens are parts of words with capitals and marks.

    tokens: what «а», «б», «в» and «г» are read as.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(GIGAAM_V3), "utf-8")
    write_vocabulary(folder / "v3_e2e_ctc_vocab.txt", [*tokens, BLANK])
    write_graph(folder / "v3_e2e_ctc.int8.onnx", ctc_graph(_centres([*"абвг", ""])))
    return folder


def write_vosk(folder: Path) -> Path:
    """A transducer in the layout of Vosk with weights that know nothing: it says the same token now and then."""
    for name in ("am", "lang"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder / "lang" / "tokens.txt", ["<blk>", "<sos/eos>", "<unk>", "▁да", "▁дом", "а"])
    weights = np.random.default_rng(3).normal(0, 1, (80, 6)).astype(np.float32)
    write_graph(
        folder / "am" / "encoder.int8.onnx",
        graph(
            [
                helper.make_node("Transpose", ["x"], ["bands"], perm=[0, 2, 1]),
                helper.make_node("AveragePool", ["bands"], ["pooled"], kernel_shape=[4], strides=[4], ceil_mode=1),
                helper.make_node("Transpose", ["pooled"], ["steps"], perm=[0, 2, 1]),
                helper.make_node("MatMul", ["steps", "weights"], ["encoder_out"]),
                helper.make_node("Add", ["x_lens", "three"], ["more"]),
                helper.make_node("Div", ["more", "four"], ["encoder_out_lens"]),
            ],
            {"x": (TensorProto.FLOAT, ["b", "t", 80]), "x_lens": (TensorProto.INT64, ["b"])},
            {"encoder_out": (TensorProto.FLOAT, None), "encoder_out_lens": (TensorProto.INT64, ["b"])},
            {"weights": weights, "three": np.array(3), "four": np.array(4)},
        ),
    )
    write_graph(
        folder / "am" / "decoder.int8.onnx",
        graph(
            [
                helper.make_node("Gather", ["y", "last"], ["token"], axis=1),
                helper.make_node("Max", ["token", "zero"], ["known"]),
                helper.make_node("Gather", ["table", "known"], ["decoder_out"]),
            ],
            {"y": (TensorProto.INT64, ["b", 2])},
            {"decoder_out": (TensorProto.FLOAT, None)},
            {"last": np.array(1), "zero": np.array(0), "table": (-99 * np.eye(6)).astype(np.float32)},
        ),
    )
    write_graph(
        folder / "am" / "joiner.int8.onnx",
        graph(
            [helper.make_node("Add", ["encoder_out", "decoder_out"], ["logit"])],
            {"encoder_out": (TensorProto.FLOAT, ["b", 6]), "decoder_out": (TensorProto.FLOAT, ["b", 6])},
            {"logit": (TensorProto.FLOAT, ["b", 6])},
            {},
        ),
    )
    return folder


def write_t_one(folder: Path) -> Path:
    """A model in the layout of T-one that hears silence as the blank and sound as «а»."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [*"абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "|"]
    config = {
        "decoder_params": {"vocabulary": letters},
        "pad_token_id": len(letters),
        "encoder_params": {"reduction_kernel_size": 3},
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    weights, bias = np.zeros((1, len(letters) + 1)), np.zeros(len(letters) + 1)
    weights[0, 0], bias[-1] = 1 / 100, 10  # the mean level of a step, of 16 bits
    write_graph(
        folder / "model.onnx",
        graph(
            [
                helper.make_node("Cast", ["signal"], ["level"], to=TensorProto.FLOAT),
                helper.make_node("Abs", ["level"], ["loud"]),
                helper.make_node("Reshape", ["loud", "by_step"], ["parts"]),
                helper.make_node("ReduceMean", ["parts"], ["steps"], axes=[2], keepdims=1),
                helper.make_node("MatMul", ["steps", "weights"], ["product"]),
                helper.make_node("Add", ["product", "bias"], ["logits"]),
                helper.make_node("LogSoftmax", ["logits"], ["logprobs"], axis=-1),
                helper.make_node("Identity", ["state"], ["state_next"]),
            ],
            {"signal": (TensorProto.INT32, ["b", 2400, 1]), "state": (TensorProto.FLOAT16, ["b", 8])},
            {"logprobs": (TensorProto.FLOAT, None), "state_next": (TensorProto.FLOAT16, ["b", 8])},
            {
                "by_step": np.array([0, 10, 240]),
                "weights": weights.astype(np.float32),
                "bias": bias.astype(np.float32),
            },
        ),
    )
    return folder


def write_vocabulary(path: Path, tokens: Sequence[str]) -> None:
    path.write_text("".join(f"{token} {number}\n" for number, token in enumerate(tokens)), "utf-8")


def write_graph(path: Path, made: onnx.GraphProto) -> None:
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.write_bytes(model.SerializeToString())


def graph(nodes: list, inputs: dict, outputs: dict, constants: dict[str, np.ndarray]) -> onnx.GraphProto:
    infos = [
        [helper.make_tensor_value_info(name, *kind) for name, kind in values.items()] for values in (inputs, outputs)
    ]
    return helper.make_graph(nodes, "made", *infos, [numpy_helper.from_array(v, k) for k, v in constants.items()])


def ctc_graph(centres: np.ndarray) -> onnx.GraphProto:
    """The nearest centre of four frames' mean. centres: float32 (n_labels, 64)."""
    return graph(
        [
            helper.make_node("AveragePool", ["features"], ["pooled"], kernel_shape=[4], strides=[4], ceil_mode=1),
            helper.make_node("Transpose", ["pooled"], ["steps"], perm=[0, 2, 1]),
            helper.make_node("MatMul", ["steps", "weights"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["logits"]),
            helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
            helper.make_node("Identity", ["feature_lengths"], ["unused"]),
        ],
        {"features": (TensorProto.FLOAT, ["b", 64, "t"]), "feature_lengths": (TensorProto.INT64, ["b"])},
        {"log_probs": (TensorProto.FLOAT, None)},
        {
            "weights": (2 * _SHARPNESS * centres.T).astype(np.float32),
            "bias": (-_SHARPNESS * (centres**2).sum(axis=1)).astype(np.float32),
        },
    )


def _centres(labels: Sequence[str]) -> np.ndarray:
    """What the library's front end makes of each label; "" is silence."""
    from onnx_asr.preprocessors.numpy_preprocessor import GigaamPreprocessorNumpy

    hear = GigaamPreprocessorNumpy("gigaam_v3")
    rows = []
    for label in labels:
        sound = tones(label, pause_s=0.0)[: round(_LETTER_S * RATE_HZ)] if label else tones("", pause_s=0.2)
        features, _lengths = hear(sound[None], np.array([len(sound)], np.int64))
        rows.append(features[0][:, 3:-3].mean(axis=1))
    return np.array(rows, np.float32)
