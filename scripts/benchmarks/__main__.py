"""Runs every benchmark in a process of its own and prints a table.

usage: python -m scripts.benchmarks [speed|window|memory]...
"""

import json
import os
import subprocess
import sys
import tempfile
import time

_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def measured(module: str, *arguments: object, **environment: str) -> dict[str, float]:
    """What one benchmark prints; its settings and recordings go to a folder that is thrown away."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [sys.executable, "-m", f"scripts.benchmarks.{module}", *map(str, arguments)],
            env=os.environ | {"DIKTOVKA_HOME": home} | environment,
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout.splitlines()[-1])


def row(what: str, value: str, aim: str = "") -> None:
    print(f"{what:<68} {value:>10}  {aim}", flush=True)


def speed() -> None:
    for seconds, repeats in ((10, 9), (600, 3)):
        ours, keras = (measured("speed", seconds, layers, repeats, **_ONE_THREAD) for layers in ("ours", "keras"))
        row(f"transcription of {seconds} s, one thread, times real time", f"{ours['rate']:.0f}", "aim 50")
        row(f"  the same weights in plain Keras layers, {seconds} s", f"{keras['rate']:.0f}")
        row("  ours against Keras", f"{ours['rate'] / keras['rate']:.1f}", "aim 5")
    found = measured("speed", 60, "language", 3, **_ONE_THREAD)
    row("transcription of 60 s with the language model, times real time", f"{found['rate']:.0f}", "aim 15")


def window() -> None:
    found = measured("window", time.time())
    row("from start to the window, s", f"{found['window_s']:.2f}", "aim 1.5")
    row("from start to the model ready, s", f"{found['ready_s']:.2f}")
    for name, what in {
        "stall_start_s": "start, TensorFlow's import included",
        "stall_recording_s": "recording, with provisional text",
        "stall_after_stop_s": "final text after Stop",
        "stall_transcription_s": "transcription of 10 minutes",
    }.items():
        longest, own = (f"{1000 * value:.0f}" for value in found[name])
        row(f"event loop's longest stand-still, {what}, ms", longest, "aim 100")
        row("  of it not spent waiting for a processor, at most", own)


def memory() -> None:
    minute, hour = (measured("memory", seconds)["peak_mb"] for seconds in (60, 3600))
    row("peak memory, file of 1 minute, MB", f"{minute:.0f}")
    row("peak memory, file of 1 hour, MB", f"{hour:.0f}")
    row("  more for the hour, MB", f"{hour - minute:.0f}", "aim 200")


ALL = {"speed": speed, "window": window, "memory": memory}

if __name__ == "__main__":
    for name in sys.argv[1:] or ALL:
        ALL[name]()
