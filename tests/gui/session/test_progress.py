"""How far a long recording is, and how long it will take: measured with the shipped model, the search included."""

import json
import time
from dataclasses import dataclass

import numpy as np
import pytest
import soundfile

from engine.cli import decoder
from engine.events import Finished, Progress, Started
from engine.model.recogniser import load_recogniser
from engine.paths import resource, shipped_language_model
from engine.transcribe.transcribe import Transcriber
from gui.session.jobs import Job, Queue

LENGTH_S = 240


@dataclass(frozen=True)
class Seen:
    """clock_s: of this process alone, so that what else the machine does is no matter."""

    clock_s: float
    fraction: float
    left_s: float | None


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """The samples again and again, with pauses of up to four seconds."""
    folder, rng = resource("samples"), np.random.default_rng(1)
    names = [sample["file"] for sample in json.loads((folder / "samples.json").read_text(encoding="utf-8"))]
    read = [soundfile.read(folder / name, dtype="float32") for name in names]
    (rate_hz,) = {rate for _samples, rate in read}
    parts, n = [], 0
    while n < LENGTH_S * rate_hz:
        parts += [read[rng.integers(len(read))][0], np.zeros(rng.integers(4 * rate_hz), np.float32)]
        n += len(parts[-1]) + len(parts[-2])
    path = tmp_path_factory.mktemp("long") / "long.wav"
    soundfile.write(path, np.concatenate(parts), rate_hz)
    return path


def test_time_left_is_within_a_factor_of_two_after_the_first_tenth(recording, shipped):
    model, recognise = load_recogniser(shipped)
    transcriber = Transcriber(model, recognise, decoder(model, shipped_language_model(), None))
    transcriber.warm_up()
    queue = Queue(time.process_time)
    queue.add([Job(recording)])
    queue.start_next()
    seen = []
    for event in transcriber.transcribe(recording):
        match event:
            case Started(duration_s=duration_s):
                queue.progress(0.0, duration_s)
            case Progress(done_s, total_s):
                queue.progress(done_s, total_s)
                seen.append(Seen(time.process_time(), queue.fraction, queue.time_left_s))
            case Finished():
                ended_s = time.process_time()
    fractions = [one.fraction for one in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] > 0.99
    whole_s = ended_s - seen[0].clock_s
    told = [one for one in seen if one.fraction >= 0.1 and ended_s - one.clock_s > 0.1 * whole_s]
    assert len(told) >= 5
    for one in told:
        assert 0.5 <= one.left_s / (ended_s - one.clock_s) <= 2, one
