"""Names, shapes and first values of the network's weights; known without TensorFlow."""

import numpy as np

from engine.config import FeatureConfig, ModelConfig
from engine.features.network_input import n_inputs

DIRECTIONS = ("forward", "backward")


def weight_shapes(features: FeatureConfig, model: ModelConfig, n_labels: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight; LSTM kernels are (n_inputs + n_units, 4 n_units), gates i, c, f, o."""
    shapes: dict[str, tuple[int, ...]] = {}
    width = n_inputs(features, model)
    for layer in range(model.n_layers):
        for direction in DIRECTIONS:
            shapes[f"layer{layer}/{direction}/kernel"] = (width + model.n_units, 4 * model.n_units)
            shapes[f"layer{layer}/{direction}/bias"] = (4 * model.n_units,)
        width = 2 * model.n_units
    shapes["output/kernel"] = (width, n_labels)
    shapes["output/bias"] = (n_labels,)
    return shapes


def initial_weights(
    features: FeatureConfig, model: ModelConfig, n_labels: int, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Glorot-uniform input kernels, orthogonal recurrent ones, biases 0 but 1 for the forget gate; float32."""
    weights = {}
    for name, shape in weight_shapes(features, model, n_labels).items():
        if name.endswith("bias"):
            weights[name] = np.zeros(shape, np.float32)
            if name.startswith("layer"):
                weights[name][2 * model.n_units : 3 * model.n_units] = 1
        elif name.startswith("layer"):
            inputs = shape[0] - model.n_units
            weights[name] = np.concatenate([_glorot(rng, (inputs, shape[1])), _orthogonal(rng, model.n_units)])
        else:
            weights[name] = _glorot(rng, shape)
    return weights


def initial_lower_output(model: ModelConfig, n_labels: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """A second output layer, on the middle layer, for training with intermediate CTC; no checkpoint has it."""
    kernel = _glorot(rng, (2 * model.n_units, n_labels))
    return {"lower/kernel": kernel, "lower/bias": np.zeros(n_labels, np.float32)}


def _glorot(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    limit = np.sqrt(6 / sum(shape))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def _orthogonal(rng: np.random.Generator, n_units: int) -> np.ndarray:
    gates = [np.linalg.qr(rng.standard_normal((n_units, n_units)))[0] for _ in range(4)]
    return np.concatenate(gates, axis=1).astype(np.float32)
