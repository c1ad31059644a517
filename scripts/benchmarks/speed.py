"""Seconds of audio transcribed per second on one thread, from the file to the text, against plain Keras layers.

usage: python -m scripts.benchmarks.speed SECONDS ours|keras|language REPEATS; prints JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

from engine.decode.beam_loader import NO_LANGUAGE, Language, load_beam
from engine.model.checkpoint import Checkpoint, load_checkpoint
from engine.model.recogniser import recogniser
from engine.paths import shipped_checkpoint
from engine.transcribe.transcribe import Transcriber
from scripts.benchmarks.speech import write_speech
from tests.helpers.keras_twin import keras_twin


class KerasRecogniser:
    """The same weights in Keras's own layers, in the place of engine.model.recogniser.Recogniser."""

    def __init__(self, checkpoint: Checkpoint):
        twin = keras_twin(checkpoint.model, checkpoint.weights)
        self._run = tf.function(lambda steps: tf.nn.log_softmax(twin(steps)), reduce_retracing=True)

    def __call__(self, steps: list[np.ndarray]) -> list[np.ndarray]:
        return [self._run(tf.constant(one[None]))[0].numpy() for one in steps]


def main(duration_s: float, layers: str, repeats: int) -> None:
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    checkpoint = load_checkpoint(shipped_checkpoint())
    language = Language() if layers == "language" else NO_LANGUAGE
    recognise = KerasRecogniser(checkpoint) if layers == "keras" else recogniser(checkpoint, 1)
    transcriber = Transcriber(checkpoint, recognise, load_beam(checkpoint, language)[0])
    with tempfile.TemporaryDirectory() as folder:
        path = write_speech(Path(folder) / "speech.wav", duration_s)
        times_s, text = [], ""
        for _ in range(repeats + 1):  # the first warms up
            started = time.perf_counter()
            *_, finished = transcriber.transcribe(path)
            times_s.append(time.perf_counter() - started)
            text = finished.text
    print(json.dumps({"rate": duration_s / float(np.median(times_s[1:])), "letters": len(text)}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
