"""Runs every benchmark in a process of its own and prints a table.

usage: python -m scripts.benchmarks [--quick] [PART]...; PART: history, speed, window, pages, training-window, language,
memory, training, extraction, training-memory or growth

--quick: one repetition of each, to see that it works.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from engine.alphabet import Alphabet
from engine.config import FeatureConfig, ModelConfig
from engine.features.network_input import n_inputs
from scripts.benchmarks.material import SECONDS, THREADS, WARM_UP, batch, shape_of
from scripts.benchmarks.torch_python import torch_python

QUICK = "--quick" in sys.argv
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
N_ENTRIES, STARTS = 10_000, 5


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
    """Lines of a Markdown table; every rate is in times real time, from the file to the text."""
    print("| transcribed | letters | TensorFlow | plain Keras | ours / TensorFlow | ours / Keras | words |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for seconds, repeats in ((10, 9), (60, 3)):
        for threads in (1, 2):
            ours, tensorflow, keras, language = (
                measured("speed", seconds, what, threads, 1 if QUICK else repeats, **_ONE_THREAD)["rate"]
                for what in ("ours", "tensorflow", "keras", "language")
            )
            told = f"{seconds} s, {threads} thread{'s' if threads > 1 else ''}: times real time"
            rates = f"{ours:.0f} | {tensorflow:.0f} | {keras:.0f}"
            print(f"| {told} | {rates} | {ours / tensorflow:.1f} | {ours / keras:.1f} | {language:.0f} |", flush=True)
    print("aim: 250, with the language model 70; 4.5 times TensorFlow, 5 times Keras")


def window() -> None:
    found = measured("window", time.time())
    row("from start to the window, s", f"{found['window_s']:.2f}", "aim 1.5")
    row("from start to letters, s", f"{found['ready_s']:.2f}", "aim: 1.0 after the window")
    row("from start to words, a recording of 3 s read, s", f"{found['words_s']:.2f}", "aim 2.5")
    for name, what in {
        "stall_start_s": "start",
        "stall_recording_s": "recording, with provisional text",
        "stall_after_stop_s": "final text after Stop",
        "stall_transcription_s": "transcription of 10 minutes",
    }.items():
        _stall(what, found[name])


def _stall(what: str, found: list[float]) -> None:
    longest, own = (f"{1000 * value:.0f}" for value in found)
    row(f"event loop's longest stand-still, {what}, ms", longest, "aim 100")
    row("  of it not spent waiting for a processor, at most", own)


def pages() -> None:
    for name, (whole_ms, own_ms) in measured("pages").items():
        row(f"from a click to the page, {name}, ms", f"{whole_ms:.0f}", "aim 300")
        row("  of it the processor's", f"{own_ms:.0f}")


def training_window() -> None:
    found = measured("training_window", 6 if QUICK else 30)
    _stall("training, its curve shown", found["stall_training_s"])
    _stall("the training is stopped and saved", found["stall_saving_s"])
    _stall("idle, for as long, the same page shown", found["stall_idle_s"])


def language() -> None:
    """The window's child process begins when the window is there."""
    found = measured("language", time.time())
    row("from the child's start to the language model ready, s", f"{found['language_s']:.2f}", "aim 3")
    row("  to the network ready, s", f"{found['network_s']:.2f}")


def memory() -> None:
    for what, told in (("ours", "letters"), ("language", "with the language model")):
        of_minute, of_hour = (measured("memory", seconds, what) for seconds in (60, 3600))
        minute, hour = of_minute["peak_mb"], of_hour["peak_mb"]
        row(f"peak memory of recognition, {told}, file of 1 minute, MB", f"{minute:.0f}", "aim 250")
        row("  of it mapped files, which the system can drop, MB", f"{of_minute['mapped_mb']:.0f}")
        row("  more for a file of 1 hour, MB", f"{hour - minute:.0f}", "aim 30")


def history() -> None:
    """The window with and without entries in turn, since a machine's speed changes from minute to minute."""
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as full:
        search = measured("history", N_ENTRIES, DIKTOVKA_HOME=full)["search_ms"]
        times = {empty: [], full: []}
        for home in (empty, full) * (1 if QUICK else STARTS):
            times[home].append(measured("history", 0, DIKTOVKA_HOME=home))
        window_s = {home: min(found["window_s"] for found in times[home]) for home in times}
        listed_s = min(found["listed_s"] for found in times[full])
    more_ms = 1000 * (window_s[full] - window_s[empty])
    row(f"start with {N_ENTRIES} entries of history, more than with none, ms", f"{more_ms:.0f}", "aim 100")
    row(f"search in {N_ENTRIES} entries, slowest of eight queries, ms", f"{search:.0f}", "aim 50")
    row("from a click on History to its list, ms", f"{1000 * listed_s:.0f}")


def training() -> None:
    """Lines of a Markdown table: the figures of one library after another, in the same run."""
    print("| trained on two threads | ours | plain Keras | PyTorch | ours / Keras | ours / PyTorch |", flush=True)
    print("|---|---|---|---|---|---|", flush=True)
    python = torch_python()
    for shape in ("shipped", "classic"):
        features, model = shape_of(shape)
        repeats = 1 if QUICK else 9
        ours, keras = (measured("training", shape, library, repeats)["rate"] for library in ("ours", "keras"))
        torch = measured_torch(python, features, model, repeats)["rate"] if python else float("nan")
        told = f"{shape}, {model.n_layers} x {model.n_units}, {10 * model.n_stacked} ms a step"
        rates = " | ".join(f"{rate:.0f}" for rate in (ours, keras, torch))
        print(f"| {told}: seconds of audio a second | {rates} | {ours / keras:.1f} | {ours / torch:.1f} |", flush=True)
    print("aim: 4 times Keras, faster than PyTorch")


def measured_torch(python: Path, features: FeatureConfig, model: ModelConfig, repeats: int) -> dict[str, float]:
    """The same batch, through a file."""
    n_labels = Alphabet().n_labels
    steps, labels = batch(n_inputs(features, model), model.n_stacked, n_labels)
    shape = {"n_layers": model.n_layers, "n_units": model.n_units, "n_labels": n_labels, "seconds": SECONDS}
    shape |= {"threads": THREADS, "warm_up": WARM_UP}
    with tempfile.TemporaryDirectory() as folder:
        arrays = Path(folder) / "batch.npz"
        np.savez(arrays, steps=steps, labels=labels)
        script = Path(__file__).with_name("torch_training.py")
        command = [str(python), str(script), json.dumps(shape), str(arrays), str(repeats)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def extraction() -> None:
    for front_end in ("voxforge", "classic"):
        found = measured("extraction", front_end, 1 if QUICK else 5, **_ONE_THREAD)
        row(f"features of the front end {front_end}, one thread, times real time", f"{found['rate']:.0f}", "aim 400")


GROWTH = {
    "letters": "letters of a recording, by its length in s",
    "language": "the same with the language model",
    "beam": "the search of 30 s, by hypotheses",
    "vocabulary": "the same, by words",
    "history": "the slowest search in the history, by entries",
    "listing": "what a start asks of the history, by entries",
    "epoch": "an epoch of a training, by utterances",
    "extraction": "a feature cache, by speakers of eight recordings",
}


def growth() -> None:
    """Lines of a Markdown table. exponent: 1 is linear, 0 does not grow."""
    print("| cost of | sizes | seconds of a processor | exponent |\n|---|---|---|---:|", flush=True)
    for part in ("letters", "language", "beam", "vocabulary", "history", "epoch", "extraction"):
        found = measured("growth", part, *(["--quick"] if QUICK else []), **_ONE_THREAD)
        for what, seconds in found["seconds"].items():
            exponent = np.polyfit(np.log(found["sizes"]), np.log(seconds), 1)[0]
            cells = ", ".join(map(str, found["sizes"])), ", ".join(f"{one:.3g}" for one in seconds)
            print(f"| {GROWTH[what]} | {' | '.join(cells)} | {exponent:.2f} |", flush=True)


def training_memory() -> None:
    less, more = (measured("training_memory", hours)["held_mb"] for hours in (4, 40))
    row("memory of a training, corpus of 4 hours, MB", f"{less:.0f}")
    row("memory of a training, corpus of 40 hours, MB", f"{more:.0f}", "aim: the same")


ALL = {
    "history": history,
    "speed": speed,
    "window": window,
    "pages": pages,
    "training-window": training_window,
    "language": language,
    "memory": memory,
    "training": training,
    "extraction": extraction,
    "training-memory": training_memory,
    "growth": growth,
}

if __name__ == "__main__":
    for name in [name for name in sys.argv[1:] if name != "--quick"] or ALL:
        ALL[name]()
