"""When the language model is ready in a process like the window's child, which loads the network beside it.

usage: python -m scripts.benchmarks.language STARTED_AT; STARTED_AT is time.time() of whoever starts it. Prints JSON.
"""

import json
import sys
import threading
import time

from engine.decode.beam_loader import BeamLoader, Language
from engine.model.recogniser import load_recogniser
from engine.paths import shipped_checkpoint
from engine.transcribe.transcribe import Transcriber


def main(started_at: float) -> None:
    model, recognise = load_recogniser(shipped_checkpoint())
    loader = BeamLoader(model, Language(own_words=None))
    ready_at = []
    watch = threading.Thread(target=lambda: (loader.wait(), ready_at.append(time.time())))
    Transcriber(model, recognise).warm_up()
    network_s, network_cpu_s = time.time() - started_at, time.process_time()
    loader.start()
    watch.start()
    watch.join()
    if loader.error:
        raise loader.error
    print(
        json.dumps(
            {
                "language_s": ready_at[0] - started_at,
                "network_s": network_s,
                "network_cpu_s": network_cpu_s,
                "cpu_s": time.process_time(),
            }
        )
    )


if __name__ == "__main__":
    main(float(sys.argv[1]))
