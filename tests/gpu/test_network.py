import numpy as np
import pytest

from engine.config import VOXFORGE, ModelConfig
from engine.model.weights import initial_lower_output, initial_weights

torch = pytest.importorskip("torch", reason="PyTorch is needed for training on a GPU alone")

MODEL = ModelConfig(3, 8, 3)
N_LABELS = 5


@pytest.fixture
def weights():
    rng = np.random.default_rng(0)
    made = initial_weights(VOXFORGE, MODEL, N_LABELS, rng) | initial_lower_output(MODEL, N_LABELS, rng)
    return {name: value + rng.normal(0, 0.1, value.shape).astype(np.float32) for name, value in made.items()}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, kernel, bias):
    """As `trainer.network.lstm.lstm` says: gates i, c, f, o."""
    hidden = cell = np.zeros(MODEL.n_units)
    heard = []
    for step in x:
        i, c, f, o = np.split(np.concatenate([step, hidden]) @ kernel + bias, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        hidden = sigmoid(o) * np.tanh(cell)
        heard.append(hidden)
    return np.array(heard)


def logits(steps, weights):
    """Of one sequence, step by step."""
    for layer in range(MODEL.n_layers):
        ahead, back = (
            lstm(some, weights[f"layer{layer}/{name}/kernel"], weights[f"layer{layer}/{name}/bias"])
            for some, name in ((steps, "forward"), (steps[::-1], "backward"))
        )
        steps = np.concatenate([ahead, back[::-1]], axis=1)
    return steps @ weights["output/kernel"] + weights["output/bias"]


def test_it_is_the_network_of_the_engine_whatever_the_padding(weights):
    from scripts.gpu.network import Network

    rng = np.random.default_rng(1)
    sequences = [rng.normal(size=(n, 39)).astype(np.float32) for n in (11, 7, 4)]
    steps = np.full((3, 11, 39), 9.0, np.float32)
    for row, one in zip(steps, sequences, strict=True):
        row[: len(one)] = one
    network = Network(MODEL, N_LABELS).eval()
    network.take(weights)

    with torch.no_grad():
        heard, _ = network(torch.as_tensor(steps), torch.tensor([11, 7, 4]))

    for n, one in enumerate(sequences):
        assert heard[: len(one), n].numpy() == pytest.approx(logits(one, weights), abs=1e-5)


def test_weights_come_out_as_they_went_in(weights):
    from scripts.gpu.network import Network

    network = Network(MODEL, N_LABELS)
    network.take(weights)
    found = network.weights()

    assert found.keys() == weights.keys()
    assert all(np.array_equal(found[name], weights[name]) for name in weights)
