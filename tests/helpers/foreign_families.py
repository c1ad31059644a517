"""Models in the layouts of NeMo's FastConformer, Canary and Whisper, small and made here, for the real library.

They know nothing: those that read step by step give tokens by chance, those that write give the same text every time.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper
from onnx_asr.models.whisper import bytes_to_unicode

from tests.helpers.foreign_models import BLANK, LETTERS, graph, write_graph, write_vocabulary

FLOAT, INT32, INT64 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.INT64
PIECES = ("<unk>", "▁Да", "▁дом", "ы", "на", ",", ".", BLANK)  # as SentencePiece cuts words
WRITTEN = ("▁Да", ",", "▁дом", ".")
RUSSIAN, END = "<|ru|>", "<|endoftext|>"
_BANDS, _WIDTH, _EVERY = 80, 6, 8
_DURATIONS = 5  # of TDT: steps to go on, from 0


def write_nemo_ctc(folder: Path, tokens: Sequence[str] = PIECES, quantization: str = "") -> Path:
    """FastConformer CTC."""
    _write_config(folder, "nemo-conformer-ctc")
    write_vocabulary(folder / "vocab.txt", tokens)
    encoder = [
        *_pooled(),
        helper.make_node("MatMul", ["steps", "weights"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["logprobs"], axis=-1),
        helper.make_node("Identity", ["length"], ["unused"]),
    ]
    made = graph(encoder, _SOUND, {"logprobs": (FLOAT, None)}, {"weights": _chance(_BANDS, len(tokens))})
    write_graph(folder / f"model{quantization}.onnx", made)
    return folder


def write_nemo_ctc_of_letters(folder: Path) -> Path:
    """The same of single letters, as older models of NeMo have them."""
    return write_nemo_ctc(folder, ["▁", *LETTERS, BLANK])


def write_nemo_rnnt(folder: Path) -> Path:
    """FastConformer RNN-T: an encoder, and decoder and joiner in one."""
    return _write_transducer(folder, "nemo-conformer-rnnt", len(PIECES))


def write_nemo_tdt(folder: Path) -> Path:
    """Parakeet TDT: of the same files, it says how many steps to go on too."""
    return _write_transducer(folder, "nemo-conformer-tdt", len(PIECES) + _DURATIONS)


def write_nemo_aed(folder: Path, language: str = RUSSIAN) -> Path:
    """Canary: an encoder, and a decoder that writes token after token behind its prompt."""
    _write_config(folder, "nemo-conformer-aed")
    prompt = ["▁", "<|startofcontext|>", "<|startoftranscript|>", "<|emo:undefined|>", "<|en|>", language]
    prompt += ["<|pnc|>", "<|noitn|>", "<|notimestamp|>", "<|nodiarize|>"]
    tokens = [*prompt, *WRITTEN, END]
    write_vocabulary(folder / "vocab.txt", tokens)
    encoder = [
        *_pooled(),
        helper.make_node("MatMul", ["steps", "weights"], ["encoder_embeddings"]),
        helper.make_node("ReduceMax", ["encoder_embeddings"], ["by_step"], axes=[2], keepdims=0),
        helper.make_node("IsNaN", ["by_step"], ["broken"]),
        helper.make_node("Not", ["broken"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["encoder_mask"], to=INT64),
        helper.make_node("Identity", ["length"], ["unused"]),
    ]
    heard = {"encoder_embeddings": (FLOAT, None), "encoder_mask": (INT64, None)}
    write_graph(folder / "encoder-model.onnx", graph(encoder, _SOUND, heard, {"weights": _chance(_BANDS, _WIDTH)}))
    decoder = [
        helper.make_node("Gather", ["follows", "input_ids"], ["logits"]),
        helper.make_node("Gather", ["nothing", "input_ids"], ["states"]),
        helper.make_node("Unsqueeze", ["states", "first"], ["of_layer"]),
        helper.make_node("Concat", ["decoder_mems", "of_layer"], ["decoder_hidden_states"], axis=2),
        helper.make_node("Identity", ["encoder_embeddings"], ["unused"]),
        helper.make_node("Identity", ["encoder_mask"], ["unused too"]),
    ]
    inputs = {
        "input_ids": (INT64, ["b", "n"]),
        "encoder_embeddings": (FLOAT, ["b", "t", _WIDTH]),
        "encoder_mask": (INT64, ["b", "t"]),
        "decoder_mems": (FLOAT, [1, "b", "past", _WIDTH]),
    }
    outputs = {"logits": (FLOAT, None), "decoder_hidden_states": (FLOAT, None)}
    constants = {
        "follows": _chain(len(tokens), len(prompt) - 1),
        "nothing": np.zeros((len(tokens), _WIDTH), np.float32),
        "first": np.array([0]),
    }
    write_graph(folder / "decoder-model.onnx", graph(decoder, inputs, outputs, constants))
    return folder


def write_whisper(folder: Path, language: str = RUSSIAN, quantization: str = "") -> Path:
    """Whisper as Optimum exports it: an encoder, and a decoder with and without the keys and values of before."""
    (folder / "onnx").mkdir(parents=True, exist_ok=True)
    tokens, prompt = _write_whisper_tokens(folder, language)
    (folder / "config.json").write_text(json.dumps({"model_type": "whisper", "num_mel_bins": _BANDS}), "utf-8")
    encoder = [
        helper.make_node("AveragePool", ["input_features"], ["pooled"], kernel_shape=[2], strides=[2]),
        helper.make_node("Transpose", ["pooled"], ["steps"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["steps", "weights"], ["last_hidden_state"]),
    ]
    sound, heard = {"input_features": (FLOAT, ["b", _BANDS, 3000])}, {"last_hidden_state": (FLOAT, None)}
    weights = {"weights": _chance(_BANDS, _WIDTH)}
    write_graph(folder / "onnx" / f"encoder_model{quantization}.onnx", graph(encoder, sound, heard, weights))
    past, present = "past_key_values.0.{}.{}", "present.0.{}.{}"
    parts = [(side, kind) for side in ("decoder", "encoder") for kind in ("key", "value")]
    nodes = [
        helper.make_node("Gather", ["follows", "input_ids"], ["logits"]),
        helper.make_node("Gather", ["nothing", "input_ids"], ["states"]),
        helper.make_node("Unsqueeze", ["states", "one"], ["new_decoder"]),
        helper.make_node("Unsqueeze", ["encoder_hidden_states", "one"], ["new_encoder"]),
    ]
    for side, kind in parts:
        before, name, new = past.format(side, kind), present.format(side, kind), f"new_{side}"
        grown = helper.make_node("Concat", [before, new], [f"{name} grown"], axis=2)
        kept = helper.make_node("Identity", [before], [f"{name} grown"])  # what is of the sound does not change
        fresh = helper.make_node("Identity", [new], [f"{name} fresh"])
        branches = {
            "then_branch": _branch(grown if side == "decoder" else kept, f"{name} grown"),
            "else_branch": _branch(fresh, f"{name} fresh"),
        }
        nodes.append(helper.make_node("If", ["use_cache_branch"], [name], **branches))
    inputs = {
        "input_ids": (INT64, ["b", "n"]),
        "encoder_hidden_states": (FLOAT, ["b", 1500, _WIDTH]),
        **{past.format(*part): (FLOAT, ["b", 1, "past", _WIDTH]) for part in parts},
        "use_cache_branch": (TensorProto.BOOL, [1]),
    }
    outputs = {"logits": (FLOAT, None), **{present.format(*part): (FLOAT, None) for part in parts}}
    constants = {
        "follows": _chain(len(tokens), prompt),
        "nothing": np.zeros((len(tokens), _WIDTH), np.float32),
        "one": np.array([1]),
    }
    decoder = graph(nodes, inputs, outputs, constants)
    write_graph(folder / "onnx" / f"decoder_model_merged{quantization}.onnx", decoder)
    return folder


def write_whisper_ort(folder: Path) -> Path:
    """Whisper as ONNX Runtime's own tool exports it: one graph that searches too."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens, prompt = _write_whisper_tokens(folder, RUSSIAN)
    nodes = [
        helper.make_node("Concat", ["decoder_input_ids", "written"], ["one"], axis=1),
        helper.make_node("Unsqueeze", ["one", "second"], ["sequences"]),
        *(helper.make_node("Identity", [name], [f"{name} unused"]) for name in ("input_features", *_SEARCH)),
    ]
    inputs = {
        "input_features": (FLOAT, ["b", _BANDS, 3000]),
        **{name: (FLOAT if name.endswith("penalty") else INT32, [1]) for name in _SEARCH},
        "decoder_input_ids": (INT32, ["b", "n"]),
    }
    constants = {"written": np.arange(prompt + 1, len(tokens), dtype=np.int32)[None], "second": np.array([1])}
    made = graph(nodes, inputs, {"sequences": (INT32, None)}, constants)
    write_graph(folder / "whisper-tiny_beamsearch.onnx", made)
    return folder


_SOUND = {"audio_signal": (FLOAT, ["b", _BANDS, "t"]), "length": (INT64, ["b"])}
_SEARCH = ("max_length", "min_length", "num_beams", "num_return_sequences", "length_penalty", "repetition_penalty")


def _write_config(folder: Path, family: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = {"model_type": family, "features_size": _BANDS, "subsampling_factor": _EVERY}
    (folder / "config.json").write_text(json.dumps(told), "utf-8")


def _write_whisper_tokens(folder: Path, language: str) -> tuple[list[str], int]:
    """All tokens by their numbers, and the number of the last one of the prompt. Text is in bytes, each a letter."""
    letter_of = bytes_to_unicode()
    text = ["".join(letter_of[byte] for byte in token.replace("▁", " ").encode()) for token in WRITTEN]
    prompt = ["<|startoftranscript|>", language, "<|transcribe|>", "<|notimestamps|>"]
    tokens = [*prompt, *text, END]
    added = {token: number for number, token in enumerate(tokens) if token.startswith("<|")}
    told = {token: number for number, token in enumerate(tokens) if token not in added}
    (folder / "vocab.json").write_text(json.dumps(told), "utf-8")
    (folder / "added_tokens.json").write_text(json.dumps(added), "utf-8")
    return tokens, len(prompt) - 1


def _write_transducer(folder: Path, family: str, n_outputs: int) -> Path:
    _write_config(folder, family)
    write_vocabulary(folder / "vocab.txt", PIECES)
    encoder = [
        *_pooled(),
        helper.make_node("MatMul", ["steps", "weights"], ["by_step"]),
        helper.make_node("Transpose", ["by_step"], ["outputs"], perm=[0, 2, 1]),
        helper.make_node("Sub", ["length", "one"], ["before"]),
        helper.make_node("Div", ["before", "every"], ["whole"]),
        helper.make_node("Add", ["whole", "one"], ["encoded_lengths"]),
    ]
    heard = {"outputs": (FLOAT, None), "encoded_lengths": (INT64, None)}
    constants = {"weights": _chance(_BANDS, _WIDTH), "one": np.array(1), "every": np.array(_EVERY)}
    write_graph(folder / "encoder-model.onnx", graph(encoder, _SOUND, heard, constants))
    joint = [
        helper.make_node("Transpose", ["encoder_outputs"], ["step"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["step", "weights"], ["heard"]),
        helper.make_node("Gather", ["not_again", "targets"], ["said"]),
        helper.make_node("Add", ["heard", "said"], ["logits"]),
        helper.make_node("Unsqueeze", ["logits", "second"], ["outputs"]),
        helper.make_node("Identity", ["target_length"], ["prednet_lengths"]),
        *(helper.make_node("Identity", [f"input_states_{n}"], [f"output_states_{n}"]) for n in (1, 2)),
    ]
    states = (FLOAT, [1, "b", _WIDTH])
    inputs = {
        "encoder_outputs": (FLOAT, ["b", _WIDTH, "t"]),
        "targets": (INT32, ["b", "n"]),
        "target_length": (INT32, ["b"]),
        "input_states_1": states,
        "input_states_2": states,
    }
    outputs = {
        "outputs": (FLOAT, None),
        "prednet_lengths": (INT32, None),
        "output_states_1": (FLOAT, None),
        "output_states_2": (FLOAT, None),
    }
    not_again = np.zeros((len(PIECES), n_outputs), np.float32)
    np.fill_diagonal(not_again[:-1], -99)  # no token twice in a row, but the blank
    constants = {"weights": _chance(_WIDTH, n_outputs), "not_again": not_again, "second": np.array([1])}
    write_graph(folder / "decoder_joint-model.onnx", graph(joint, inputs, outputs, constants))
    return folder


def _pooled() -> list:
    """Sound to `steps`, one for eight frames."""
    pool = {"kernel_shape": [_EVERY], "strides": [_EVERY], "ceil_mode": 1}
    return [
        helper.make_node("AveragePool", ["audio_signal"], ["pooled"], **pool),
        helper.make_node("Transpose", ["pooled"], ["steps"], perm=[0, 2, 1]),
    ]


def _chance(*shape: int) -> np.ndarray:
    return np.random.default_rng(6).normal(0, 1, shape).astype(np.float32)


def _chain(n_tokens: int, prompt: int) -> np.ndarray:
    """Logits by the token before: each from the last of the prompt on is followed by the next one."""
    follows = np.zeros((n_tokens, n_tokens), np.float32)
    for number in range(prompt, n_tokens - 1):
        follows[number, number + 1] = 9
    return follows


def _branch(node, output: str):
    return helper.make_graph([node], output, [], [helper.make_tensor_value_info(output, FLOAT, None)])
