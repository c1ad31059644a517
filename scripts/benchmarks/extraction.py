"""Seconds of audio made into features per second on one thread, eight recordings at once as a feature cache is built.

usage: python -m scripts.benchmarks.extraction classic|voxforge REPEATS; prints JSON.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from engine.config import CLASSIC, VOXFORGE
from engine.features.front_end import Listener, extract_together
from scripts.benchmarks.speech import write_speech

_DURATION_S, _UTTERANCE_S, _AT_ONCE = 120, 6, 8


def main(front_end: str, repeats: int) -> None:
    config = {"classic": CLASSIC, "voxforge": VOXFORGE}[front_end]
    with tempfile.TemporaryDirectory() as folder:
        samples, rate_hz = soundfile.read(write_speech(Path(folder) / "s.wav", _DURATION_S), dtype="float32")
    utterances = [samples[i : i + _UTTERANCE_S * rate_hz] for i in range(0, len(samples), _UTTERANCE_S * rate_hz)]
    portions = [utterances[i : i + _AT_ONCE] for i in range(0, len(utterances), _AT_ONCE)]
    times_s = []
    for _ in range(repeats + 1):  # the first warms up
        started = time.perf_counter()
        for some in portions:
            listeners = [Listener(config) for _utterance in some]
            for listener, utterance in zip(listeners, some, strict=True):
                listener.push(utterance)
            extract_together(listeners)
        times_s.append(time.perf_counter() - started)
    print(json.dumps({"rate": _DURATION_S / float(np.median(times_s[1:]))}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
