"""Peak memory of a process that transcribes one file.

usage: python -m scripts.benchmarks.memory SECONDS ours|language; prints JSON (Linux).
"""

import json
import re
import sys
import tempfile
from pathlib import Path

from scripts.benchmarks.speech import write_speech
from scripts.benchmarks.speed import transcriber


def main(duration_s: float, what: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_speech(Path(folder) / "speech.wav", duration_s)
        for _event in transcriber(what, 1).transcribe(path):
            pass
    # Not ru_maxrss: of a child that is never less than what its parent had when it was begun.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    print(json.dumps({"peak_mb": int(peak[1]) * 1024 / 1e6}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
