"""The same network in plain Keras layers, for comparison only."""

import keras
import numpy as np

from engine.config import ModelConfig
from engine.model.weights import DIRECTIONS


def keras_twin(model: ModelConfig, weights: dict[str, np.ndarray]) -> keras.Model:
    """Bidirectional(LSTM) layers and a Dense with the given weights.

    The fused kernel's gates are i, c, f, o; Keras's are i, f, c, o.
    """
    width = weights["layer0/forward/kernel"].shape[0] - model.n_units
    x = inputs = keras.Input((None, width))
    layers = []
    for _ in range(model.n_layers):
        layers.append(keras.layers.Bidirectional(keras.layers.LSTM(model.n_units, return_sequences=True)))
        x = layers[-1](x)
    dense = keras.layers.Dense(weights["output/bias"].shape[0])
    twin = keras.Model(inputs, dense(x))
    for i, layer in enumerate(layers):
        layer.set_weights(
            [array for d in DIRECTIONS for array in _keras_order(weights, f"layer{i}/{d}", model.n_units)]
        )
    dense.set_weights([weights["output/kernel"], weights["output/bias"]])
    return twin


def _keras_order(weights: dict[str, np.ndarray], name: str, n_units: int) -> list[np.ndarray]:
    def regated(array: np.ndarray) -> np.ndarray:
        i, c, f, o = np.split(array, 4, axis=-1)
        return np.concatenate([i, f, c, o], axis=-1)

    kernel, bias = regated(weights[f"{name}/kernel"]), regated(weights[f"{name}/bias"])
    return [kernel[:-n_units], kernel[-n_units:], bias]
