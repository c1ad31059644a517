"""Memory that a training holds of its own after some steps on a corpus of so many hours; what is mapped from the
feature cache is the file's, and the system takes it back when it needs to.

usage: python -m scripts.benchmarks.training_memory HOURS; prints JSON (Linux).
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from scripts.benchmarks.material import THREADS, shape_of, write_corpus
from trainer.dataset.training_data import material
from trainer.network.threads import use_threads
from trainer.settings import TrainConfig
from trainer.training.events import StepDone
from trainer.training.loop import Training

_STEPS = 12


def main(hours: float) -> None:
    use_threads(THREADS)
    features, model = shape_of("shipped")
    with tempfile.TemporaryDirectory() as folder:
        found = material([write_corpus(Path(folder) / "corpus", hours)], [], features)
        training = Training(Path(folder) / "run", found, features, model, TrainConfig(per_sentence=0, short_first=0))
        events = training.events()
        for event in events:
            if isinstance(event, StepDone) and event.step == _STEPS:
                break
        held = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
        events.close()
    print(json.dumps({"held_mb": int(held[1]) / 1000}))


if __name__ == "__main__":
    main(float(sys.argv[1]))
