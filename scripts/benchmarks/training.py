"""Seconds of audio trained per second: forwards, CTC, backwards, clipping, Adam; two threads.

usage: python -m scripts.benchmarks.training shipped|classic ours|keras REPEATS; prints JSON.
"""

import json
import sys
import time
from collections.abc import Callable

import numpy as np

from engine.alphabet import Alphabet
from engine.config import FeatureConfig, ModelConfig
from engine.features.network_input import n_inputs
from engine.model.weights import initial_weights
from scripts.benchmarks.material import SECONDS, THREADS, WARM_UP, batch, shape_of
from trainer.dataset.batches import pad
from trainer.network.bilstm_ctc import BiLstmCtc
from trainer.network.threads import use_threads
from trainer.settings import TrainConfig


def ours(features: FeatureConfig, model: ModelConfig, steps: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    from trainer.training.distributed import Workers
    from trainer.training.optimiser import Optimiser

    weights = initial_weights(features, model, Alphabet().n_labels, np.random.default_rng(0))
    optimiser = Optimiser(BiLstmCtc(model, weights), TrainConfig(), Workers())
    padded = pad(list(steps), list(labels), [str(i) for i in range(len(steps))])
    return lambda: optimiser.update(padded, 1e-3, (0, 0)).loss


def keras(features: FeatureConfig, model: ModelConfig, steps: np.ndarray, labels: np.ndarray) -> Callable[[], float]:
    """Its own layers, loss, optimiser and training step, compiled as Keras chooses; its blank is label 0."""
    import keras

    from tests.helpers.keras_twin import keras_twin

    weights = initial_weights(features, model, Alphabet().n_labels, np.random.default_rng(0))
    twin = keras_twin(model, weights)
    twin.compile(keras.optimizers.Adam(1e-3, global_clipnorm=1.0), keras.losses.CTC())
    return lambda: float(twin.train_on_batch(steps, labels + 1))


def main(shape: str, library: str, repeats: int) -> None:
    use_threads(THREADS)
    features, model = shape_of(shape)
    steps, labels = batch(n_inputs(features, model), model.n_stacked, Alphabet().n_labels)
    step = {"ours": ours, "keras": keras}[library](features, model, steps, labels)
    print(json.dumps(timed(step, repeats)))


def timed(step: Callable[[], float], repeats: int) -> dict[str, float]:
    times_s = []
    for _ in range(WARM_UP + repeats):
        started = time.perf_counter()
        loss = step()
        times_s.append(time.perf_counter() - started)
    return {"rate": SECONDS / float(np.median(times_s[WARM_UP:])), "loss": loss}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
