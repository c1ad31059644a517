"""Peak memory of a process that transcribes one file.

usage: python -m scripts.benchmarks.memory SECONDS; prints JSON (Linux and macOS).
"""

import json
import resource
import sys
import tempfile
from pathlib import Path

from engine.paths import shipped_checkpoint
from engine.transcribe.transcribe import Transcriber
from scripts.benchmarks.speech import write_speech


def main(duration_s: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_speech(Path(folder) / "speech.wav", duration_s)
        for _event in Transcriber.load(shipped_checkpoint()).transcribe(path):
            pass
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    print(json.dumps({"peak_mb": peak / 1e6}))


if __name__ == "__main__":
    main(float(sys.argv[1]))
