"""What recognition runs: the network in ONNX Runtime, kept beside the weights or made of them."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.config import ModelConfig
from engine.errors import CheckpointDamaged, CheckpointMismatch, CheckpointMissing
from engine.model.checkpoint import DESCRIPTION, NETWORK, WEIGHTS, load_checkpoint, load_network, read_description
from engine.model.graph_operations import check_operations
from engine.model.network_graph import network_graph
from engine.model.onnx_session import open_session
from engine.model.recogniser import load_recogniser, recogniser
from engine.paths import resource, shipped_checkpoint
from tests.helpers.models import random_checkpoint, write_random_checkpoint

ROOT = Path(__file__).parents[3]
N_INPUTS, N_LABELS = 26, 35


def steps(*lengths):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(n, N_INPUTS)).astype(np.float32) for n in lengths]


def description(folder):
    return json.loads((folder / DESCRIPTION).read_text("utf-8"))


def rewrite(folder, **changes):
    (folder / DESCRIPTION).write_text(json.dumps(description(folder) | changes), "utf-8")


def replace_network(folder, graph: bytes) -> None:
    """With its sum, as somebody would who made it."""
    (folder / NETWORK).write_bytes(graph)
    rewrite(folder, network_sha256=hashlib.sha256(graph).hexdigest())


def without_network(folder) -> Path:
    """As earlier versions wrote a model."""
    (folder / NETWORK).unlink()
    described = description(folder)
    del described["network_sha256"]
    (folder / DESCRIPTION).write_text(json.dumps(described), "utf-8")
    return folder


def test_the_bytes_of_a_network_are_not_kept_beside_its_weights():
    checkpoint = random_checkpoint()
    graph = network_graph(checkpoint.model, checkpoint.weights)
    held_before = sys.getrefcount(graph)
    session = open_session(graph)
    assert sys.getrefcount(graph) == held_before
    assert session.get_inputs()


def test_rows_are_probabilities_whatever_the_length():
    for found, n in zip(recogniser(random_checkpoint())(steps(9, 1, 300)), (9, 1, 300), strict=True):
        assert (found.shape, found.dtype) == ((n, N_LABELS), np.float32)
        np.testing.assert_allclose(np.exp(found).sum(axis=1), 1, atol=1e-5)


def test_nothing_gives_nothing():
    recognise = recogniser(random_checkpoint())
    assert recognise([]) == []
    assert [found.shape for found in recognise(steps(0, 4, 0))] == [(0, N_LABELS), (4, N_LABELS), (0, N_LABELS)]


@pytest.mark.parametrize("n_threads", [1, 2, 3])
def test_an_utterance_reads_the_same_whatever_is_read_with_it(n_threads):
    checkpoint, some = random_checkpoint(), steps(31, 0, 5, 90, 1)
    some[3] *= 40  # so much louder that a scale in common would be seen
    together = recogniser(checkpoint, n_threads)(some)
    alone = recogniser(checkpoint, 1)
    for one, found in zip(some, together, strict=True):
        np.testing.assert_array_equal(found, alone([one])[0])


def test_weights_of_nothing_and_of_everything_are_quantised():
    checkpoint = random_checkpoint()
    for weight in checkpoint.weights.values():
        weight[:] = 0
    np.testing.assert_allclose(recogniser(checkpoint)(steps(3))[0], np.log(1 / N_LABELS), atol=1e-5)
    checkpoint.weights["layer0/forward/kernel"][0] = 1e6
    assert np.isfinite(recogniser(checkpoint)(steps(3))[0]).all()


def test_a_model_without_its_network_is_converted_once(tmp_path):
    folder = write_random_checkpoint(tmp_path / "м")
    expected = load_recogniser(folder)[1](steps(7))[0]
    graph, described = (folder / NETWORK).read_bytes(), description(folder)
    without_network(folder)
    found, recognise = load_recogniser(folder)
    np.testing.assert_array_equal(recognise(steps(7))[0], expected)
    assert found == random_checkpoint().description
    assert ((folder / NETWORK).read_bytes(), description(folder)) == (graph, described)
    (folder / WEIGHTS).unlink()
    np.testing.assert_array_equal(load_recogniser(folder)[1](steps(7))[0], expected)


@pytest.mark.parametrize("damage", [lambda file: file.write_bytes(file.read_bytes()[:-9]), Path.unlink])
def test_a_damaged_network_is_made_again(tmp_path, damage):
    folder = write_random_checkpoint(tmp_path / "m")
    whole = (folder / NETWORK).read_bytes()
    damage(folder / NETWORK)
    load_recogniser(folder)
    assert (folder / NETWORK).read_bytes() == whole


@pytest.mark.parametrize(
    ("damage", "error"),
    [(lambda file: file.write_bytes(b"PK"), CheckpointDamaged), (Path.unlink, CheckpointMissing)],
)
def test_it_cannot_be_made_again_of_weights_that_are_damaged_too(tmp_path, damage, error):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / NETWORK).write_bytes(b"")
    damage(folder / WEIGHTS)
    with pytest.raises(error):
        load_recogniser(folder)


def test_the_shipped_network_is_made_of_the_shipped_weights(shipped):
    """A model that is copied into its place must bring both."""
    checkpoint = load_checkpoint(shipped)
    assert load_network(shipped)[1] == network_graph(checkpoint.model, checkpoint.weights)
    assert read_description(shipped)["network_sha256"] == hashlib.sha256((shipped / NETWORK).read_bytes()).hexdigest()


def test_the_network_of_other_weights_is_not_used(tmp_path):
    folder, other = write_random_checkpoint(tmp_path / "a"), write_random_checkpoint(tmp_path / "b", seed=1)
    (folder / NETWORK).write_bytes((other / NETWORK).read_bytes())
    np.testing.assert_array_equal(load_recogniser(folder)[1](steps(7))[0], recogniser(random_checkpoint())(steps(7))[0])


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are those of POSIX systems")
def test_a_folder_that_cannot_be_written_to_is_read_all_the_same(tmp_path, monkeypatch):
    folder = without_network(write_random_checkpoint(tmp_path / "m"))
    before = sorted(path.name for path in folder.iterdir())
    monkeypatch.setattr(Path, "touch", refuse)
    assert len(load_recogniser(folder)[1](steps(7))[0]) == 7
    assert sorted(path.name for path in folder.iterdir()) == before


def refuse(path, **_):
    raise PermissionError(13, "Permission denied", str(path))


def test_a_model_that_came_with_the_program_is_left_as_it_is(tmp_path, monkeypatch):
    folder = without_network(write_random_checkpoint(tmp_path / "checkpoint1"))
    monkeypatch.setattr("engine.paths.INSTALLED_IN", tmp_path)
    load_recogniser(folder)
    assert sorted(path.name for path in folder.iterdir()) == [DESCRIPTION, WEIGHTS]


def other_shape(**changes) -> bytes:
    other = random_checkpoint(model=replace(ModelConfig(n_layers=1, n_units=16, n_stacked=2), **changes))
    return network_graph(other.model, other.weights)


def of_zeros() -> bytes:
    """A graph of the right shape whose output is no log-probabilities."""
    from onnx import TensorProto, helper, numpy_helper

    weight = numpy_helper.from_array(np.zeros((N_INPUTS, N_LABELS), np.float32), "weight")
    node = helper.make_node("MatMul", ["steps", "weight"], ["log_probs"])
    edges = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n_steps", width])]
        for name, width in (("steps", N_INPUTS), ("log_probs", N_LABELS))
    )
    graph = helper.make_graph([node], "zeros", *edges, [weight])
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()


def fourth_power() -> bytes:
    """Right for a few steps; of 200 it would take 6.4 GB."""
    from onnx import helper

    arrays = {f"axes{i}": np.array([j for j in range(4) if j != i]) for i in range(4)}
    arrays |= {"one": np.array([1]), "all": np.array([1, 2, 3, 4]), "even": np.zeros((1, N_LABELS), np.float32)}
    arrays["last"] = np.array([-1])
    nodes = [helper.make_node("ReduceSum", ["steps", "one"], ["sums"], keepdims=0)]
    nodes += [helper.make_node("Unsqueeze", ["sums", f"axes{i}"], [f"side{i}"]) for i in range(4)]
    nodes += [
        helper.make_node("Mul", ["side0", "side1"], ["square"]),
        helper.make_node("Mul", ["square", "side2"], ["cube"]),
        helper.make_node("Mul", ["cube", "side3"], ["fourth"]),
        helper.make_node("ReduceMean", ["fourth"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Unsqueeze", ["mean", "last"], ["column"]),
        helper.make_node("Add", ["column", "even"], ["logits"]),
        helper.make_node("LogSoftmax", ["logits"], ["log_probs"], axis=-1),
    ]
    return of_nodes(nodes, arrays)


def of_nodes(nodes, arrays, functions=()) -> bytes:
    from onnx import TensorProto, helper, numpy_helper

    edges = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n_steps", width])]
        for name, width in (("steps", N_INPUTS), ("log_probs", N_LABELS))
    )
    constants = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    graph = helper.make_graph(nodes, "hostile", *edges, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8, functions=functions)
    return made.SerializeToString()


def much_out_of_nothing() -> bytes:
    from onnx import helper

    node = helper.make_node("ConstantOfShape", ["size"], ["log_probs"])
    return of_nodes([node], {"size": np.array([1 << 20, 1 << 20])})


def without_end() -> bytes:
    from onnx import TensorProto, helper

    state = [helper.make_tensor_value_info(name, TensorProto.BOOL, []) for name in ("on", "goes_on")]
    body = helper.make_graph(
        [helper.make_node("Identity", ["on"], ["goes_on"])],
        "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), state[0]],
        [state[1]],
    )
    loop = helper.make_node("Loop", ["", "yes"], [], body=body)
    return of_nodes([loop, helper.make_node("Identity", ["steps"], ["log_probs"])], {"yes": np.array(True)})


def hidden_in_a_branch() -> bytes:
    """The operation is a known one; its attribute is a graph."""
    content = without_end()
    assert content.count(b"\x04Loop") == 1
    return content.replace(b"\x04Loop", b"\x04Cast")


def function_of_its_own() -> bytes:
    from onnx import helper

    node = helper.make_node("Identity", ["x"], ["y"])
    function = helper.make_function("own", "Identity", ["x"], ["y"], [node], [helper.make_opsetid("", 17)])
    call = helper.make_node("Identity", ["steps"], ["log_probs"], domain="own")
    return of_nodes([call], {}, functions=[function])


@pytest.mark.parametrize(
    ("graph", "reason"),
    [
        (much_out_of_nothing, "ConstantOfShape"),
        (without_end, "Loop"),
        (hidden_in_a_branch, "graph within"),
        (function_of_its_own, "functions"),
        (lambda: other_shape()[:-9], "cut off|no model"),
    ],
)
def test_a_network_made_to_take_memory_or_never_to_end_is_refused_before_it_is_loaded(tmp_path, graph, reason):
    folder = write_random_checkpoint(tmp_path / "m")
    replace_network(folder, graph())
    with pytest.raises(CheckpointMismatch, match=reason):
        load_recogniser(folder)


@pytest.mark.parametrize(
    "path", [*shipped_checkpoint().glob("*.onnx"), *resource(".").rglob("*.onnx")], ids=lambda path: path.parent.name
)
def test_every_network_that_comes_with_the_program_has_known_operations(path):
    check_operations(path.read_bytes())


@pytest.mark.parametrize(
    "graph",
    [b"", b"not a graph", other_shape(n_stacked=3), of_zeros()],
    ids=["empty", "noise", "other inputs", "no probabilities"],
)
def test_a_network_that_does_not_fit_is_refused_in_a_sentence(tmp_path, graph, capfd):
    folder = write_random_checkpoint(tmp_path / "m")
    replace_network(folder, graph)
    with pytest.raises(CheckpointMismatch, match=NETWORK):
        load_recogniser(folder)
    assert capfd.readouterr() == ("", "")


def test_transcribing_loads_neither_tensorflow_nor_what_makes_the_network(tmp_path):
    folder = write_random_checkpoint(tmp_path / "m")
    code = (
        "import sys, main\n"
        "status = main.main(sys.argv[1:])\n"
        "print(sorted({'tensorflow', 'keras', 'onnx', 'PySide6', 'trainer.network'} & set(sys.modules)), status)"
    )
    arguments = ["transcribe", "-m", folder, "--language-model", "none", ROOT / "resources/samples/man.wav"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stderr
    assert done.stderr == ""


# --- from a stranger ---


def with_weights_elsewhere(content: bytes, path: Path) -> bytes:
    """The same model, with a tensor that names a file of the machine."""
    from onnx import TensorProto, load_model_from_string

    model = load_model_from_string(content)
    tensor = model.graph.initializer[-1]
    path.write_bytes(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=path.name)
    return model.SerializeToString()


def test_a_network_whose_weights_lie_in_other_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = write_random_checkpoint(tmp_path / "m")
    replace_network(folder, with_weights_elsewhere((folder / NETWORK).read_bytes(), tmp_path / "secret"))
    with pytest.raises(CheckpointMismatch, match="other files"):
        load_recogniser(folder)


def test_a_network_larger_than_its_weights_is_made_anew(tmp_path):
    """It is not even read."""
    folder = write_random_checkpoint(tmp_path / "m")
    graph = (folder / NETWORK).read_bytes()
    with (folder / NETWORK).open("r+b") as file:
        file.truncate(2**36)
    load_recogniser(folder)
    assert (folder / NETWORK).read_bytes() == graph


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("file", [WEIGHTS, DESCRIPTION])
def test_a_model_whose_file_lies_elsewhere_is_refused(tmp_path, file):
    folder = write_random_checkpoint(tmp_path / "m")
    (folder / NETWORK).unlink()
    (folder / file).unlink()
    (folder / file).symlink_to("/dev/zero")
    with pytest.raises(CheckpointDamaged, match=file):
        load_recogniser(folder)
