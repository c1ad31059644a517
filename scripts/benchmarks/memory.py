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
        read = transcriber(what, 1)
        for _event in read.transcribe(path):
            pass
    # Not ru_maxrss: of a child that is never less than what its parent had when it was begun.
    status = Path("/proc/self/status").read_text()
    names = {"peak_mb": "VmHWM", "mapped_mb": "RssFile"}
    found = {name: re.search(rf"{field}:\s+(\d+) kB", status) for name, field in names.items()}
    print(json.dumps({name: int(one[1]) * 1024 / 1e6 for name, one in found.items()}))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
