"""Seconds of audio transcribed per second, from the file to the text. With one thread, seconds are the processor's, so
that other programs on the machine do not count.

usage: python -m scripts.benchmarks.speed SECONDS ours|language|tensorflow|keras THREADS REPEATS; prints JSON.

ours: the shipped model's letters; language: with the search and the language model; tensorflow: the same weights in the
network that is trained; keras: the same in plain Keras layers.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from engine.decode.beam_loader import Language, load_beam
from engine.model.checkpoint import Checkpoint, load_checkpoint
from engine.model.recogniser import load_recogniser
from engine.paths import shipped_checkpoint
from engine.transcribe.transcribe import Transcriber
from scripts.benchmarks.speech import write_speech

Recognise = Callable[[Sequence[np.ndarray]], list[np.ndarray]]


def tensorflow(checkpoint: Checkpoint) -> Recognise:
    """Stretches together in one padded batch, in the fused kernel."""
    import tensorflow as tf

    from trainer.dataset.batches import pad
    from trainer.network.bilstm_ctc import BiLstmCtc

    network = BiLstmCtc(checkpoint.model, checkpoint.weights)
    kinds = [tf.TensorSpec((None, None, network.n_inputs), tf.float32), tf.TensorSpec((None,), tf.int32)]
    run = tf.function(lambda *batch: tf.nn.log_softmax(network.logits(*batch)), autograph=False, input_signature=kinds)

    def recognise(steps: Sequence[np.ndarray]) -> list[np.ndarray]:
        if not steps:
            return []
        batch = pad(steps, [np.zeros(1)] * len(steps), [""] * len(steps))
        log_probs = run(batch.steps, batch.lengths).numpy()
        return [log_probs[:length, i] for i, length in enumerate(batch.lengths)]

    return recognise


def keras(checkpoint: Checkpoint) -> Recognise:
    """One stretch after the other."""
    import tensorflow as tf

    from tests.helpers.keras_twin import keras_twin

    twin = keras_twin(checkpoint.model, checkpoint.weights)
    run = tf.function(lambda steps: tf.nn.log_softmax(twin(steps)), reduce_retracing=True)
    return lambda steps: [run(tf.constant(one[None]))[0].numpy() for one in steps]


def transcriber(what: str, n_threads: int) -> Transcriber:
    folder = shipped_checkpoint()
    if what in ("ours", "language"):
        model, recognise = load_recogniser(folder, n_threads)
        decoder = load_beam(model, Language(own_words=None))[0] if what == "language" else None
        return Transcriber(model, recognise, decoder)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(n_threads)
    tf.config.threading.set_inter_op_parallelism_threads(n_threads)
    checkpoint = load_checkpoint(folder)
    return Transcriber(checkpoint.description, {"tensorflow": tensorflow, "keras": keras}[what](checkpoint))


def main(duration_s: float, what: str, n_threads: int, repeats: int) -> None:
    reader = transcriber(what, n_threads)
    with tempfile.TemporaryDirectory() as folder:
        path = write_speech(Path(folder) / "speech.wav", duration_s)
        times_s, text = [], ""
        clock = time.process_time if n_threads == 1 else time.perf_counter
        for _ in range(repeats + 1):  # the first warms up
            started = clock()
            *_, finished = reader.transcribe(path)
            times_s.append(clock() - started)
            text = finished.text
    print(json.dumps({"rate": duration_s / float(np.median(times_s[1:])), "letters": len(text)}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
